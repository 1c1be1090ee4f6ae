"""Asking an advice panel: the question, the people, and what they answer.

Every action locks the question before a place on its panel, so that a question never closes beside an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import OPEN_PANELS, PanelPlace, PanelState
from clusters.models import Cluster, PanelAnswer, PanelQuestion
from clusters.notifications import panel as mails
from clusters.rules import panel as rules
from community import notifications
from community.actions.transition import transition
from community.actions.twins import refuse_other_words
from community.events import record
from community.folding import fold_key
from community.models import Member, Need, User
from community.permissions import Refusal

ASKED: Final = _("This question is open here already. Open it and word it anew there: nothing is asked yet.")
#: What a form writes: words and days, and the rows kept beside a question.
FIELDS: Final = ("text", "languages", "wanted_on")
SETS: Final = ("expertise", "territories")
EMPTY: Final[Mapping[str, Any]] = {"text": "", "languages": [], "wanted_on": None}
#: How far a question is that counts as open for the number that may be.
UNDONE: Final = (PanelState.SUGGESTED, *OPEN_PANELS)


@transaction.atomic
def ask_question(
    *, about: Cluster | Need, by: User, values: Mapping[str, Any], at: datetime | None = None
) -> PanelQuestion:
    """Put a question of a cluster or a need to a panel, or suggest one to the lead of a cluster; one event.

    Order of effects: lock what it is about; the question with its expertise, places and languages; the event; of a
    suggestion a mail to the lead's side. A form sent twice makes one question: the open one that says the same.

    Args:
        values: `FIELDS` (words, codes, a day) and `SETS` (rows).

    Raises:
        Refusal: the person may not, the cluster is not under way, too many are open, or the open one with these words
            says otherwise in the rest.
        ValidationError: a text is too long or holds signs that are not allowed.
    """
    at = at or timezone.now()
    row: Any = type(about)._default_manager.select_for_update(of=("self",)).get(pk=about.pk)
    is_cluster = isinstance(row, Cluster)
    if is_cluster:
        may_ask = rules.can_ask_panel(by, row)
        verdict, there = may_ask or rules.can_suggest_question(by, row), PanelQuestion.objects.of_cluster(row)
    else:
        verdict = may_ask = rules.can_ask_about(by, row)
        there = PanelQuestion.objects.of_need(row)
    if not verdict or by.member is None:
        raise Refusal.of(verdict)
    undone = list(there.filter(state__in=UNDONE))
    for one in undone:
        if fold_key(one.text) == fold_key(values["text"]):
            url = reverse("clusters:panel", args=[one.pk])
            refuse_other_words(one, values, at="text", words=ASKED, url=url)
            return one
    if len(undone) >= rules.MOST_OPEN:
        raise Refusal(_("%(most)d questions are open here. Close one first.") % {"most": rules.MOST_OPEN})
    question = PanelQuestion(asked_by=by.member, asked_at=at, state_since=at)
    question.cluster, question.need = (row, None) if is_cluster else (None, row)
    question.state = PanelState.OPEN if may_ask else PanelState.SUGGESTED
    return _keep(question, values, by=by)


def _keep(question: PanelQuestion, values: Mapping[str, Any], *, by: User) -> PanelQuestion:
    """Write a new question with what stands beside it, its event, and of a suggestion its mails."""
    for name in FIELDS:
        setattr(question, name, values.get(name) or EMPTY[name])
    question.full_clean()
    question.save(force_insert=True)
    for name in SETS:
        getattr(question, name).set(values.get(name, ()))
    is_suggested = question.state == PanelState.SUGGESTED
    verb = "panel_question.suggested" if is_suggested else "panel_question.asked"
    event = record(verb=verb, subject=question, by=by, at=question.asked_at, detail={"title": str(question)})
    if is_suggested:
        mails.tell_suggested(question, event, by=by)
    return question


@transaction.atomic
def reword_question(
    *, question: PanelQuestion, by: User, values: Mapping[str, Any], seen_version: int, at: datetime | None = None
) -> PanelQuestion:
    """Word a question anew; one event, and a mail to each who was asked and has not said. The same words: a no-op.

    Order of effects: lock the question; judge; write; the event; the older mail of the asking is replaced.

    Raises:
        Refusal: the person may not, somebody accepted or answered meanwhile, or somebody else changed it.
        ValidationError: a text is too long or holds signs that are not allowed.
    """
    row = _locked(question.pk)
    if not (verdict := rules.can_reword(by, row)):
        raise Refusal.of(verdict)
    if row.version != seen_version:
        raise Refusal(_("Somebody changed this question while you were reading. Read it, then send yours."), "stale")
    if _said(row) == _said_by(values):
        return row
    for name in FIELDS:
        setattr(row, name, values.get(name) or EMPTY[name])
    row.version += 1
    row.full_clean()
    row.save(update_fields=[*FIELDS, "version", "updated_at"])
    for name in SETS:
        getattr(row, name).set(values.get(name, ()))
    event = record(verb="panel_question.reworded", subject=row, by=by, at=at, detail={"title": str(row)})
    for place in row.answers.filter(status=PanelPlace.INVITED).select_related("asked__user", "question"):
        notifications.supersede(place, [mails.ASKED], by=event)
        mails.ask(place, event=event)
    return row


def _said(row: PanelQuestion) -> list[Any]:
    """Return what a question says, to compare."""
    return [getattr(row, name) for name in FIELDS] + [
        set(getattr(row, name).values_list("pk", flat=True)) for name in SETS
    ]


def _said_by(values: Mapping[str, Any]) -> list[Any]:
    """Return the same of what a form says."""
    return [values.get(name) or EMPTY[name] for name in FIELDS] + [
        {one.pk for one in values.get(name, ())} for name in SETS
    ]


def _locked(question_id: int) -> PanelQuestion:
    """Lock a question and return it as it is now."""
    return PanelQuestion.objects.select_for_update(of=("self",)).get(pk=question_id)


@transaction.atomic
def ask_people(
    *, question: PanelQuestion, members: Iterable[Member], by: User, at: datetime | None = None
) -> list[PanelAnswer]:
    """Ask people to answer a question; one event and one mail for each who was not asked before.

    Who is asked already stays as they are; who was no longer asked, or did not say, is asked again. Only members of
    the community who agreed to be shown in its directory, and have an account, are asked.

    Raises:
        Refusal: the person may not, the question is closed, too many are asked, or somebody may not be asked.
    """
    at = at or timezone.now()
    row = _locked(question.pk)
    if not (verdict := rules.can_invite(by, row)):
        raise Refusal.of(verdict)
    wanted = {member.pk for member in members}
    allowed = Member.objects.in_community().suggestible().filter(user__is_active=True)
    people = list(allowed.filter(pk__in=wanted, erased_at=None).select_related("user").order_by("pk"))
    if len(people) < len(wanted):
        raise Refusal(_("Only members of the community who are shown in its directory are asked."), "form")
    if by.member is not None and by.member.pk in wanted:
        raise Refusal(_("You ask this question yourself."), "form")
    there = {place.asked_id: place for place in row.answers.select_related("question", "asked__user")}
    fresh = [person for person in people if person.pk not in there]
    if len(there) + len(fresh) > rules.MOST_ASKED:
        raise Refusal(_("One question asks %(most)d people at most.") % {"most": rules.MOST_ASKED})
    asked = [_ask(row, person, by=by, at=at) for person in fresh]
    for person in people:
        place = there.get(person.pk)
        if place is not None and place.status in (PanelPlace.WITHDRAWN, PanelPlace.EXPIRED):
            asked.append(transition(place, "panel.asked_again", by=by, at=at))
    return asked


def _ask(question: PanelQuestion, person: Member, *, by: User, at: datetime) -> PanelAnswer:
    """Make the place of somebody who was not asked before, with its event and mail."""
    organisation = person.organisation_on(timezone.localdate(at))
    place = PanelAnswer(question=question, asked=person, organisation=organisation, invited_by=by, invited_at=at)
    place.state_since = at
    place.full_clean(validate_unique=False)
    place.save(force_insert=True)
    data = {"question": question.pk, "member": person.pk}
    event = record(verb="panel.asked", subject=place, by=by, at=at, data=data, detail={"title": str(question)})
    mails.ask(place, event=event)
    return place


@transaction.atomic
def move_question(
    *, question: PanelQuestion, step: str, by: User, reason: str = "", at: datetime | None = None, **details: Any
) -> PanelQuestion:
    """Do a verb of a question's life; see `clusters.panel_lifecycle`.

    Raises:
        Refusal: nothing was changed; the reason says why.
    """
    done: PanelQuestion = transition(question, step, by=by, reason=reason, at=at, **details)
    return done


@transaction.atomic
def move_place(
    *,
    panel_place: PanelAnswer,
    step: str,
    by: User | None,
    reason: str = "",
    at: datetime | None = None,
    **details: Any,
) -> PanelAnswer:
    """Do a verb of a place's life, with its question locked before it; None is the clock.

    Raises:
        Refusal: nothing was changed; the reason says why.
    """
    _locked(panel_place.question_id)
    done: PanelAnswer = transition(panel_place, step, by=by, reason=reason, at=at, **details)
    return done
