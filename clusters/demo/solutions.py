"""The catalogue: one result or more of every thematic project."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django.core.files.base import ContentFile

from clusters.demo.files import document, paragraphs
from clusters.demo.world import World
from community.actions.file import keep_file
from community.actions.solution import set_languages, set_links
from community.actions.transition import transition
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
    for entry, solution in zip(listed, made, strict=True):
        _beside(world, entry, solution)
        _live(world, entry, solution)
    world.solutions = {entry["key"]: solution for entry, solution in zip(listed, made, strict=True)}


def _beside(world: World, entry: dict[str, Any], solution: Solution) -> None:
    """Give a solution its languages, links and files."""
    set_languages(solution, entry["languages"])
    holder = world.employer[entry["contact"]]
    set_links(solution, [(*link, holder.name, entry["licence"]) for link in entry.get("links", ())])
    for line in entry.get("files", ()):
        keep_file(
            subject=solution,
            by=world.account(entry["contact"]),
            at=solution.published_at,
            content=ContentFile(line["text"].encode(), line["name"]),
            title=line["title"],
            rights_holder=holder.name,
            licence=line["licence"],
            is_free_for_eu_use=True,
            visibility=line["visibility"],
        )


def _live(world: World, entry: dict[str, Any], solution: Solution) -> None:
    """Let what waits, was returned or retired come there through the verbs, the last of them on the day of `since`."""
    if "life" not in entry:
        return
    by, last = world.account(entry["contact"]), world.moment(entry["since"], time(15))
    reason = entry.get("reason", "")
    if entry["life"] == "retired":
        transition(solution, "retire_solution", by=by, reason=reason, at=last)
        return
    at = last if entry["life"] == "submitted" else last - timedelta(days=3)
    waits = transition(solution, "submit_solution", by=by, at=at)
    if entry["life"] == "returned":
        transition(waits, "return_solution", by=world.account("coordinator"), reason=reason, at=last)


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
        website=entry.get("website", ""),
        contact=world.people[entry["contact"]],
        status=SolutionStatus.PUBLISHED if published is not None else SolutionStatus.DRAFT,
        written_by=world.account(entry["contact"]),
        published_at=world.moment(published, time(11)) if published is not None else None,
        created_at=world.moment(published - 20 if published is not None else -15, time(10)),
    )
