"""What the verbs of questions to advice panels, and of the places on them, do besides; and whom they tell."""

from __future__ import annotations

from datetime import datetime

from clusters.choices import OPEN_PLACES, PanelCredit, PanelState
from clusters.models import Cluster, PanelAnswer, PanelQuestion
from clusters.notifications import panel as mails
from community.actions.transition import effect, tells, transition
from community.lifecycle import Attempt


@effect("close_panel")
def _close(attempt: Attempt) -> None:
    """Keep what was made of the advice, and end the places of those who have not answered."""
    question: PanelQuestion = attempt.subject
    attempt.set(what_came=str(attempt.details["what_came"]).strip(), closed_at=attempt.at)
    question.full_clean(validate_unique=False)
    attempt.words["title"] = str(question)
    _end(attempt)


@effect("end_places")
def _end_places(attempt: Attempt) -> None:
    """End the places of those who have not answered a question that is withdrawn."""
    attempt.words["title"] = str(attempt.subject)
    _end(attempt)


def _end(attempt: Attempt) -> None:
    """Let nobody wait any longer; who did is told with the question itself."""
    waiting = attempt.subject.answers.filter(status__in=OPEN_PLACES).order_by("pk")
    attempt.facts["ended"] = [transition(place, "panel.ended", by=attempt.by, at=attempt.at).pk for place in waiting]


@effect("publish_panel_if_wanted", after=True)
def _publish_if_wanted(attempt: Attempt) -> None:
    """Publish a question as it is closed, where the form says so; an event of its own."""
    if attempt.details.get("publish"):
        transition(attempt.subject, "panel_question.publish", by=attempt.by, at=attempt.at)


@effect("publish_panel")
def _publish(attempt: Attempt) -> None:
    """Let everybody read question and answers."""
    attempt.set(published_at=attempt.at)
    attempt.words["title"] = str(attempt.subject)


@effect("keep_panel")
def _keep(attempt: Attempt) -> None:
    """Let nobody but the group and the panel read question and answers any longer."""
    attempt.set(published_at=None)
    attempt.words["title"] = str(attempt.subject)


@effect("keep_reason")
def _keep_reason(attempt: Attempt) -> None:
    """Keep why somebody does not answer, for the asking side alone."""
    attempt.set(reason=attempt.reason)
    attempt.subject.full_clean(validate_unique=False)
    attempt.reason = ""  # it stands in the row, which an erasure empties, and not in the history


@effect("forget_reason")
def _forget_reason(attempt: Attempt) -> None:
    """Forget why somebody did not want to answer who will, after all."""
    attempt.set(reason="")


@effect("write_answer")
def _write_answer(attempt: Attempt) -> None:
    """Keep the answer and whom to credit; the organisation is the person's on the day of the first answer."""
    place: PanelAnswer = attempt.subject
    attempt.set(text=str(attempt.details["text"]).strip(), credit=_credit(attempt), reason="")
    if place.answered_at is None:
        organisation = place.asked.organisation_on(attempt.on)
        attempt.set(answered_at=attempt.at, organisation=organisation or place.organisation)
    attempt.words["title"] = str(place.question)
    place.full_clean(validate_unique=False)


@effect("write_credit")
def _write_credit(attempt: Attempt) -> None:
    """Keep whom to credit from now on."""
    attempt.set(credit=_credit(attempt))
    attempt.words["title"] = str(attempt.subject.question)


def _credit(attempt: Attempt) -> str:
    """Return the choice of the form; without one the organisation alone is credited."""
    wanted = attempt.details.get("credit")
    return str(wanted) if wanted in PanelCredit.values else PanelCredit.ORGANISATION.value


@effect("answer_question", after=True)
def _answer_question(attempt: Attempt) -> None:
    """Let the first answer show on the question."""
    question = attempt.subject.question
    if question.state == PanelState.OPEN:
        transition(question, "panel_question.answer", by=attempt.by, at=attempt.at)


@effect("note_help")
def _note_help(attempt: Attempt) -> None:
    """Say that an answer helped, or take that back."""
    attempt.set(is_helpful=bool(attempt.details.get("helped", True)))
    attempt.words["title"] = str(attempt.subject.question)


@effect("note_asking")
def _note_asking(attempt: Attempt) -> None:
    """Let the days of asking begin anew."""
    attempt.set(invited_at=attempt.at, invited_by=attempt.by)


@tells("panel_question")
def _tell_of_question(attempt: Attempt) -> None:
    """Write the mails of a question's verb."""
    mails.tell_of_question(attempt)


@tells("panel_answer")
def _tell_of_place(attempt: Attempt) -> None:
    """Write the mails of a place's verb."""
    mails.tell_of_place(attempt)


@effect("note_leaving")
def _note_leaving(attempt: Attempt) -> None:
    """Keep no reason of who left."""
    attempt.set(reason="")


@effect("note_move")
def _note_move(attempt: Attempt) -> None:
    """Keep from where the question came."""
    attempt.words |= {"title": str(attempt.subject), "before": str(attempt.details["before"])}


@effect("end_panels", after=True)
def _end_panels(attempt: Attempt) -> None:
    """End the questions of a cluster that ends: nobody is to answer for it any longer. Who waits is told."""
    is_past = attempt.entered is not None and not attempt.entered.is_waiting
    for question in PanelQuestion.objects.undone().filter(cluster=attempt.subject).order_by("pk"):
        lapse(question, at=attempt.at, tells=not is_past)


def lapse(question: PanelQuestion, *, at: datetime, tells: bool = True) -> bool:
    """End a question whose cluster or need is over, unless nothing is left to end; tell whether it was.

    What was answered stays: the asking side closes it and says what was made of the advice.
    """
    if question.state == PanelState.ANSWERED and not question.answers.filter(status__in=OPEN_PLACES).exists():
        return False
    verb = "panel_question.lapsed" if question.need_id is None else "panel_question.settled"
    transition(question, verb, by=None, at=at, is_silent=not tells)
    return True


def end_questions_about(need_id: int, at: datetime) -> None:
    """End the questions about a need that is answered or closed, in the same transaction. Who waits is told."""
    for question in PanelQuestion.objects.undone().filter(need=need_id).order_by("pk"):
        lapse(question, at=at)


def move_questions(cluster: Cluster, into: Cluster) -> None:
    """Let the questions of a cluster go into the one that takes it in, in the transaction of the merge.

    Those that wait for answers have an event each, and tell who asks, who suggested and who is asked.
    """
    going_on = list(PanelQuestion.objects.undone().filter(cluster=cluster).order_by("pk"))
    PanelQuestion.objects.filter(cluster=cluster).update(cluster=into)
    for question in going_on:
        transition(question, "panel_question.moved", by=None, before=str(cluster))
