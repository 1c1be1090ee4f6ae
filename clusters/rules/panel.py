"""Who asks an advice panel, who answers it, and why not: predicates with reasons.

A cluster's questions are asked by its lead's side; who takes part suggests one. A question about a need is asked by
who raised the need, or by a coordinator. Members of the community are asked, nobody else: they have an account, and
their page says what they agreed to be shown with.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import ACTIVE_STATES, ENDED_STATES, OPEN_PANELS, Capacity, PanelPlace, PanelState
from clusters.models import Cluster, PanelAnswer, PanelQuestion, Participation
from clusters.permissions import LEADS, capacities, is_gone
from clusters.querysets.panel import READING_PLACES
from clusters.visibility import viewer
from community.models import Member, Need, User
from community.permissions import ALLOWED, Verdict, refused
from community.rights import MEMBERS_ONLY

if TYPE_CHECKING:
    from community.lifecycle import Attempt

Anybody = User | AnonymousUser | None
C = Capacity
#: Questions that a cluster or a need may have open at a time, and people that one question may ask.
MOST_OPEN: Final = 10
MOST_ASKED: Final = 15
STALE = _("This question was changed while you were reading. Read what is new, then decide.")
CLUSTER_OVER = _("The cluster is not under way, so no new question is asked.")
NOT_YOURS = _(
    "Only the lead of the cluster asks a panel (its coordinators where all who lead have left); "
    "who takes part suggests a question."
)
NOT_YOUR_NEED = _("Only who raised this need, or a coordinator, asks a panel about it.")
OVER = _("The cluster is over: nobody else is asked, and no answer is added.")
NEED_OVER = _("The need is answered or closed: nobody else is asked, and no answer is added.")
NOT_OPEN = _("The question is closed: nobody else is asked, and no answer is added.")


def leading(cluster: Cluster) -> list[Member]:
    """Return who leads a cluster and is still there: the lead, or who acts as one, then the deputies.

    Asked once for an instance; one query, and one for the lead where the instance came without.
    """
    known: list[Member] | None = cluster.__dict__.get("_known_leading")
    if known is None:
        rows = Participation.objects.leading().filter(cluster=cluster, member__isnull=False)
        deputies = [part.member for part in rows.select_related("member__user").order_by("-role", "pk")]
        found = [cluster.lead if cluster.has_lead else cluster.acting_lead, *deputies]
        known = list(dict.fromkeys(member for member in found if member is not None and not is_gone(member)))
        cluster.__dict__["_known_leading"] = known
    return known


def leads(user: Anybody, cluster: Cluster, on: date) -> bool:
    """Tell whether somebody asks for a cluster: its lead's side; where all of them left, the group's coordinators."""
    held = capacities(user or AnonymousUser(), cluster, on)
    if held & {*LEADS} and not viewer(user, on).is_former:
        return True
    return bool(held & {C.COORDINATOR, C.MISSION_COORDINATOR}) and not _is_led(cluster)


def _is_led(cluster: Cluster) -> bool:
    """Tell whether somebody who leads a cluster is still there; the lead, whom pages load, is asked first."""
    lead = cluster.lead if cluster.has_lead else cluster.acting_lead
    return (lead is not None and not is_gone(lead)) or bool(leading(cluster))


def is_over(question: PanelQuestion) -> bool:
    """Tell whether the cluster has ended, or the need is answered or closed: nobody else is asked, nobody answers."""
    if question.cluster is not None:
        return question.cluster.state in ENDED_STATES
    return question.need is not None and not question.need.is_open


def _over(question: PanelQuestion) -> Verdict:
    """Refuse what is not done on a question that is over, with what is."""
    return refused(OVER if question.cluster_id else NEED_OVER, "state")


def may_be_answered(question: PanelQuestion) -> bool:
    """Tell whether people may be asked, and answer."""
    return question.state in OPEN_PANELS and not is_over(question)


def asks(user: Anybody, question: PanelQuestion, on: date) -> bool:
    """Tell whether somebody is on the asking side of a question."""
    if question.cluster is not None:
        return leads(user, question.cluster, on)
    return _asks_about(user, question.need, on) or _is(user, question.asked_by_id, on)


def _is(user: Anybody, member_id: int, on: date) -> bool:
    who = viewer(user, on)
    return who.is_cop and who.member_id == member_id


def _asks_about(user: Anybody, need: Need | None, on: date) -> bool:
    who = viewer(user, on)
    return need is not None and who.is_cop and (need.raised_by_id == who.member_id or who.is_coordinator)


def question_capacities(user: Anybody, question: PanelQuestion, on: date) -> frozenset[str]:
    """Return as what `user` acts on a question; None is the clock."""
    if user is None:
        return frozenset({C.CLOCK.value})
    held: set[str] = set()
    who = viewer(user, on)
    if who.is_administrator:
        held.add(C.ADMINISTRATOR)
    if asks(user, question, on):
        held.add(C.ASKER)
    if who.member_id is not None:
        if question.asked_by_id == who.member_id and not who.is_former:
            held.add(C.SUGGESTER)
        if who.is_cop and any(
            row.asked_id == who.member_id and row.status in READING_PLACES for row in question.answers.all()
        ):
            held.add(C.PANEL)
    return frozenset(held)


def place_capacities(user: Anybody, place: PanelAnswer, on: date) -> frozenset[str]:
    """Return as what `user` acts on somebody's place; None is the clock."""
    if user is None:
        return frozenset({C.CLOCK.value})
    held: set[str] = set()
    if _is(user, place.asked_id, on):
        held.add(C.PANEL)
    if asks(user, place.question, on):
        held.add(C.ASKER)
    return frozenset(held)


