"""Which cluster may go into which, and who presses: one coordinator asks, one of the other working group agrees."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from clusters.choices import ACTIVE_STATES, DECIDERS, TAKING_STATES, State
from clusters.models import Cluster, MergeRequest
from clusters.permissions import capacities, parties
from clusters.rules.decision import why_a_party
from clusters.visibility import viewer
from community.lifecycle import Attempt
from community.models import User
from community.permissions import ALLOWED, Verdict, refused


def can_take_in(into: Cluster, cluster: Cluster) -> Verdict:
    """Tell whether `cluster` may go into `into` as both stand now, whoever asks."""
    if into.pk == cluster.pk:
        return refused(_("A cluster can't go into itself. Choose another one."))
    if into.state not in TAKING_STATES:
        words = _(
            "%(name)s is %(state)s and takes no other cluster in. Choose one that is proposed, approved or running."
        )
        return refused(words % {"name": into.name, "state": into.get_state_display().lower()})
    if cluster.state == State.APPROVED and into.state not in ACTIVE_STATES:
        words = _("%(name)s is not approved yet. What is approved goes only into a cluster that is approved too.")
        return refused(words % {"name": into.name})
    return ALLOWED


def coordinates_both(user: User | None, cluster: Cluster, into: Cluster, on: date) -> bool:
    """Tell whether one person coordinates the working groups of both clusters: then one press is enough."""
    who = viewer(user, on)
    return who.is_mission or {cluster.working_group_id, into.working_group_id} <= who.group_ids


def may_answer(user: User | None, request: MergeRequest, on: date) -> Verdict:
    """Tell whether `user` may agree to a merge that was asked for, or refuse it."""
    into = request.into
    if user is None or not {*DECIDERS} & capacities(user, into, on):
        words = _("A coordinator of %(group)s has to agree.")
        return refused(words % {"group": _group(into)}, "forbidden")
    if request.asked_by_id == user.pk:
        words = _("You asked for this merge, so somebody else of %(group)s has to agree (four eyes).")
        return refused(words % {"group": _group(into)}, "forbidden")
    return party_to_neither(user, request.cluster, into, on)


def party_to_neither(user: User | None, cluster: Cluster, into: Cluster, on: date) -> Verdict:
    """Nobody merges what they proposed, lead or wrote in, on either side."""
    member_id = viewer(user, on).member_id
    for row in (cluster, into):
        if member_id is not None and member_id in parties(row):
            return refused(why_a_party(row, member_id, name=row.name), "forbidden")
    return ALLOWED


def both_sides_agreed(attempt: Attempt) -> Verdict:
    """The other cluster can take this one in, and a coordinator of each side wants it."""
    if attempt.is_asking:
        return ALLOWED
    cluster, into = attempt.subject, attempt.details.get("into")
    if into is None:
        return refused(_("Choose the cluster that this one goes into."))
    if not (verdict := can_take_in(into, cluster)):
        return verdict
    if not (verdict := party_to_neither(attempt.by, cluster, into, attempt.on)):
        return verdict
    if coordinates_both(attempt.by, cluster, into, attempt.on):
        return ALLOWED
    request = cluster.merge_requests.open().for_page().filter(into=into).first()
    if request is None:
        return refused(_("A coordinator of %(group)s has to agree first: ask for it.") % {"group": _group(into)})
    if not (verdict := may_answer(attempt.by, request, attempt.on)):
        return verdict
    return _still_asked(request, attempt.on)


def _still_asked(request: MergeRequest, on: date) -> Verdict:
    """Who asked must be one who may decide on the cluster still, on the day of the answer."""
    asker = request.asked_by
    if asker.is_active and {*DECIDERS} & capacities(asker, request.cluster, on):
        return party_to_neither(asker, request.cluster, request.into, on)
    words = _("Who asked for this merge no longer decides on %(name)s. A coordinator of %(group)s has to ask anew.")
    return refused(words % {"name": request.cluster.name, "group": _group(request.cluster)})


def _group(cluster: Cluster) -> str:
    return cluster.working_group.code if cluster.working_group else "–"
