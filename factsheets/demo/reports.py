"""The reports of the demonstration as steps, each at its moment, by the actions that pages use."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from clusters.demo.world import World
from community.models import WorkingGroup
from factsheets.actions import report as actions
from factsheets.actions.report_effects import deliver
from factsheets.models import CopReport
from factsheets.report_summary import candidates

FILE = Path(__file__).with_name("reports.toml")


@cache
def lines() -> list[dict[str, Any]]:
    """Return the reports of the file."""
    found: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["reports"]
    return found


def told(world: World, entry: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield (day, what, function of the moment) for the reports that are told with a cluster."""
    for line in lines():
        if line["cluster"] != entry["key"]:
            continue
        if "sent" not in line:
            yield line["begun"], "report.begun", partial(_begin, world, line)
            continue
        yield line["sent"], "report", partial(_send, world, line)
        yield line["sent"], "report.delivered", partial(_deliver, line)


def _begin(world: World, line: dict[str, Any], at: datetime) -> CopReport | None:
    """Gather the factsheets; without any that is drawn, as where documents are left to the worker, there is none."""
    group = WorkingGroup.objects.get(code=line["group"])
    from_on, until_on = world.day(line["from_on"]), world.day(line["until_on"])
    found = candidates(from_on, until_on, group)
    if not found.exists() or found.undrawn().exists():
        return None
    by = world.account(line["by"])
    given = {"introduction": line["introduction"]}
    return actions.begin_report(working_group=group, by=by, from_on=from_on, until_on=until_on, **given)


def _send(world: World, line: dict[str, Any], at: datetime) -> None:
    """Send it at its moment."""
    report = _begin(world, line, at)
    if report is not None:
        actions.send_report(report=report, by=world.account(line["by"]), at=at)


def _deliver(line: dict[str, Any], at: datetime) -> None:
    """Queue its mails, as the job does that waits for the worker."""
    report = CopReport.objects.sent().filter(introduction=line["introduction"]).select_related("issue__event").first()
    if report is not None:
        deliver(report=report)