def can_ask_panel(user: Anybody, cluster: Cluster) -> Verdict:
    """Lead and deputies ask a panel while the cluster is under way; where all of them left, its coordinators."""
    if not leads(user, cluster, timezone.localdate()):
        return refused(NOT_YOURS, "forbidden")
    return ALLOWED if cluster.state in ACTIVE_STATES else refused(CLUSTER_OVER, "state")


def can_suggest_question(user: Anybody, cluster: Cluster) -> Verdict:
    """Who takes part suggests a question to the lead."""
    on = timezone.localdate()
    takes_part = C.PARTICIPANT in capacities(user or AnonymousUser(), cluster, on) and not viewer(user, on).is_former
    if not takes_part and not leads(user, cluster, on):
        return refused(NOT_YOURS, "forbidden")
    return ALLOWED if cluster.state in ACTIVE_STATES else refused(CLUSTER_OVER, "state")


def can_ask_about(user: Anybody, need: Need) -> Verdict:
    """Who raised a need, and coordinators, ask a panel about it until something has answered it."""
    on = timezone.localdate()
    if not viewer(user, on).is_cop:
        return refused(MEMBERS_ONLY, "forbidden")
    if not _asks_about(user, need, on):
        return refused(NOT_YOUR_NEED, "forbidden")
    return ALLOWED if need.is_open else refused(_("This need is answered or closed."), "state")


def can_invite(user: Anybody, question: PanelQuestion) -> Verdict:
    """The asking side asks people while the question is open."""
    if not asks(user, question, timezone.localdate()):
        return refused(NOT_YOURS if question.cluster_id else NOT_YOUR_NEED, "forbidden")
    if is_over(question):
        return _over(question)
    return ALLOWED if question.state in OPEN_PANELS else refused(NOT_OPEN, "state")


def can_reword(user: Anybody, question: PanelQuestion) -> Verdict:
    """The asking side words a question anew until somebody has accepted it or answered."""
    if not asks(user, question, timezone.localdate()):
        return refused(NOT_YOURS if question.cluster_id else NOT_YOUR_NEED, "forbidden")
    if is_over(question):
        return _over(question)
    if question.state not in (PanelState.SUGGESTED, PanelState.OPEN):
        return refused(_("It is answered or over: its words stay as they were answered."), "state")
    if any(row.status in (PanelPlace.ACCEPTED, PanelPlace.ANSWERED) for row in question.answers.all()):
        return refused(_("Somebody accepted to answer this: its words stay. Ask another question."), "state")
    return ALLOWED


