"""Who may come into a cluster, answer, leave, be named deputy, and what taking part allows: predicates with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.choices import (
    ACTIVE_STATES,
    DECIDERS,
    PROPOSED_STATES,
    Access,
    Capacity,
    JoinPolicy,
    ParticipationRole,
    ParticipationStatus,
)
from clusters.models import Cluster, Participation
from clusters.permissions import LEADS, active_parts, can_work, capacities
from clusters.visibility import viewer
from community.models import User
from community.permissions import ALLOWED, Verdict, refused

#: More persons than this are no small working group any more: the lead is warned.
SMALL_GROUP = 12
#: A limit of the size lies between these.
LEAST_SIZE, MOST_SIZE = 2, 500

Anybody = User | AnonymousUser | None


class Way(StrEnum):
    """How a member comes into a cluster that they see: the state and the policy say which."""

    INTEREST = "interest"
    JOIN = "join"
    ASK = "ask"
    WAIT = "wait"


WAY_LABELS: dict[Way, str | Promise] = {
    Way.INTEREST: gettext_lazy("I would join"),
    Way.JOIN: gettext_lazy("Join"),
    Way.ASK: gettext_lazy("Ask to join"),
    Way.WAIT: gettext_lazy("Put me on the waiting list"),
}


@dataclass(frozen=True)
class Offered:
    """The one way in that a person is shown, and whether it is open."""

    way: Way
    verdict: Verdict

    @property
    def label(self) -> str | Promise:
        """The words on the button."""
        return WAY_LABELS[self.way]


def way_in(user: Anybody, cluster: Cluster) -> Offered | None:
    """Return how `user` may come in, or None for those who are shown no way.

    Shown to members of the community who are not in the cluster yet, on a proposal and on what is approved
    and not ended. Externals come by invitation only.
    """
    who = viewer(user, timezone.localdate())
    if not who.is_cop or who.member_id is None or who.member_id == cluster.lead_id:
        return None
    if own_participation(user, cluster) is not None:
        return None
    if cluster.state in PROPOSED_STATES:
        return Offered(Way.INTEREST, ALLOWED)
    if cluster.state not in ACTIVE_STATES:
        return None
    if cluster.join_policy != JoinPolicy.INVITATION:
        if must_wait(cluster):
            return Offered(Way.WAIT, ALLOWED)
        return Offered(Way.JOIN if cluster.join_policy == JoinPolicy.OPEN else Way.ASK, ALLOWED)
    return Offered(Way.ASK, refused(_("By invitation only: the lead asks whom the cluster needs."), "forbidden"))


def has_room(cluster: Cluster) -> Verdict:
    """Tell whether another person fits into the size that the proposal set."""
    if cluster.size_limit is None:
        return ALLOWED
    taken = cluster.participations.active().count()
    if taken < cluster.size_limit:
        return ALLOWED
    return refused(
        _("The cluster is full: %(taken)d of %(limit)d places are taken.")
        % {"taken": taken, "limit": cluster.size_limit},
        "state",
    )


def places_left(cluster: Cluster, asked: int) -> str:
    """Return a warning for who asks `asked` people into a cluster that has not so many free places; "" where it has."""
    if cluster.size_limit is None or not asked:
        return ""
    free = max(0, cluster.size_limit - cluster.participations.active().count())
    if free >= asked:
        return ""
    return _(
        "%(free)d of %(limit)d places are free. Who accepts when none is left is told so and has to wait: "
        "raise the limit first, or ask fewer."
    ) % {"free": free, "limit": cluster.size_limit}


def must_wait(cluster: Cluster) -> bool:
    """Tell whether who comes now waits: all places are taken, or kept for those who came before.

    Where everybody may join, a request comes from the waiting list and keeps its place until it is answered.
    """
    if cluster.size_limit is None:
        return False
    if cluster.participations.waiting().exists():
        return True
    keeps = [ParticipationStatus.ACTIVE]
    if cluster.join_policy == JoinPolicy.OPEN:
        keeps.append(ParticipationStatus.REQUESTED)
    return cluster.participations.filter(status__in=keeps).count() >= cluster.size_limit


def own_participation(user: Anybody, cluster: Cluster) -> Participation | None:
    """Return the live participation of `user`, or None."""
    member_id = viewer(user, timezone.localdate()).member_id
    if member_id is None:
        return None
    return (
        cluster.participations.live()
        .filter(member=member_id)
        .select_related("organisation", "asked_by__member")
        .first()
    )


def can_enter(user: Anybody, cluster: Cluster) -> Verdict:
    """Tell whether some way in is open to `user` now."""
    offered = way_in(user, cluster)
    if offered is None:
        return refused(
            _("You are in this cluster already, or it does not take anybody in: see how it stands."), "forbidden"
        )
    return offered.verdict


def can_answer_invitation(user: Anybody, participation: Participation) -> Verdict:
    """The invited person answers, from approval to the end, once."""
    if viewer(user, timezone.localdate()).member_id != participation.member_id:
        return refused(_("This invitation is for somebody else."), "forbidden")
    if participation.status == ParticipationStatus.EXPIRED:
        return refused(_("This invitation was taken back, or the cluster ended before it was answered."), "state")
    if participation.status != ParticipationStatus.INVITED:
        return refused(
            _("This invitation is answered: %(status)s.") % {"status": participation.get_status_display()}, "state"
        )
    if participation.cluster.state not in ACTIVE_STATES:
        return refused(_("Invitations are answered once the cluster is approved, and until it ends."), "state")
    return ALLOWED


def can_leave(user: Anybody, participation: Participation) -> Verdict:
    """A person takes their own part back: interest, request or participation; a lead steps down instead."""
    if viewer(user, timezone.localdate()).member_id != participation.member_id:
        return refused(_("Everybody leaves for themselves."), "forbidden")
    if participation.status == ParticipationStatus.INVITED:
        return refused(_("Answer the invitation instead."), "state")
    if participation.status not in (
        ParticipationStatus.INTERESTED,
        ParticipationStatus.REQUESTED,
        ParticipationStatus.WAITING,
        ParticipationStatus.ACTIVE,
    ):
        return refused(_("You are not in this cluster."), "state")
    if participation.role == ParticipationRole.LEAD:
        return refused(_("The lead steps down before leaving."), "state")
    return ALLOWED


def can_end(user: Anybody, participation: Participation) -> Verdict:
    """The lead's side takes back an invitation without an answer, and ends a participation: never its own."""
    verdict = can_work(user, participation.cluster)
    if not verdict:
        return verdict
    if viewer(user, timezone.localdate()).member_id == participation.member_id:
        return refused(_("This is your own part: leave the cluster, or answer the invitation."), "forbidden")
    if participation.role == ParticipationRole.LEAD and participation.status == ParticipationStatus.ACTIVE:
        return refused(_("The lead steps down or hands over first."), "state")
    if participation.status == ParticipationStatus.INVITED and participation.asked_at is None:
        return refused(_("Nobody was asked yet: take the name off the proposal."), "state")
    if participation.status not in (ParticipationStatus.INVITED, ParticipationStatus.ACTIVE):
        return refused(
            _("There is nothing to end: %(status)s.") % {"status": participation.get_status_display()}, "state"
        )
    return ALLOWED


