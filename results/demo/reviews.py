"""The story of the demonstration's peer reviews as steps, each at its moment, by the actions that pages use."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from clusters.choices import OutcomeKind
from clusters.demo import parts
from clusters.demo.world import World
from clusters.models import Participation
from results.actions import review as actions
from results.models import PeerReview

FILE = Path(__file__).with_name("reviews.toml")


@cache
def lines() -> list[dict[str, Any]]:
    """Return the reviews of the file."""
    found: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["reviews"]
    return found


def told(world: World, entry: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield (day, what, function of the moment) for the reviews of one cluster."""
    for line in lines():
        if line["cluster"] != entry["key"]:
            continue
        yield line["begun"], "review", partial(_write, world, entry, line)
        if "published" in line:
            yield line["published"], "review.published", partial(_publish, world, entry, line)
        if "answered" in line:
            yield line["answered"], "review.answered", partial(_answer, world, entry, line)


def _write(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Begin the review and write what the file says of it."""
    cluster, by = parts.current(world, entry), world.account(line["by"])
    people = [world.people[key].pk for key in line["reviewers"]]
    reviewers = Participation.objects.active().filter(cluster=cluster, member__in=people)
    solution = world.solutions[line["solution"]]
    review = actions.begin_review(cluster=cluster, solution=solution, by=by, reviewers=list(reviewers), at=at)
    said = {row.term.code: row.pk for row in review.criteria.select_related("term")}
    words = {"verdict": line.get("verdict", ""), "summary": line.get("summary", "").strip()}
    if "outcome" in line:
        outcomes = cluster.outcomes.filter(kind=OutcomeKind.PEER_REVISION, title__startswith=line["outcome"])
        words["outcome"] = outcomes.get()
    actions.update_review(
        review=review,
        by=by,
        at=at,
        seen_version=review.version,
        criteria={said[code]: (mark, text) for code, mark, text in line["criteria"]},
        recommendations=line.get("recommendations", []),
        **words,
    )


def _review(world: World, entry: dict[str, Any], line: dict[str, Any]) -> PeerReview:
    rows = PeerReview.objects.of_cluster(parts.current(world, entry))
    return rows.get(solution=world.solutions[line["solution"]])


def _publish(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Publish it, as the lead."""
    review = _review(world, entry, line)
    actions.act_on_review(review=review, verb="review.published", by=parts.lead_of(review.cluster), at=at)


def _answer(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Answer it for the owner."""
    review = _review(world, entry, line)
    rows = zip(review.recommendations.all(), line["answers"], strict=True)
    actions.act_on_review(
        review=review,
        verb="review.answered",
        by=world.account(line["answered_by"]),
        at=at,
        answer=line["answer"],
        recommendations={row.pk: (answer, note) for row, (answer, note) in rows},
    )
