"""What lies in or around places, and in their countries: what suggestions compare places by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.db.models import Q

from community.choices import NUTS_LEVELS, TerritoryLevel
from community.models import Territory

_COLUMNS: Final = ("pk", "code", "level", "country", "maps_to")


class Place(NamedTuple):
    """What a territory says itself of where it lies."""

    pk: int
    code: str
    level: str
    country: str

    @property
    def countries(self) -> set[str]:
        """The country that it names, and the one whose letters a region's code begins with."""
        return {self.country, self.code[:2] if self.level in NUTS_LEVELS else ""} - {""}

    def lies_in(self, other: Place) -> bool:
        """Say whether it lies in another by its own country or code."""
        names = {other.code, other.country if other.level == TerritoryLevel.COUNTRY else ""} - {""}
        is_inside = self.level in NUTS_LEVELS and self.code.startswith(other.code)
        return self.pk == other.pk or self.country in names or is_inside


@dataclass(frozen=True)
class Surroundings:
    """The keys of what is one of some places or lies in or around one, and of what else lies in the same countries."""

    places: tuple[Territory, ...] = ()
    here: frozenset[int] = frozenset()
    country: frozenset[int] = frozenset()

    def rows(self, through: Any) -> Any:
        """Return the rows of a table of territories that lie here or in the same countries."""
        return through._default_manager.filter(territory__in=self.here | self.country)

    def at(self, path: str) -> Q:
        """Return the condition that the territory at `path` lies here."""
        return Q(**{f"{path}__in": self.here})

    def shared(self, others: Iterable[Territory]) -> tuple[list[str], list[str]]:
        """Return the names of which of `others` lie here, and which only in the same countries."""
        known = list(others)
        here = [place.name for place in known if place.pk in self.here]
        return here, [place.name for place in known if place.pk in self.country]


class Places:
    """All territories with what they are mapped to, one small table; one query where any place is asked for.

    A place lies where `TerritoryQuerySet.lying_in` finds it: by its own country, by its code, which begins with that
    of the region around it, and where the territories lie to which it is mapped.
    """

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._near: dict[int, tuple[set[int], set[int]]] = {}

    @cached_property
    def _known(self) -> dict[int, tuple[Place, ...]]:
        """Each territory, and behind it what it is mapped to, by its key."""
        rows = list(Territory.objects.order_by("pk").values_list(*_COLUMNS))
        alone = {pk: Place(pk, *said) for pk, *said, _lead in rows}
        found: dict[int, tuple[Place, ...]] = {pk: (place,) for pk, place in alone.items()}
        for pk, *_said, lead in rows:
            if lead is not None:
                found[pk] += (alone[lead],)
        return found

    def around(self, places: Iterable[Territory]) -> Surroundings:
        """Return what lies in or around some places, and in the same countries."""
        own = tuple(places)
        if not own:
            return Surroundings()
        near = [self._of(place.pk) for place in own]
        here = frozenset[int]().union(*(one for one, _country in near))
        return Surroundings(own, here, frozenset[int]().union(*(country for _here, country in near)) - here)

    def around_keys(self, keys: Iterable[int]) -> set[int]:
        """Return the keys of what lies in or around places, given by their keys, or in the same countries."""
        return set[int]().union(*(part for pk in keys for part in self._of(pk)))

    def _of(self, pk: int) -> tuple[set[int], set[int]]:
        """Return what lies in or around one place, and what has a country in common with it; worked out once."""
        if pk not in self._near:
            mine, here = self._known[pk], set()
            for other, known in self._known.items():
                if _lies(known, mine[0]) or _lies(mine, known[0]):
                    here.add(other)
            shared = (self._in_country[letters] for letters in _countries(mine))
            self._near[pk] = here, set[int]().union(*shared)
        return self._near[pk]

    @cached_property
    def _in_country(self) -> dict[str, set[int]]:
        """What lies in each country, by its letters."""
        found = defaultdict(set)
        for pk, known in self._known.items():
            for letters in _countries(known):
                found[letters].add(pk)
        return found


def _lies(known: tuple[Place, ...], there: Place) -> bool:
    return any(place.lies_in(there) for place in known)


def _countries(places: Iterable[Place]) -> set[str]:
    return {letters for place in places for letters in place.countries}
