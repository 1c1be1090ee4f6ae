"""Reads of territories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from community.choices import TerritoryLevel

if TYPE_CHECKING:
    from community.models import Territory


class TerritoryQuerySet(models.QuerySet["Territory"]):
    """Regions, countries, sites and sea basins."""

    def programme_regions(self) -> Self:
        """Keep the 69 regions of the programme (NUTS 2021)."""
        return self.filter(is_programme_region=True)

    def countries(self) -> Self:
        """Keep whole countries, also those that are one region of the programme."""
        return self.filter(Q(level=TerritoryLevel.COUNTRY) | Q(is_programme_region=True, code=models.F("country")))

    def selectable(self) -> Self:
        """Keep what forms offer: the programme's regions, countries, sites and seas, no region twice."""
        others = [TerritoryLevel.COUNTRY, TerritoryLevel.SITE, TerritoryLevel.SEA]
        return self.filter(Q(is_programme_region=True) | Q(level__in=others))