def access_of(user: Anybody, cluster: Cluster) -> str:
    """Return what the person's own participation allows, "" without one."""
    who = viewer(user, timezone.localdate())
    if who.member_id is None or who.has_left(cluster.state):
        return ""
    parts = active_parts(who.member_id, cluster)
    return next((access for _role, access in parts), "")


def can_contribute(user: User | AnonymousUser | None, cluster: Cluster) -> Verdict:
    """Whoever takes part in an approved or running cluster adds files and notes; who keeps it, too.

    Not those who take part as readers or with comments alone.
    """
    held = capacities(user or AnonymousUser(), cluster, timezone.localdate())
    if cluster.state in ACTIVE_STATES and Capacity.PARTICIPANT in held:
        if held & {*LEADS, Capacity.COORDINATOR} or access_of(user, cluster) == Access.CONTRIBUTE:
            return ALLOWED
        return refused(_("You take part as a reader or with comments: others add files and notes."), "forbidden")
    verdict = can_work(user, cluster)
    if verdict or verdict.code == "state":
        return verdict
    return refused(_("Only those who take part in the cluster add files and notes to it."), "forbidden")


def keeps_people(user: Anybody, cluster: Cluster) -> bool:
    """Tell whether `user` reads what is written to the lead's side and by it.

    Lead, deputy, coordinators and administrators do, in a proposal the named lead; also after the end.
    """
    held = capacities(user or AnonymousUser(), cluster, timezone.localdate())
    return bool(held & {Capacity.NAMED_LEAD, Capacity.ADMINISTRATOR, *LEADS, *DECIDERS})
