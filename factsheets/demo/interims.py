"""The factsheets in between of the demonstration as steps, issued and skipped by the actions that pages use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from clusters.demo import parts
from clusters.demo.world import World
from factsheets.actions.interim import issue_interim, skip_interim


def told(world: World, entry: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield (day, what, function of the moment) for what a cluster's file tells of them."""
    for line in entry.get("interims", ()):
        is_skip = line.get("skipped", False)
        yield line["on"], "skipped" if is_skip else "interim", partial(_do, world, entry, line, is_skip)


def _do(world: World, entry: dict[str, Any], line: dict[str, Any], is_skip: bool, at: datetime) -> None:
    """Issue it, or skip it, with the reason of the file."""
    do: Any = skip_interim if is_skip else issue_interim
    do(cluster=parts.current(world, entry), by=world.account(line["by"]), reason=line["reason"], at=at)
