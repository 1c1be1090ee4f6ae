"""What of a person stands in advice panels: for their data, their erasure, and two records of one person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.choices import OPEN_PLACES, PanelCredit, PanelPlace
from clusters.models import PanelAnswer, PanelQuestion
from community.actions.transition import transition
from community.contributions import Departure, PersonalRecords
from community.models import Member, User


def _asked(member: Member) -> QuerySet[PanelQuestion]:
    return PanelQuestion.objects.filter(asked_by=member).order_by("pk")


def _export(row: PanelQuestion) -> dict[str, Any]:
    return {"question": row.text, "state": row.state, "what_came": row.what_came, "at": row.asked_at}


QUESTIONS: Final = PersonalRecords(_("Questions that you put to advice panels"), _asked, _export)


def _places(member: Member) -> QuerySet[PanelAnswer]:
    return PanelAnswer.objects.of_member(member).select_related("question").order_by("pk")


def _export_place(row: PanelAnswer) -> dict[str, Any]:
    return {
        "question": row.question.text,
        "status": row.status,
        "why_not": row.reason,
        "answer": row.text,
        "credit": row.credit,
        "asked_at": row.invited_at,
        "answered_at": row.answered_at,
    }


def _waiting(member: Member) -> QuerySet[PanelAnswer]:
    """Return the places in which a person is still to answer."""
    return _places(member).filter(status__in=OPEN_PLACES)


def follow_departure(member: Member, by: User | None, at: datetime) -> list[int]:
    """End the places of somebody who leaves, with one event and a mail to the asking side each; return their keys.

    Each question is locked before its place, as everywhere. What they asked and suggested stays: those who ask beside
    them, or the coordinators, go on with it.
    """
    ended = []
    for place in list(_waiting(member).order_by("question_id", "pk")):
        PanelQuestion.objects.select_for_update(of=("self",)).get(pk=place.question_id)
        if _waiting(member).filter(pk=place.pk).exists():
            transition(place, "panel.left", by=None, at=at)
            ended.append(place.pk)
    return ended


def ahead_of_departure(member: Member) -> list[str]:
    """Say which questions somebody would no longer be asked."""
    return [gettext("is asked for advice: %(question)s") % {"question": row.question} for row in _waiting(member)]


def ended_by_departure(keys: Sequence[int]) -> list[str]:
    """Say which questions a departure took a person off, as far as they are not asked again."""
    rows = PanelAnswer.objects.filter(pk__in=keys, status=PanelPlace.WITHDRAWN).select_related("question")
    return [gettext("was asked for advice: %(question)s") % {"question": row.question} for row in rows.order_by("pk")]


DEPARTURE: Final = Departure(follow_departure, ahead_of_departure, ended_by_departure)


def _erase(member: Member) -> int:
    """End what still asks an erased person, empty their reasons, and credit their answers to the organisation alone.

    The answer is advice that was given to others, who rest on it: it stays, without the name. Return how many.
    """
    follow_departure(member, None, timezone.now())
    rows = _places(member)
    return rows.update(reason="", credit=PanelCredit.ORGANISATION)


PLACES: Final = PersonalRecords(
    _("Questions of advice panels that you were asked"), _places, _export_place, erase=_erase
)
