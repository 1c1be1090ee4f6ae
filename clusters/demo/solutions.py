"""The catalogue: one result or more of every thematic project."""

from __future__ import annotations

from datetime import time
from typing import Any

from clusters.demo.files import document, paragraphs
from clusters.demo.world import World
from community.choices import SolutionStatus, Vocabulary
from community.models import Solution


def make_solutions(world: World) -> None:
    """Make the solutions with their challenges and test sites."""
    listed = document("solutions.toml")["solution"]
    made = [_solution(world, entry) for entry in listed]
    Solution.objects.bulk_create(made)
    challenges, sites = Solution.challenges.through, Solution.tested_in.through
    challenges.objects.bulk_create(
        challenges(solution_id=solution.pk, term_id=world.term(Vocabulary.CHALLENGE, code).pk)
        for entry, solution in zip(listed, made, strict=True)
        for code in entry["challenges"]
    )
    sites.objects.bulk_create(
        sites(solution_id=solution.pk, territory_id=world.regions[code].pk)
        for entry, solution in zip(listed, made, strict=True)
        for code in entry.get("tested_in", ())
    )
    world.solutions = {entry["key"]: solution for entry, solution in zip(listed, made, strict=True)}


def _solution(world: World, entry: dict[str, Any]) -> Solution:
    """Return the solution of an entry; a draft has no day of publication."""
    published = entry.get("published")
    return Solution(
        title=entry["title"],
        project=world.projects[entry["project"]],
        type=world.term(Vocabulary.SOLUTION_TYPE, entry["type"]),
        maturity=world.term(Vocabulary.MATURITY, entry["maturity"]),
        summary=entry["summary"],
        description=paragraphs(entry["description"]),
        where_tested=entry["where_tested"],
        what_taker_needs=entry["what_taker_needs"],
        licence=entry["licence"],
        contact=world.people[entry["contact"]],
        status=entry.get("status", SolutionStatus.PUBLISHED),
        published_at=world.moment(published, time(11)) if published is not None else None,
        created_at=world.moment(published - 20 if published is not None else -15, time(10)),
    )
