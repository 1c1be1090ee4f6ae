"""Reads of territories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Length, Substr

from community.choices import NUTS_LEVELS, TerritoryLevel, Whereabouts
from community.querysets.period import rows_of

if TYPE_CHECKING:
    from community.models import Territory


def lying_within(code: str) -> models.QuerySet[Territory, Any]:
    """Return the keys of the territories that lie in those of a code, to be asked within another query."""
    rows: Any = rows_of("Territory")
    return rows.within(code).order_by().values("pk")  # type: ignore[no-any-return]


def placed(where: str, among: Iterable[int] | None = None) -> tuple[models.QuerySet[Territory, Any], bool]:
    """Return the keys of the territories by which a `Whereabouts` is told, and whether one of them must be named.

    What lies outside the programme names one of these; what has no place, or no single region, names none of them.
    `among` are the keys of territories of which alone the regions count; None: all of them.

    Raises:
        ValueError: there is no such `Whereabouts`.
    """
    rows: Any = rows_of("Territory")
    if (asked := Whereabouts(where)) is Whereabouts.NO_REGION:
        return rows.in_programme_regions(among).order_by().values("pk"), False
    if asked is Whereabouts.NOWHERE:
        return rows.in_any_country().order_by().values("pk"), False
    return rows.outside_the_programme().order_by().values("pk"), True


class TerritoryQuerySet(models.QuerySet["Territory"]):
    """Regions, countries, sites and sea basins."""

    def programme_regions(self) -> Self:
        """Keep the 69 regions of the programme (NUTS 2021)."""
        return self.filter(is_programme_region=True)

    def countries(self) -> Self:
        """Keep whole countries, also those that are one region of the programme."""
        return self.filter(Q(level=TerritoryLevel.COUNTRY) | Q(is_programme_region=True, code=models.F("country")))

    def programme_countries(self) -> dict[str, str]:
        """Return the programme's countries by their letters, by name; one without an entry bears its letters; a query.

        They are those of the programme's regions.
        """
        programme, names = set[str](), dict[str, str]()
        columns = ("country", "name", "code", "is_programme_region")
        rows = self.filter(Q(is_programme_region=True) | Q(level=TerritoryLevel.COUNTRY)).order_by("name", "pk")
        for country, name, code, is_region in rows.values_list(*columns):
            programme |= {country} if is_region else set()
            if not is_region or code == country:
                names.setdefault(country, name)
        named = {letters: names.get(letters, letters) for letters in programme - {""}}
        return dict(sorted(named.items(), key=lambda pair: (pair[1], pair[0])))

    def selectable(self) -> Self:
        """Keep what forms offer: the programme's regions, countries, sites and seas, no region twice."""
        others = [TerritoryLevel.COUNTRY, TerritoryLevel.SITE, TerritoryLevel.SEA]
        return self.filter(Q(is_programme_region=True) | Q(level__in=others))

    def selectable_choices(self) -> list[tuple[str, str]]:
        """Return the codes of what forms offer with name and code, then the letters of countries without an entry."""
        rows = list(self.selectable().order_by("name", "pk"))
        bare = {row.country for row in rows if row.is_programme_region} - {row.code for row in rows} - {""}
        return [*((row.code, f"{row.name} ({row.code})") for row in rows), *((code, code) for code in sorted(bare))]

    def within(self, code: str) -> Self:
        """Keep what lies in the territories of a code: these, a country's, smaller regions, and what is mapped to them.

        A NUTS code begins with that of the region around it; the codes of countries, sites and seas are compared
        whole. A site, and a region of another NUTS version, says by `maps_to` where it lies.
        """
        return self._with_mapped(Q(code=code) | Q(country=code) | Q(level__in=NUTS_LEVELS, code__startswith=code))

    def lying_in(self, keys: models.QuerySet[Any, Any]) -> Self:
        """Keep the territories with these keys and what lies in them, by the same rule as `within`."""
        around = self.model._default_manager.filter(pk__in=keys).order_by()
        countries = around.filter(level=TerritoryLevel.COUNTRY).exclude(country="")
        beginning = around.alias(beginning=Substr(OuterRef("code"), 1, Length("code"))).filter(beginning=F("code"))
        return self._with_mapped(
            Q(pk__in=keys)
            | Q(country__in=countries.values("country"))
            | Q(country__in=around.values("code"))
            | Q(Exists(beginning), level__in=NUTS_LEVELS)
        )

    def in_programme_regions(self, among: Iterable[int] | None = None) -> Self:
        """Keep what lies in regions of the programme; `among`: only in those with these keys."""
        regions = self.model._default_manager.programme_regions()
        return self.lying_in((regions if among is None else regions.filter(pk__in=among)).values("pk"))

    def in_any_country(self) -> Self:
        """Keep what lies in a country: not a sea that is mapped to nothing."""
        return self._with_mapped(~Q(country="") | (Q(level__in=NUTS_LEVELS) & ~Q(code="")))

    def outside_the_programme(self) -> Self:
        """Keep what lies, also or only, in a country of which no region is one of the programme."""
        letters = self.model._default_manager.programme_regions().order_by().values("country")
        return self._with_mapped(~Q(country="") & ~Q(country__in=letters))

    def _with_mapped(self, lies: Q) -> Self:
        """Keep what lies there itself, and what is mapped to one of these."""
        there = self.model._default_manager.filter(lies).order_by().values("pk")
        mapped = self.model.maps_to.through._default_manager.filter(to_territory__in=there)
        return self.filter(Q(pk__in=there) | Q(pk__in=mapped.values("from_territory")))
