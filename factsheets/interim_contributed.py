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
from clusters.tables.deadlines import GROUPS, MINE, Deadline
from clusters.tables.deadlines import MOST as AT_MOST
from clusters.visibility import viewer
from community import contributions
from community.contributions import DeskItem
from community.models import User
from factsheets.interim import EVERY_MONTHS, SENTENCES, Schedule, coming, waiting_for


def register() -> None:
    """Register the desk items, the dates ahead and the sentences of the history."""
    contributions.desk_items.register("factsheets.interim", items)
    of_clusters.sentences.register("interim", SENTENCES)
    of_clusters.dates_ahead.register("interim", dates)


def items(user: User, on: date) -> Iterable[DeskItem]:
    """Yield the factsheets in between that are due, for who leads, and the late ones for coordinators; one query."""
    found = waiting_for(viewer(user, on), on, MOST + 1)
    yield from first(_item(row, schedule, is_own=is_own) for row, schedule, is_own in found)


def dates(user: User, on: date, last: date) -> Iterable[Deadline]:
    """Yield when factsheets in between fall due, for who leads and for the coordinators of the group; one query."""
    for row, schedule, is_own in coming(viewer(user, on), on, last, AT_MOST):
        url = reverse("factsheets:interim", args=[row.name]) if is_own else row.get_absolute_url()
        verb = _("Issue a factsheet in between") if is_own else ""
        yield Deadline(
            schedule.due_on,
            _("factsheet in between is due"),
            str(row),
            url,
            MINE if is_own else GROUPS,
            verb,
            "interim",
        )


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
