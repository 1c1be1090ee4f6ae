"""The order of the stages: moved by one place or put anywhere, from the order that the page showed.

Moving a stage leaves its version alone, because it changes no word of it: what somebody else is writing in the
stage stays good.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import record_change, who_and_when
from clusters.actions.roadmap_parts import locked_stage, renumber
from clusters.models import Cluster, Stage
from community.models import Event, User
from community.permissions import Refusal


@transaction.atomic
def move_stage(
    *, stage: Stage, by: User, up: bool, seen_order: Sequence[int], at: datetime | None = None
) -> list[Stage]:
    """Move a stage one place up or down and return the stages in their new order.

    `seen_order` are the primary keys in the order that the page showed. A no-op when the roadmap stands
    already as the move would have left it: the second press of the button.

    Raises:
        Refusal: stale, when the order is another one by now; the stage is the first or the last.
    """
    at = at or timezone.now()
    locked, order, row = locked_stage(stage, by=by)
    wished = moved(seen_order, row.pk, up=up)
    if wished == list(seen_order) == [one.pk for one in order]:
        raise Refusal(_("It is the first stage.") if up else _("It is the last stage."))
    return _reordered(locked, order, row, seen_order, wished, by=by, at=at)


@transaction.atomic
def place_stage(
    *, stage: Stage, by: User, place: int, seen_order: Sequence[int], at: datetime | None = None
) -> list[Stage]:
    """Put a stage at the place `place`, counted from 1, and return the new order; what lies beyond is the end.

    A no-op when the order is already as that would have left it: dropped where it was, or sent twice.

    Raises:
        Refusal: stale, when the order is another one by now.
    """
    at = at or timezone.now()
    locked, order, row = locked_stage(stage, by=by)
    return _reordered(locked, order, row, seen_order, placed(seen_order, row.pk, place), by=by, at=at)


def placed(order: Sequence[int], pk: int, place: int) -> list[int]:
    """Return `order` with `pk` at `place`, counted from 1; unchanged for a stranger."""
    if pk not in order:
        return list(order)
    keys = [key for key in order if key != pk]
    keys.insert(max(place, 1) - 1, pk)
    return keys


def _reordered(
    cluster: Cluster,
    order: list[Stage],
    row: Stage,
    seen_order: Sequence[int],
    wished: Sequence[int],
    *,
    by: User,
    at: datetime,
) -> list[Stage]:
    """Write the order `wished` and its event, where the order is still the one that was seen."""
    now = [one.pk for one in order]
    if now == wished:
        return order
    if now != list(seen_order):
        raise stale_order(cluster, by=by, at=at)
    by_pk = {one.pk: one for one in order}
    order = [by_pk[pk] for pk in wished]
    renumber(order)
    data = {"from": now.index(row.pk) + 1, "to": wished.index(row.pk) + 1}
    record_change(cluster, "stage.moved", row, by=by, at=at, data=data, detail={"title": row.title})
    return order


def moved(order: Sequence[int], pk: int, *, up: bool) -> list[int]:
    """Return `order` with `pk` one place up or down; unchanged at the ends and for a stranger."""
    keys = list(order)
    if pk not in keys:
        return keys
    here = keys.index(pk)
    there = here + (-1 if up else 1)
    if 0 <= there < len(keys):
        keys[here], keys[there] = keys[there], keys[here]
    return keys


def stale_order(cluster: Cluster, *, by: User, at: datetime) -> Refusal:
    """Return the refusal of a move that started from an older order."""
    changes = Event.objects.of_chain(f"cluster:{cluster.pk}").filter(verb__in=("stage.added", "stage.moved"))
    who, moment = who_and_when(changes.select_related("by__member").last(), by=by, at=at)
    sentence = _("%(who)s changed the order of the stages %(moment)s. Compare both orders, then move again.")
    return Refusal(sentence % {"who": who, "moment": moment}, "stale")
