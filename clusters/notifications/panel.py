"""Mails about questions to advice panels: somebody is asked, says yes or no, answers, and is thanked.

No mail shows an address, and an answer itself stands on the page only: mails say that it is there.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import OPEN_PLACES, PanelPlace, PanelState
from clusters.models import Cluster, PanelAnswer, PanelQuestion
from clusters.permissions import is_gone
from clusters.rules import panel as rules
from clusters.rules.room import coordinators_of_room
from community import kinds, notifications
from community.contributions import MailTopic
from community.lifecycle import Attempt
from community.models import Appointment, Event, Member, Message, User

ASKED: Final = "clusters/panel_asked"
TAKEN_BACK: Final = "clusters/panel_taken_back"
SAID: Final = "clusters/panel_said"
ANSWERED: Final = "clusters/panel_answered"
SUGGESTED: Final = "clusters/panel_suggested"
CLOSED: Final = "clusters/panel_closed"
OVER: Final = "clusters/panel_over"
MOVED: Final = "clusters/panel_moved"
REMINDER: Final = "clusters/panel_reminder"
#: Of whom something is asked, and what of that is taken back.
ASKING: Final = frozenset({ASKED, TAKEN_BACK})
#: The verbs by which a question ends because what it is about is over.
ENDED: Final = frozenset({"panel_question.lapsed", "panel_question.settled"})

TOPICS: Final[dict[str, MailTopic]] = {
    "clusters.panel_asked": MailTopic(
        _("Questions to an advice panel that you are asked to answer"),
        _("Somebody asks for your expertise, or no longer does."),
        lambda template, audience: template in ASKING,
        order=12,
        why_at_once=_("Somebody waits for your answer."),
    ),
    "clusters.panel_reminder": MailTopic(
        _("Reminders of questions that you are asked to answer"),
        _("Before the day on which the answer is wanted."),
        lambda template, audience: template == REMINDER,
        order=21,
    ),
    "clusters.panel_answers": MailTopic(
        _("Advice panels: answers, and what was made of them"),
        _("Who will answer your question, what was answered, and what was made of the answer that you gave."),
        lambda template, audience: template.startswith("clusters/panel_"),
        order=41,
    ),
}

#: Whom the verbs of panels tell, for the help page.
AUDIENCE_LABELS: Final[dict[str, Any]] = {
    "panel": _("the people on the panel"),
    "suggester": _("who suggested it"),
    "asker": _("who asks"),
    "asked": _("the person"),
}


def account_of(member: Member | None) -> User | None:
    """Return the account of a person who is still there."""
    return member.user if member is not None and not is_gone(member) else None


def asking_side(question: PanelQuestion) -> list[User]:
    """Return the accounts of those who ask: lead and deputies of the cluster; of a need who asked and who raised it.

    Where all of them have left, the coordinators of the cluster's group and of the mission, of a need those of the
    mission.
    """
    on = timezone.localdate()
    if question.cluster is not None:
        found = rules.leading(question.cluster) or coordinators_of_room(question.cluster, on)
    else:
        asking = [question.asked_by, *([question.need.raised_by] if question.need is not None else [])]
        found = [member for member in asking if not is_gone(member)]
        if not found:
            present = Appointment.objects.present(on).of_mission().select_related("member__user")
            found = [row.member for row in present.order_by("pk")]
    return [account for member in dict.fromkeys(found) if (account := account_of(member)) is not None]


def ask(place: PanelAnswer, *, event: Event | None) -> None:
    """Ask a person; the mail leads to the question's page with its two buttons."""
    if (to := account_of(place.asked)) is not None:
        notifications.queue(ASKED, to=to, subject=place, event=event)


def remind(place: PanelAnswer, *, key: str, late: bool) -> bool:
    """Remind a person once for each key; tell whether a mail was written."""
    to = account_of(place.asked)
    return to is not None and notifications.queue(REMINDER, to=to, subject=place, key=key, is_late=late) is not None


def tell_suggested(question: PanelQuestion, event: Event, *, by: User) -> None:
    """Tell the lead's side that somebody suggests a question."""
    for to in asking_side(question):
        if to.pk != by.pk:
            notifications.queue(SUGGESTED, to=to, subject=question, event=event)


def tell_of_place(attempt: Attempt) -> None:
    """Write the mails of a verb of a place: to the person asked, or to the asking side; never to who pressed."""
    place: PanelAnswer = attempt.subject
    template = ANSWERED if attempt.verb.code == "panel.answered" else SAID
    for audience in attempt.verb.tells:
        if audience == "asked":
            taken = attempt.verb.code == "panel.taken_back"
            to = account_of(place.asked)
            if to is not None:
                notifications.queue(TAKEN_BACK if taken else ASKED, to=to, subject=place, event=attempt.event)
            continue
        for to in asking_side(place.question):
            if attempt.by is None or to.pk != attempt.by.pk:
                said: dict[str, Any] = {"said": place.status, "answer_words": place.reason}
                notifications.queue(template, to=to, subject=place, event=attempt.event, is_secret=True, **said)


