"""Who comes into a cluster's room, writes there, keeps files there and keeps order: predicates with reasons.

The room is for those who take part, the proposer, the lead's side, the coordinators of the responsible group and
administrators. It opens with the approval and is read-only once the cluster has ended.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import ACTIVE_STATES, PUBLIC_STATES, Access, Capacity
from clusters.models import Cluster
from clusters.permissions import LEADS, active_parts, capacities
from clusters.querysets.cluster import DAYS_OF_EXTERNALS
from clusters.rules.joining import access_of
from clusters.visibility import Viewer, viewer
from community.access import with_key
from community.models import Appointment, Comment, Member, User
from community.permissions import ALLOWED, Verdict, refused

Anybody = User | AnonymousUser | None

#: Who keeps order in the room: hides what does not belong there.
KEEPERS = frozenset({Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR})
#: May do everything in the room, whatever their own participation says.
_UNLIMITED = frozenset({Capacity.PROPOSER, Capacity.NAMED_LEAD, *LEADS, *KEEPERS})
READERS = frozenset({Capacity.PARTICIPANT, Capacity.ADMINISTRATOR, *_UNLIMITED})

OUTSIDE = _("The room is for those who take part in this cluster, its lead and its coordinators.")
NOT_OPEN_YET = _("The room opens once the cluster is approved.")
ENDED = _("This cluster has ended, so the room is read-only. Everything stays here to be read.")


def can_see_room(user: Anybody, cluster: Cluster) -> Verdict:
    """Tell whether somebody reads what stands in the room; `ClusterQuerySet.with_room_for` says the same of many."""
    on = timezone.localdate()
    held = capacities(user or AnonymousUser(), cluster, on)
    if not held & READERS and not _was_part_of(viewer(user, on), cluster):
        return refused(OUTSIDE, "forbidden")
    if cluster.approved_at is None or cluster.state not in PUBLIC_STATES:
        return refused(NOT_OPEN_YET, "state")
    if Capacity.ADMINISTRATOR not in held and viewer(user, on).is_guest and _is_long_over(cluster, on):
        return refused(
            _("External partners and former members read here until %(days)d days after the end: these have passed.")
            % {"days": DAYS_OF_EXTERNALS},
            "forbidden",
        )
    return ALLOWED


def _was_part_of(who: Viewer, cluster: Cluster) -> bool:
    """Tell whether somebody who left the community led an ended cluster, or took part: they read, and do nothing."""
    if who.member_id is None or not who.has_left(cluster.state):
        return False
    return cluster.lead_id == who.member_id or bool(active_parts(who.member_id, cluster))


def _is_long_over(cluster: Cluster, on: date) -> bool:
    return cluster.ended_on is not None and cluster.ended_on + timedelta(days=DAYS_OF_EXTERNALS) < on


def can_speak(user: Anybody, cluster: Cluster) -> Verdict:
    """Whoever takes part writes in the discussion, unless they were asked to read along only."""
    return _may(user, cluster, {Access.COMMENT, Access.CONTRIBUTE}, _("You were asked to read along in this cluster."))


def can_share(user: Anybody, cluster: Cluster) -> Verdict:
    """Whoever takes part and contributes keeps files in the room."""
    return _may(user, cluster, {Access.CONTRIBUTE}, _("You take part with comments: files are added by others."))


def _may(user: Anybody, cluster: Cluster, wanted: set[Access], why_not: object) -> Verdict:
    """Allow those who take part with an access among `wanted`, as long as the cluster has not ended."""
    verdict = can_see_room(user, cluster)
    if not verdict:
        return verdict
    held = capacities(user or AnonymousUser(), cluster, timezone.localdate())
    if not held & (_UNLIMITED | {Capacity.PARTICIPANT}):
        return refused(_("Administrators read the room. Those who take part write in it."), "forbidden")
    if cluster.state not in ACTIVE_STATES:
        return refused(ENDED, "state")
    if held & _UNLIMITED or access_of(user, cluster) in wanted:
        return ALLOWED
    return refused(str(why_not), "forbidden")


def can_keep_order(user: Anybody, cluster: Cluster) -> Verdict:
    """Coordinators of the responsible group hide what does not belong in the room, and show it again."""
    verdict = can_see_room(user, cluster)
    if not verdict:
        return verdict
    if capacities(user or AnonymousUser(), cluster, timezone.localdate()) & KEEPERS:
        return ALLOWED
    return refused(_("Only the coordinators of the working group hide a comment."), "forbidden")


def can_change_comment(user: Anybody, cluster: Cluster, comment: Comment) -> Verdict:
    """Everybody changes their own words, as long as they stand there and may be answered."""
    verdict = can_speak(user, cluster)
    if not verdict:
        return verdict
    return _own_words(user, comment)


def can_withdraw_comment(user: Anybody, cluster: Cluster, comment: Comment) -> Verdict:
    """Everybody takes their own words back, also after the end."""
    verdict = can_see_room(user, cluster)
    if not verdict:
        return verdict
    return _own_words(user, comment)


def _own_words(user: Anybody, comment: Comment) -> Verdict:
    if user is None or comment.by_id != user.pk:
        return refused(_("Only who wrote a comment changes it or takes it back."), "forbidden")
    if comment.removed_at is not None:
        return refused(_("This comment was taken back."), "state")
    return ALLOWED


def people_of_room(cluster: Cluster) -> list[Member]:
    """Return those who take part and have an active account, by name: who can be mentioned and is told; one query."""
    rows = cluster.participations.active().filter(member__user__is_active=True).values("member")
    return list(Member.objects.filter(pk__in=rows).select_related("user").order_by("sort_name", "pk"))


def coordinators_of_room(cluster: Cluster, on: date) -> list[Member]:
    """Return the present coordinators of the responsible group and of the mission; one query."""
    appointed = Appointment.objects.present(on)
    mine = appointed.filter(working_group=cluster.working_group_id) | appointed.filter(working_group=None)
    rows = Member.objects.filter(appointments__in=mine, user__is_active=True)
    return list(rows.select_related("user").distinct().order_by("pk"))


def comment_of(cluster: Cluster, pk: int) -> Comment | None:
    """Return a comment of the cluster's room; None when there is none of that key."""
    rows = Comment.objects.filter(kind="cluster", subject_id=cluster.pk)
    return with_key(rows.select_related("by__member", "reply_to"), pk)
