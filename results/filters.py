"""The filters of the page that lays idle solutions beside open needs."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from community.choices import Vocabulary
from community.filters import ListFilter, TermFilter
from community.models import Need, Solution, Territory


class CountryFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """One country of the programme by its letters, with all that lies in it."""

    def __init__(self) -> None:
        """Offer the countries of the programme's regions."""

        def choices() -> list[tuple[str, str]]:
            letters = Territory.objects.programme_regions().order_by().values("country")
            rows = Territory.objects.countries().filter(country__in=letters).order_by("name", "pk")
            return list(rows.values_list("country", "name"))

        super().__init__(label=_("Country"), choices=choices, empty_label=_("Any"))

    def filter(self, qs: Any, value: str) -> Any:
        """Keep the rows in that country."""
        return qs.within(value) if value else qs


class OpenNeedFilter(ListFilter):
    """Open needs, the longest waiting first."""

    challenge = TermFilter(Vocabulary.CHALLENGE, "challenges", _("Challenge"))
    country = CountryFilter()

    class Meta:
        model = Need
        fields: list[str] = []


class IdleSolutionFilter(ListFilter):
    """Idle solutions."""

    challenge = TermFilter(Vocabulary.CHALLENGE, "challenges", _("Challenge"))

    class Meta:
        model = Solution
        fields: list[str] = []
