"""The factsheets of the demonstration in further languages, issued by the action that the page uses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from clusters.demo import parts
from clusters.demo.world import World
from clusters.translatable import texts_in
from factsheets.actions.language import issue_in_language
from factsheets.models import Issue


def told(world: World, entry: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield (day, what, function of the moment) for what a cluster's file tells of them."""
    for line in entry.get("issued_in", ()):
        yield line["on"], "issued_in", partial(_issue, world, entry, line)


def _issue(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Issue the newest version in one more language."""
    newest = Issue.objects.about(parts.current(world, entry))[0]
    count = len(texts_in(newest.snapshot))
    issue_in_language(issue=newest, language=line["language"], by=world.account(line["by"]), without=count, at=at)
