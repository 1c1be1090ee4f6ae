"""Facts of indicators written out, as the examples and the properties of their rules take them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from results.facts import CooperationFacts, MeetingFacts, PilotFacts, ProjectFacts, SolutionFacts, UptakeFacts
from results.rules.indicators.shape import Figure, Reason, Terms
from results.rules.indicators.table import RULES

ON = date(2029, 6, 1)
ALPHA = ProjectFacts(1, "alpha", "ALPHA", date(2024, 1, 1), date(2026, 6, 30))
LEAP = ProjectFacts(2, "leap", "LEAP", date(2024, 1, 1), date(2028, 2, 29))
OPEN = ProjectFacts(3, "open", "OPEN", date(2024, 1, 1), None)
TWO = frozenset({"EL", "IT"})
ONE = frozenset({"IT"})
TERMS = Terms(ON, frozenset({"policy"}))
R = Reason


@dataclass
class Known:
    """Facts written out."""

    solutions: Iterable[SolutionFacts] = ()
    uptakes: Iterable[UptakeFacts] = ()
    meetings: Iterable[MeetingFacts] = ()
    cooperation: Iterable[CooperationFacts] = ()
    present_cooperation: Iterable[CooperationFacts] = ()
    pilots: Iterable[PilotFacts] = ()
    present_pilots: Iterable[PilotFacts] = ()


def used(pk: int, solution: int, day: date | None, project: ProjectFacts = ALPHA, **fields: Any) -> UptakeFacts:
    """Return a documented uptake in use since `day`."""
    given = {"type": "methodology", "organisation": f"Org {pk}", "cluster": "M4N-CL-2026-01", "is_documented": True}
    given |= {"title": f"Solution {solution}", "state": "in_use" if day else "committed", "in_use_on": day}
    return UptakeFacts(**{"pk": pk, "solution": solution, "project": project, **given, **fields})


def made(pk: int, **fields: Any) -> SolutionFacts:
    """Return a jointly developed, tested and described solution."""
    given = {"title": f"Solution {pk}", "project": 1, "type": "methodology", "maturity": "validated"}
    given |= {"has_place": True, "has_document": True, "partners": 5, "countries": TWO}
    return SolutionFacts(**{"pk": pk, **given, **fields})


def held(pk: int, kind: str, persons: int, completed: int = 0, **fields: Any) -> MeetingFacts:
    """Return a documented meeting, organised by two organisations of two countries."""
    given = {"cluster": "M4N-CL-2026-01", "project": 1, "held_on": date(2026, 5, 1), "organisers": 2, "countries": TWO}
    return MeetingFacts(
        **{"pk": pk, "kind": kind, "persons": persons, "completed": completed, "has_document": True, **given, **fields}
    )


def takes_part(organisation: int, project: ProjectFacts | None = ALPHA, **fields: Any) -> CooperationFacts:
    """Return an organisation of the partnership that was at a documented meeting in May 2026."""
    given = {"name": f"Org {organisation}", "cluster": "M4N-CL-2026-01", "has_partnership": True}
    given |= {"first_on": date(2026, 3, 1), "last_on": date(2026, 6, 1), "document_on": date(2026, 5, 1)}
    return CooperationFacts(**{"organisation": organisation, "project": project, **given, **fields})


def pilot(pk: int, **fields: Any) -> PilotFacts:
    """Return a pilot that two organisations of two countries carried out."""
    given = {"title": "Pilot", "cluster": "M4N-CL-2026-01", "project": 1, "is_done": True, "done_on": date(2026, 5, 1)}
    return PilotFacts(**{"pk": pk, "organisations": 2, "countries": TWO, "has_document": True, **given, **fields})


def figure(
    code: str, known: Known, taken: dict[tuple[str, int], int] | None = None, terms: Terms = TERMS, version: int = 0
) -> Figure:
    """Return the figure of an indicator by a version of its rule, by default the newest."""
    return RULES[code].figure(known, terms, taken or {}, version=version or RULES[code].versions[-1])
