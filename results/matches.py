"""Open needs beside what and who may help, and idle solutions beside the needs that they may answer.

Nobody is matched by this: each suggestion gives its reasons, and a person proposes a cluster from it or does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.db.models import F

from community.models import Member, Need, Solution, User
from community.similar import Near, needs_near_each, solutions_near_each
from community.similar_people import naming, people_near_each
from community.surroundings import Places
from results.coverage import idle_solutions

Viewer = User | AnonymousUser | None

#: So many rows stand on a page.
PER_PAGE: Final = 10


@dataclass(frozen=True)
class NeedMatch:
    """An open need with the solutions and people near it; of the solutions, which are idle."""

    need: Need
    solutions: Sequence[Near[Solution]]
    people: Sequence[Near[Member]]
    idle: frozenset[int]

    @property
    def with_people(self) -> str:
        """What takes the people along to a proposal, in its address."""
        return naming(self.people)


@dataclass(frozen=True)
class SolutionMatch:
    """An idle solution with the open needs near it."""

    solution: Solution
    needs: Sequence[Near[Need]]


def waiting_needs(user: Viewer) -> Any:
    """Return the open needs that a reader may see, the longest waiting first."""
    return Need.objects.visible_to(user).open().order_by("raised_at", "pk")


def idle_in_order() -> Any:
    """Return the idle solutions, the longest published first."""
    return idle_solutions().order_by(F("published_at").asc(nulls_last=True), "pk")


def matched_needs(needs: Sequence[Need], user: Viewer) -> list[NeedMatch]:
    """Return needs (loaded by `for_page`) with what is near them; nine queries, however many there are."""
    places = Places()
    solutions = solutions_near_each(needs, user, places)
    people = people_near_each(needs, user, solutions, places)
    shown = {hit.row.pk for hits in solutions.values() for hit in hits}
    idle = frozenset(idle_solutions(shown).values_list("pk", flat=True))
    return [NeedMatch(need, solutions[need.pk], people[need.pk], idle) for need in needs]


def matched_solutions(solutions: Sequence[Solution], user: Viewer) -> list[SolutionMatch]:
    """Return solutions (with `challenges` and `tested_in`) with the open needs near them; five queries."""
    needs = needs_near_each(solutions, waiting_needs(user))
    return [SolutionMatch(row, needs[row.pk]) for row in solutions]


def with_terms(rows: Any) -> Any:
    """Load what a solution is shown with and compared by."""
    return rows.select_related("type", "project").prefetch_related("challenges", "tested_in")