def reads_answers(user: Anybody, question: PanelQuestion) -> bool:
    """Tell whether somebody who sees the question reads its answers.

    Everybody once it is published. Before: the asking side, who reads the room, and of the panel who accepted or
    answered; who has not said yet, or declined, reads the question alone.
    """
    if question.is_published:
        return True
    on = timezone.localdate()
    who = viewer(user, on)
    if who.is_administrator or asks(user, question, on):
        return True
    mine = [row.status for row in question.answers.all() if row.asked_id == who.member_id]
    if PanelPlace.ACCEPTED in mine or PanelPlace.ANSWERED in mine:
        return True
    if question.cluster_id is not None:
        return Cluster.objects.with_room_for(user).filter(pk=question.cluster_id).exists()
    return who.is_coordinator


def question_hash(question: PanelQuestion) -> str:
    """Return what a press was decided on: the version of the question."""
    return str(question.version)


def place_hash(place: PanelAnswer) -> str:
    """Return what a press was decided on: the version of the place."""
    return str(place.version)


def nobody_is_party(attempt: Attempt) -> Verdict:
    """Nothing is decided on a panel for somebody else: four eyes are not asked for."""
    return ALLOWED


def wrong_state(attempt: Attempt) -> Verdict:
    """Say how far the question is instead."""
    label = PanelState(attempt.source).label
    return refused(_("This can't be done now: the question is “%(state)s”.") % {"state": label}, "state")


def wrong_status(attempt: Attempt) -> Verdict:
    """Say how far the person's place is instead."""
    label = PanelPlace(attempt.source).label
    return refused(_("This can't be done now: it says “%(status)s” here.") % {"status": label}, "state")


def question_is_open(attempt: Attempt) -> Verdict:
    """A place changes only while its question is open, and what it is about goes on."""
    question = attempt.subject.question
    if is_over(question):
        return _over(question)
    return ALLOWED if question.state in OPEN_PANELS else refused(NOT_OPEN, "state")


def asks_somebody_else(attempt: Attempt) -> Verdict:
    """Nobody is asked for advice on a question that they put themselves, as one of two entries once did."""
    place: PanelAnswer = attempt.subject
    cluster = place.question.cluster
    if place.asked_id != place.question.asked_by_id or (cluster is not None and place.asked not in leading(cluster)):
        return ALLOWED
    return refused(_("Who asks this question is who would answer it. Ask somebody else."), "state")


def cluster_goes_on(attempt: Attempt) -> Verdict:
    """A suggestion is taken up while the cluster is under way."""
    return _over(attempt.subject) if is_over(attempt.subject) else ALLOWED


def has_answer(attempt: Attempt) -> Verdict:
    """An answer says something."""
    if str(attempt.details.get("text", "")).strip():
        return ALLOWED
    return refused(_("Write your answer; a few sentences are enough."), "form")


def says_what_came(attempt: Attempt) -> Verdict:
    """Who closes a question says what was made of the advice: those who gave it read that."""
    if str(attempt.details.get("what_came", "")).strip():
        return ALLOWED
    return refused(_("Say what you made of the advice; one sentence is enough."), "form")


def is_not_published(attempt: Attempt) -> Verdict:
    """What everybody reads already is not published again."""
    if not attempt.subject.is_published:
        return ALLOWED
    return refused(_("It is published already."), "done")


def is_published(attempt: Attempt) -> Verdict:
    """Only what is published can be kept back."""
    return ALLOWED if attempt.subject.is_published else refused(_("It is not published."), "done")


def has_no_answer(attempt: Attempt) -> Verdict:
    """Advice that was given is not thrown away: such a question is closed."""
    if attempt.subject.answers.answered().exists():
        return refused(_("Somebody has answered. Close the question and say what you made of it."), "state")
    return ALLOWED
