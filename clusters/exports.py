"""The register as a file: exactly the clusters that the page shows under its filters, in the same order.

Organisations only, no person: a file travels further than consent does. CSV and JSON are written while they are sent,
so they have no limit; a long workbook is made by a job (`community.actions.export`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import reverse

from clusters.models import Cluster, ClusterLevel, ExpectedOutcome, Outcome, Participation
from community.exports import FORMATS as FORMATS
from community.exports import Record, file_of
from community.exports import is_at_once as is_at_once

_CHUNK: Final = 500

#: Columns of the cluster itself: name in the file -> field.
_OWN: Final = {
    "reference": "reference",
    "title": "title",
    "question": "question",
    "state": "state",
    "working_group": "working_group__code",
    "focus": "focus",
    "planned_start": "starts_on",
    "planned_end": "ends_on",
    "actual_start": "started_on",
    "actual_end": "ended_on",
    "lead_organisation": "lead_organisation__name",
    "lead_country": "lead_organisation__country",
    "owning_project": "owning_project__acronym",
    "changed_at": "updated_at",
}
#: Columns with several values, each from rows beside the cluster.
_LISTS: Final = (
    "levels",
    "themes",
    "territories",
    "solutions",
    "organisations",
    "countries",
    "expected_outcomes",
    "outcomes",
)
COLUMNS: Final = (*_OWN, *_LISTS, "address")


def response(keys: Sequence[int], form: str, *, at: datetime) -> HttpResponseBase:
    """Return the file of the clusters with those keys, in their order; `at` dates its name.

    Raises:
        KeyError: `form` is none of `FORMATS`.
        ValueError: there are too many to wait for the file (see `is_at_once`).
    """
    if not is_at_once(form, len(keys)):
        raise ValueError(f"{len(keys)} clusters are too many for {form} at once")
    return file_of(records(keys), COLUMNS, form, noun="clusters", count=len(keys), at=at)


def records(keys: Sequence[int]) -> Iterator[Record]:
    """Yield what the file says of each cluster, in the order of `keys`; nine queries for 500."""
    for low in range(0, len(keys), _CHUNK):
        chunk = keys[low : low + _CHUNK]
        rows = Cluster.objects.filter(pk__in=chunk).order_by()
        own = {row["pk"]: row for row in rows.values("pk", "draft_code", *_OWN.values())}
        lists = {name: _values(chunk, name) for name in _LISTS}
        for key in chunk:
            if key in own:
                yield _record(own[key], {name: found.get(key, []) for name, found in lists.items()})


def _record(row: Record, lists: dict[str, list[str]]) -> Record:
    name = row["reference"] or f"draft-{row['draft_code']}"
    page = reverse("clusters:detail", args=[name])
    return {
        **{column: row[field] for column, field in _OWN.items()},
        "reference": name,
        **lists,
        "address": f"{settings.SITE_URL.rstrip('/')}{page}",
    }


def _values(keys: Sequence[int], name: str) -> dict[int, list[str]]:
    """Return the values of a column by cluster, each once, in their order."""
    rows, column = _sources()[name]
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for key, value in rows.filter(cluster__in=keys).order_by("pk").values_list("cluster_id", column):
        if value:
            found[key][str(value)] = None
    return {key: list(values) for key, values in found.items()}


def _sources() -> dict[str, tuple[Any, str]]:
    """Return, for each column with several values, the rows and the field that hold them."""
    active = Participation.objects.active()
    return {
        "levels": (ClusterLevel.objects.all(), "level"),
        "themes": (Cluster.themes.through._default_manager.all(), "term__code"),
        "territories": (Cluster.territories.through._default_manager.all(), "territory__code"),
        "solutions": (Cluster.solutions.through._default_manager.all(), "solution__title"),
        "organisations": (active, "organisation__name"),
        "countries": (active, "organisation__country"),
        "expected_outcomes": (ExpectedOutcome.objects.all(), "kind"),
        "outcomes": (Outcome.objects.all(), "kind"),
    }
