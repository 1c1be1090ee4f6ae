"""A page of a cluster's history: which of its events, told as sentences."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.filters import AskFilter
from clusters.models import Cluster
from clusters.relatives import events_of, told
from community.filters import FilterBar
from community.forms.dates import DayField, PeriodForm
from community.models import Event, User
from community.querysets.record import EventQuerySet
from community.tables import RowsPaginator

PER_PAGE = 50
#: The steps of the life cycle: their verbs have no point in them.
STEPS = "steps"
#: code -> (words, what the verbs of its events begin with).
ABOUT: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    STEPS: (_("Steps and conditions"), ("condition.",)),
    "proposal": (_("The proposal's words"), ("proposal.", "review.")),
    "roadmap": (_("The roadmap"), ("stage.", "roadmap.", "evidence.")),
    "people": (_("Who takes part"), ("participation.", "invitation.", "lead.")),
    "results": (_("Outcomes, uptakes and what became of them"), ("outcome.", "uptake.", "objective.", "follow_up.")),
    "amendments": (_("Amendments"), ("amendment.",)),
    "room": (_("The room"), ("room.", "room_file.", "meeting.", "room_message.")),
}


class HistoryFilter(FilterBar):
    """The form above a history: what the events are about, and a period."""

    about = django_filters.ChoiceFilter(
        label=_("About"),
        empty_label=_("Everything"),
        choices=[(code, words) for code, (words, _verbs) in ABOUT.items()],
        method="filter_about",
    )

    class Meta:
        """No filter is made from a model field: each is written above."""

        model = Event
        fields: list[str] = []
        form = PeriodForm

    def filter_about(self, queryset: EventQuerySet, _name: str, code: str) -> EventQuerySet:
        """Keep the events that are about `code`, a key of `ABOUT`."""
        found = ~Q(verb__contains=".") if code == STEPS else Q(pk__in=[])
        for prefix in ABOUT[code][1]:
            found |= Q(verb__startswith=prefix)
        return queryset.filter(found)


# Words of the language cannot be attributes.
HistoryFilter.base_filters["from"] = AskFilter("happened_from", DayField, _("From"), required=False)
HistoryFilter.base_filters["to"] = AskFilter("happened_until", DayField, _("To"), required=False)


def _fetch(rows: Any) -> QuerySet[Event]:
    """Join what the sentences of one page are made of."""
    found: EventQuerySet = rows
    return found.for_sentences()


def page_of_history(cluster: Cluster, user: User | AnonymousUser, given: Any) -> tuple[HistoryFilter, Page[Any]]:
    """Return the form that the address `given` fills, and the page of sentences that it asks for, newest first."""
    events, names = events_of(cluster, user)
    filters = HistoryFilter(given, queryset=events)
    paginator = RowsPaginator(filters.rows, fetch=_fetch, per_page=PER_PAGE)
    page: Page[Any] = paginator.get_page(given.get("page") or 1)
    page.object_list = told(page.object_list, cluster, user, names=names)
    return filters, page
