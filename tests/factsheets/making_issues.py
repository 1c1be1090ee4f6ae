"""Versions of factsheets issued, and events that issue one."""

from __future__ import annotations

from django.db import transaction

from clusters.models import Cluster
from community import events
from community.models import Event
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from factsheets.models import Edition, Issue
from tests.factories import NOW


def issue(cluster: Cluster, **more: object) -> Issue:
    """Issue a factsheet, of the forward face where nothing else is given."""
    arguments: dict[str, object] = {"face": Face.FORWARD, "reason": "approve", "by": None, "at": NOW, **more}
    return issue_factsheet(cluster=cluster, **arguments)  # type: ignore[arg-type]


def edition_of(issue: Issue) -> Edition:
    """Return the newest edition of a version."""
    return issue.editions.order_by("-revision")[0]


def record(cluster: Cluster, verb: str = "approve", **more: object) -> Event:
    """Record an event of the cluster."""
    with transaction.atomic():
        return events.record(verb=verb, subject=cluster, by=None, **more)  # type: ignore[arg-type]
