"""The story of the demonstration's policy statements as steps, each at its moment, by the actions that pages use."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from clusters.demo import parts
from clusters.demo.world import World
from clusters.models import Cluster, Outcome
from results.actions import policy as actions
from results.actions.policy_comment import comment_on_statement
from results.choices import EvidenceKind
from results.models import PolicyStatement, Uptake
from results.policy_summary import public_outcomes, public_uptakes

FILE = Path(__file__).with_name("statements.toml")


@cache
def lines() -> list[dict[str, Any]]:
    """Return the statements of the file."""
    found: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["statements"]
    return found


def told(world: World, entry: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield (day, what, function of the moment) for the statements that rest on one cluster first."""
    for line in lines():
        if line["cluster"] != entry["key"]:
            continue
        yield line["begun"], "statement", partial(_begin, world, entry, line)
        if "opened" not in line:
            continue
        yield line["opened"], "statement.opened", partial(_open, world, line)
        for by, on, text in line.get("comments", ()):
            yield on, "statement.commented", partial(_comment, world, line, by, text)
        for version in line.get("adopted", ()):
            if "revised" in version:
                yield version["revised"], "statement.revised", partial(_revise, world, line, version)
            yield version["on"], "statement.adopted", partial(_adopt, world, line, version)


def _begin(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Write the draft with its lines and what they rest on, as a coordinator of the cluster's group."""
    by, cluster = world.account(line["by"]), parts.current(world, entry)
    group = cluster.working_group
    if group is None:
        return
    words = {name: line[name] for name in ("title", "audience", "summary")}
    statement = actions.begin_statement(working_group=group, by=by, at=at, **words)
    for one in line["lines"]:
        given = {"heading": one.get("heading", ""), "text": one["text"]}
        row = actions.add_line(statement=statement, by=by, at=at, **given)
        for kind, name, shows, *elsewhere in one["rests"]:
            where = parts.current(world, {"key": elsewhere[0]}) if elsewhere else cluster
            for found, pk in _found(where, world, kind, name):
                actions.put_under(line=row, by=by, kind=found, subject_id=pk, shows=shows, at=at)


def _found(cluster: Cluster, world: World, kind: str, name: str) -> Iterator[tuple[str, int]]:
    """Yield what a line rests on: an outcome by how its title begins, or an uptake by its organisation."""
    outcomes: Any = public_outcomes().filter(cluster=cluster).order_by("pk")
    uptakes: Any = public_uptakes().filter(cluster=cluster).order_by("pk")
    if kind == EvidenceKind.UPTAKE:
        uptake: Uptake | None = uptakes.filter(organisation=world.organisations[name]).first()
        if uptake is not None:
            yield EvidenceKind.UPTAKE.value, uptake.pk
        return
    outcome: Outcome | None = outcomes.filter(title__startswith=name).first()
    if outcome is not None:
        yield EvidenceKind.OUTCOME.value, outcome.pk


def _statement(line: dict[str, Any]) -> PolicyStatement:
    return PolicyStatement.objects.for_list().filter(lines__text=line["lines"][0]["text"]).get()


def _open(world: World, line: dict[str, Any], at: datetime) -> None:
    """Open it for discussion."""
    until = world.day(line["until"])
    by = world.account(line["by"])
    actions.act(statement=_statement(line), verb="statement.opened", by=by, at=at, comments_until=until)


def _comment(world: World, line: dict[str, Any], by: str, text: str, at: datetime) -> None:
    comment_on_statement(statement=_statement(line), by=world.account(by), text=text, at=at)


def _revise(world: World, line: dict[str, Any], version: dict[str, Any], at: datetime) -> None:
    """Begin the next version, change for whom it is, and open it."""
    by = world.account(line["by"])
    statement = actions.act(statement=_statement(line), verb="statement.revised", by=by, at=at)
    seen = {"seen_version": statement.version, "audience": version["audience"]}
    actions.update_statement(statement=statement, by=by, at=at, **seen)
    actions.act(statement=statement, verb="statement.opened", by=by, at=at)


def _adopt(world: World, line: dict[str, Any], version: dict[str, Any], at: datetime) -> None:
    """Adopt it, as somebody who did not write in it."""
    by = world.account(version["by"])
    actions.act(statement=_statement(line), verb="statement.adopted", by=by, at=at)
