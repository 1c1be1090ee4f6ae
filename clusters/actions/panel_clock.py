"""Advice panels and the clock: who is reminded, and whose place runs out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from clusters.actions.panel import move_place
from clusters.actions.panel_effects import lapse
from clusters.actions.parts import each_alone
from clusters.models import PanelAnswer, PanelQuestion
from clusters.notifications.panel import key_of, remind
from community.permissions import Refusal

#: One run handles at most so many; the next run goes on.
BATCH: Final = 500
#: So many days after they were asked, people who have not said yet are reminded, as of invitations to a cluster.
DAYS_AFTER_ASKING: Final = (3, 7)
#: So many days before the answer is wanted (after it: negative) those who accepted are reminded.
DAYS_BEFORE_ANSWER: Final = (3, 0, -7)


def keep_panels_going(now: datetime) -> int:
    """Remind who is to answer, and end the places of those who never said whether they would; return how many.

    A question whose cluster or need ended in another way than by its own actions ends, too.

    Harmless to run twice: a reminder is written once a day and place, an ended place is ended.
    """
    on = timezone.localdate(now)
    rows = PanelAnswer.objects.run_out(on).select_related("question").order_by("pk")[:BATCH]
    ended = each_alone(rows, lambda place: _expire(place, now), what="ending a place on a panel")
    asked_on = [on - timedelta(days=days) for days in DAYS_AFTER_ASKING]
    wanted_on = [on + timedelta(days=days) for days in DAYS_BEFORE_ANSWER]
    due = PanelAnswer.objects.to_remind(asked_on=asked_on, wanted_on=wanted_on)
    due = due.select_related("question", "asked__user").order_by("pk")
    over = PanelQuestion.objects.left_over().order_by("pk")[:BATCH]
    ended += each_alone(over, lambda question: lapse(question, at=now), what="ending a question that is over")
    return ended + each_alone(due, lambda place: _remind(place, now), what="reminding a panel")


def _expire(place: PanelAnswer, now: datetime) -> bool:
    try:
        move_place(panel_place=place, step="panel.expired", by=None, at=now)
    except Refusal:  # they said so meanwhile
        return False
    return True


def _remind(place: PanelAnswer, now: datetime) -> bool:
    """Remind a person whose day that is."""
    on, wanted = timezone.localdate(now), place.question.wanted_on
    return remind(place, key=key_of(place, on), late=wanted is not None and wanted < on)
