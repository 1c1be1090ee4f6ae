"""How many places a cluster has and how one comes to one: the lead's own, also after the approval."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import differences, locked_cluster, record_change
from clusters.actions.waiting import move_up
from clusters.choices import JoinPolicy
from clusters.models import Cluster
from clusters.permissions import can_work
from clusters.rules.joining import LEAST_SIZE, MOST_SIZE
from community.models import User
from community.permissions import Refusal


@transaction.atomic
def set_places(
    *, cluster: Cluster, by: User, join_policy: str, size_limit: int | None, at: datetime | None = None
) -> Cluster:
    """Say anew how one joins and how many may take part; who waits moves up where that makes places.

    One event. A no-op when both stand already.

    Args:
        size_limit: the most who may take part, the lead among them; None is no limit.

    Raises:
        Refusal: the person may not, there is no such way to join, the limit is out of range, or more than that
            take part already: nobody is put out by a number.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_work)
    if (locked.join_policy, locked.size_limit) == (join_policy, size_limit):
        return locked
    if join_policy not in JoinPolicy.values:
        raise Refusal(_("Choose how one joins."))
    if size_limit is not None and not LEAST_SIZE <= size_limit <= MOST_SIZE:
        raise Refusal(_("Choose a number from %(least)d to %(most)d.") % {"least": LEAST_SIZE, "most": MOST_SIZE})
    taken = locked.participations.active().count()
    if size_limit is not None and size_limit < taken:
        raise Refusal(
            _("%(taken)d persons take part already, so the limit can't be lower.") % {"taken": taken}, "state"
        )
    was = _words(locked)
    locked.join_policy, locked.size_limit = join_policy, size_limit
    locked.save(update_fields=["join_policy", "size_limit"])
    changes = differences(was, _words(locked))
    record_change(locked, "participation.places_set", locked, by=by, at=at, detail={"changes": changes})
    move_up(locked, at=at)
    return locked


def _words(cluster: Cluster) -> dict[str, str]:
    """Return both values as history shows them."""
    limit = "" if cluster.size_limit is None else str(cluster.size_limit)
    return {"join_policy": str(cluster.get_join_policy_display()), "size_limit": limit}
