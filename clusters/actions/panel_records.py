"""What of a person stands in advice panels: for their data, their erasure, and two records of one person."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clusters.choices import OPEN_PLACES, PanelCredit, PanelPlace
from clusters.models import PanelAnswer, PanelQuestion
from community.contributions import PersonalRecords
from community.models import Member


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


def _erase(member: Member) -> int:
    """End what still asks an erased person, empty their reasons, and credit their answers to the organisation alone.

    The answer is advice that was given to others, who rest on it: it stays, without the name. Return how many.
    """
    rows = _places(member)
    rows.filter(status__in=OPEN_PLACES).update(status=PanelPlace.WITHDRAWN)
    return rows.update(reason="", credit=PanelCredit.ORGANISATION)


PLACES: Final = PersonalRecords(
    _("Questions of advice panels that you were asked"), _places, _export_place, erase=_erase
)
