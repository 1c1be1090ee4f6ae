"""How many places a cluster has and how one comes to one: the lead's own, also after the approval."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import differences, locked_cluster, overtaken, record_change
from clusters.actions.waiting import move_up
from clusters.choices import JoinPolicy
from clusters.models import Cluster
from clusters.permissions import can_work
from clusters.rules.joining import LEAST_SIZE, MOST_SIZE
from community.models import Event, User
from community.permissions import Refusal


@transaction.atomic
def set_places(
    *,
    cluster: Cluster,
    by: User,
    join_policy: str,
    size_limit: int | None,
    seen: tuple[str, int | None] | None = None,
    at: datetime | None = None,
) -> Cluster:
    """Say anew how one joins and how many may take part; who waits moves up where that makes places.

    One event. A no-op when both stand already.

    Args:
        size_limit: the most who may take part, the lead among them; None is no limit.
        seen: both as the page showed them: what was left as it stood there stays as it is by now.

    Raises:
        Refusal: somebody else set the same otherwise meanwhile,
            the person may not, there is no such way to join, the limit is out of range, or more than that
            take part already: nobody is put out by a number.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_work)
    if seen is not None:
        join_policy, size_limit = _merged(locked, seen, (join_policy, size_limit), by=by, at=at)
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


def _merged(
    cluster: Cluster, seen: tuple[str, int | None], wished: tuple[str, int | None], *, by: User, at: datetime
) -> tuple[str, int | None]:
    """Return both values to write: those that the person changed, else those that stand by now.

    Raises:
        Refusal: one that the person changed was changed otherwise since the page was shown.
    """
    now = (cluster.join_policy, cluster.size_limit)
    both = [(_joining(now[0]), _joining(wished[0])), (_limit(now[1]), _limit(wished[1]))]
    for was, is_, wish, (theirs, yours) in zip(seen, now, wished, both, strict=True):
        if wish not in (was, is_) and is_ != was:
            last = Event.objects.about(cluster).of_verbs(["participation.places_set"]).select_related("by__member")
            raise overtaken(theirs=theirs, yours=yours, last=last.first(), by=by, at=at)
    policy = now[0] if wished[0] == seen[0] else wished[0]
    return policy, now[1] if wished[1] == seen[1] else wished[1]


def _joining(policy: str) -> str:
    return str(dict(JoinPolicy.choices).get(policy, policy))


def _limit(limit: int | None) -> str:
    return _("no limit") if limit is None else str(limit)


def _words(cluster: Cluster) -> dict[str, str]:
    """Return both values as history shows them."""
    limit = "" if cluster.size_limit is None else str(cluster.size_limit)
    return {"join_policy": str(cluster.get_join_policy_display()), "size_limit": limit}
