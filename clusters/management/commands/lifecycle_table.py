"""Print the life cycle of a cluster as a Markdown table: what the README shows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from clusters.lifecycle import CLUSTER
from clusters.templatetags.clusters_summary import (
    audience_labels,
    reason_label,
    state_labels,
    target_label,
    who_label,
)
from community.lifecycle import Verb

HEAD = ("verb", "from", "to", "who", "required", "reason", "tells", "also")


class Command(BaseCommand):
    """`manage.py lifecycle_table` writes the table to standard output."""

    help = "Print the life-cycle table as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the table."""
        self.stdout.write(markdown())


def markdown() -> str:
    """Return the table of all verbs, one row a verb, in the order of the code."""
    rows = [HEAD, tuple("---" for _column in HEAD), *(_row(verb) for verb in CLUSTER)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(verb: Verb) -> tuple[str, ...]:
    return (
        str(verb.label).rstrip("…"),
        state_labels(verb.sources),
        target_label(verb),
        who_label(verb),
        str(verb.required),
        reason_label(verb),
        audience_labels(verb.tells),
        str(verb.also),
    )
