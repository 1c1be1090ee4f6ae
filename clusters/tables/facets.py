"""How many clusters each choice beside the list would leave: counted in one query, kept under the registry's stamp.

A choice is counted with all other filters but without those of its own group, because choices of one group widen each
other. State, working group and focus come from one pass over a covering index, and so does the number of all hits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from clusters.filters import FACTS, ClusterFilter

#: Above so many clusters, levels and themes are not counted: that would take longer than the page.
CHEAP: Final = 20_000

Cell = tuple[str, int | None, str]


@dataclass(frozen=True)
class Counts:
    """Numbers by group and choice: a code for states, focuses and levels, a key for groups and themes.

    A group that was not counted is missing; `total` is None where it was not counted, `is_capped` tells "1000+".
    """

    total: int
    groups: dict[str, dict[Any, int]] = field(default_factory=dict)
    is_capped: bool = False

    def of(self, group: str, choice: Any) -> int | None:
        """Return the number beside a choice, None where the group was not counted."""
        return self.groups[group].get(choice, 0) if group in self.groups else None


def count(filters: ClusterFilter, group_keys: Collection[int], *, size: int) -> Counts:
    """Count for the filters in use, in one query; `group_keys` are the working groups chosen, `size` all clusters."""
    parts: list[Any] = [filters.rows(leave_out=FACTS).counted_by_facts()]
    if size <= CHEAP:
        parts.append(filters.rows(leave_out={"level"}).counted_by_levels())
        parts.append(filters.rows(leave_out={"theme"}).counted_by_themes())
    cells: Counter[Cell] = Counter()
    groups: dict[str, dict[Any, int]] = {"level": {}, "theme": {}} if size <= CHEAP else {}
    for first, key, third, number in parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]:
        if first == "level":
            groups["level"][third] = number
        elif first == "theme":
            groups["theme"][key] = number
        else:
            cells[first, key, third] += number
    total, facts = summed(cells, filters, group_keys)
    return Counts(total, groups | facts)


def summed(
    cells: Counter[Cell], filters: ClusterFilter, group_keys: Collection[int]
) -> tuple[int, dict[str, dict[Any, int]]]:
    """Return the number of hits and the counts of state, working group and focus, from (state, group, focus) cells."""
    chosen: tuple[Collection[Any], ...] = (
        filters.chosen.get("state", []),
        group_keys,
        filters.chosen.get("focus", []),
    )
    total = 0
    facts: dict[str, Counter[Any]] = {"state": Counter(), "wg": Counter(), "focus": Counter()}
    for cell, number in cells.items():
        fits = [not wanted or value in wanted for wanted, value in zip(chosen, cell, strict=True)]
        total += number if all(fits) else 0
        for place, counter in enumerate(facts.values()):
            if all(fit for index, fit in enumerate(fits) if index != place):
                counter[cell[place]] += number
    return total, {name: dict(counter) for name, counter in facts.items()}


def cells_of(hits: Iterable[tuple[int, str, int | None, str]]) -> Counter[Cell]:
    """Return the cells of hits that were read anyway: (key, state, working group, focus)."""
    return Counter((state, group, focus) for _pk, state, group, focus in hits)
