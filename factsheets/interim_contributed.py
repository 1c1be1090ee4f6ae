"""What factsheets in between add to desks and histories; called by `apps.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters import contributions as of_clusters
from clusters.desk import MOST, first
from clusters.visibility import viewer
from community import contributions
from community.contributions import DeskItem
from community.models import User
from factsheets.interim import EVERY_MONTHS, SENTENCES, Schedule, waiting_for


def register() -> None:
    """Register the desk items and the sentences of the history."""
    contributions.desk_items.register("factsheets.interim", items)
    of_clusters.sentences.register("interim", SENTENCES)


def items(user: User, on: date) -> Iterable[DeskItem]:
    """Yield the factsheets in between that are due, for who leads, and the late ones for coordinators; one query."""
    found = waiting_for(viewer(user, on), on, MOST + 1)
    yield from first(_item(row, schedule, is_own=is_own) for row, schedule, is_own in found)


def _item(row: Any, schedule: Schedule, *, is_own: bool) -> DeskItem:
    """Return one that is due; `is_own` for who leads the cluster."""
    words = {
        "day": date_format(schedule.due_on, "j F Y"),
        "months": EVERY_MONTHS,
    }
    if is_own:
        why = _("A running cluster owes a factsheet every %(months)d months. Issue it, or skip it and say why.") % words
    else:
        why = _("A factsheet was due on %(day)s, and the lead has neither issued nor skipped it.") % words
    return DeskItem(
        verb=_("Issue a factsheet in between") if is_own else _("Look what is new"),
        title=f"{row.name} {row.title}",
        why=why,
        url=reverse("factsheets:interim", args=[row.name]),
        due=schedule.due_on,
        late=schedule.is_late,
    )