def tell_of_question(attempt: Attempt) -> None:
    """Thank those who answered and say to the others that it is closed or withdrawn; to a suggester, too."""
    question: PanelQuestion = attempt.subject
    if attempt.verb.code == "panel_question.moved":
        _tell_moved(attempt)
    if attempt.verb.code == "panel_question.moved" or attempt.details.get("is_silent"):
        return
    is_closed = attempt.verb.code == "panel_question.close"
    is_over = attempt.verb.code in ENDED
    told = {attempt.by.pk} if attempt.by is not None else set()
    if "panel" in attempt.verb.tells:
        waiting = set(attempt.facts.get("ended", ()))
        for place in question.answers.select_related("asked__user", "question"):
            has_answered = place.status == PanelPlace.ANSWERED
            to = account_of(place.asked)
            if to is None or to.pk in told or not (place.pk in waiting or (is_closed and has_answered)):
                continue
            told.add(to.pk)
            template = CLOSED if is_closed else TAKEN_BACK
            notifications.queue(
                template, to=to, subject=place, event=attempt.event, has_answered=has_answered, is_over=is_over
            )
    if "suggester" in attempt.verb.tells and attempt.source == PanelState.SUGGESTED:
        to = account_of(question.asked_by)
        if to is not None and to.pk not in told:
            more: dict[str, Any] = {"is_set_aside": True, "is_over": is_over, "reason": attempt.reason}
            notifications.queue(CLOSED, to=to, subject=question, event=attempt.event, **more)
            told.add(to.pk)
    if is_over and "asker" in attempt.verb.tells:
        for to in asking_side(question):
            if to.pk not in told:
                is_answered = question.state == PanelState.ANSWERED
                notifications.queue(OVER, to=to, subject=question, event=attempt.event, is_answered=is_answered)


def _tell_moved(attempt: Attempt) -> None:
    """Say that the question goes on in another cluster: to who is asked and to who asks there; to a suggester, too."""
    question: PanelQuestion = attempt.subject
    waiting = question.answers.filter(status__in=OPEN_PLACES).select_related("asked__user", "question__cluster")
    asked = {account.pk: place for place in waiting if (account := account_of(place.asked)) is not None}
    for place in asked.values():
        moved: dict[str, Any] = {"before": attempt.details["before"], "is_asked": True}
        notifications.queue(MOVED, to=place.asked.user, subject=place, event=attempt.event, **moved)
    asking = asking_side(question)
    suggester = account_of(question.asked_by) if question.state == PanelState.SUGGESTED else None
    for to in dict.fromkeys([*asking, *([suggester] if suggester is not None else [])]):
        if to.pk not in asked:
            notifications.queue(
                MOVED, to=to, subject=question, event=attempt.event, before=attempt.details["before"], is_asked=False
            )


def _context(question: PanelQuestion) -> dict[str, Any]:
    """Return what all templates say of a question."""
    about = question.about
    return {
        "title": str(question),
        "question": question.text,
        "about": about.title if isinstance(about, Cluster) else about.question,
        "is_of_need": question.need_id is not None,
        "wanted_on": question.wanted_on,
        "what_came": question.what_came,
        "asker": question.asked_by.name,
    }


@notifications.provides("panel_question")
def question_context(question: PanelQuestion, message: Message) -> dict[str, Any]:
    """Return what the templates say of a question."""
    return _context(question)


@notifications.provides("panel_answer")
def place_context(place: PanelAnswer, message: Message) -> dict[str, Any]:
    """Return what the templates say of a place, with its question."""
    return {**_context(place.question), "person": place.asked.name}


@notifications.leads_to("panel_answer")
def path_of_place(place: PanelAnswer, message: Message) -> str:
    """Return the question's page; who is asked lands at the two buttons, who no longer is, at the list of panels."""
    is_told_off = message.template in (TAKEN_BACK, CLOSED) and place.status != PanelPlace.ANSWERED
    if is_told_off:
        return reverse("clusters:panels")
    path = reverse("clusters:panel", args=[place.question_id])
    is_asked = message.template in (ASKED, REMINDER)
    return f"{path}#h-yours" if is_asked else path


def key_of(place: PanelAnswer, day: date) -> str:
    """Return the key by which a reminder of a place is written once a day."""
    return f"reminder:{kinds.of(place).code}:{place.pk}:{day.isoformat()}"
