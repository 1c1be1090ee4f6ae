"""What waits for people because of advice panels: to say yes or no, to answer, to read what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.choices import PanelPlace, PanelState
from clusters.models import PanelAnswer, PanelQuestion
from clusters.visibility import Viewer, viewer
from community.contributions import DeskItem
from community.models import User

#: At most so many of one sort stand on the desk.
MOST: Final = 50
#: Without a day of its own a question is answered within so many days.
ANSWER_DAYS: Final = 14


def panel_items(user: User, on: date) -> Iterator[DeskItem]:
    """Yield what a person is asked to answer, and what of their own questions waits for them; two queries."""
    who = viewer(user, on)
    if who.member_id is None:
        return
    yield from _to_answer(who.member_id, on)
    yield from _to_close(who, on)


def _to_answer(member_id: int, on: date) -> Iterator[DeskItem]:
    places = PanelAnswer.objects.of_member(member_id).waiting().select_related("question__cluster", "question__need")
    for place in places.order_by("question__wanted_on", "pk")[:MOST]:
        question, url = place.question, reverse("clusters:panel", args=[place.question_id])
        is_asked = place.status == PanelPlace.INVITED
        due = question.wanted_on or timezone.localdate(place.invited_at) + timedelta(days=ANSWER_DAYS)
        yield DeskItem(
            verb=_("Say yes or no") if is_asked else _("Write your answer"),
            title=str(question),
            why=_("You are asked for advice on: %(about)s") % {"about": question.about},
            url=f"{url}#h-yours" if is_asked else reverse("clusters:panel_answer", args=[question.pk]),
            since=place.invited_at,
            due=due,
            late=due < on,
        )


def _to_close(who: Viewer, on: date) -> Iterator[DeskItem]:
    """Yield suggestions to the lead, and questions that were answered or whose day has gone."""
    waits = Q(state__in=[PanelState.SUGGESTED, PanelState.ANSWERED])
    waits |= Q(state=PanelState.OPEN, wanted_on__lt=on) | Q(state=PanelState.OPEN, answers__isnull=True)
    rows = PanelQuestion.objects.asked_for(who).filter(waits).for_rows()
    for row in rows.annotate(newest=Max("answers__answered_at")).order_by("asked_at", "pk")[:MOST]:
        count = row.answered_count  # type: ignore[attr-defined]
        answers = ngettext("%(count)d person answered.", "%(count)d people answered.", count) % {"count": count}
        verb, why = _("Read the answers"), answers
        if row.state == PanelState.SUGGESTED:
            verb, why = _("Ask it or set it aside"), _("Somebody who takes part suggests this question.")
        elif not row.asked_count:  # type: ignore[attr-defined]
            verb, why = _("Choose whom to ask"), _("Nobody is asked yet.")
        elif not count:
            verb, why = _("See who is asked"), _("The day has gone, and nobody has answered.")
        since = row.newest or row.asked_at  # type: ignore[attr-defined]
        yield DeskItem(verb, str(row), why, reverse("clusters:panel", args=[row.pk]), since=since)
