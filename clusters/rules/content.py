"""What a coordinator decides on: the proposal's content as plain values, and its hash.

The page shows the hash in its form; the decision stores it. What was shown is what is stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import BigIntegerField, CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from clusters.choices import ParticipationStatus
from clusters.models import Cluster

_TEXTS = (
    "title",
    "question",
    "need_text",
    "out_of_scope",
    "adoption_plan",
    "focus",
    "language",
    "deadline_reason",
    "join_policy",
)
_DAYS = ("starts_on", "ends_on", "deadline_on")
_KEYS = ("need_id", "lead_id", "lead_organisation_id", "working_group_id", "specific_objective_id", "size_limit")


#: Relation of a cluster and the column of its rows that holds the other side's key.
_NAMED: Final = {
    "themes": "term",
    "sdgs": "term",
    "territories": "territory",
    "solutions": "solution",
    "further_needs": "need",
    "further_working_groups": "workinggroup",
}


#: Parts that say something themselves: their own columns of words.
_SAID: Final[dict[str, tuple[Any, Any]]] = {
    "levels": (F("level"), Value("")),
    "expected_outcomes": (F("kind"), F("note")),
}


@dataclass
class Parts:
    """What a proposal names, by key, and what it says in single words; none of it in an order.

    `solutions` leads from each result to its project; `expected_outcomes` are pairs of kind and note.
    """

    themes: set[int] = field(default_factory=set)
    sdgs: set[int] = field(default_factory=set)
    territories: set[int] = field(default_factory=set)
    solutions: dict[int, int] = field(default_factory=dict)
    further_needs: set[int] = field(default_factory=set)
    further_working_groups: set[int] = field(default_factory=set)
    levels: list[str] = field(default_factory=list)
    expected_outcomes: list[tuple[str, str]] = field(default_factory=list)

    def add(self, what: str, key: int, project: int, first: str, second: str) -> None:
        """Take in one row of `parts_of`."""
        if what == "solutions":
            self.solutions[key] = project
        elif what == "levels":
            self.levels.append(first)
        elif what == "expected_outcomes":
            self.expected_outcomes.append((first, second))
        else:
            getattr(self, what).add(key)


def parts_of(clusters: Iterable[Cluster]) -> dict[int, Parts]:
    """Return what each of the clusters names, by its key; one query for all of them."""
    found = {cluster.pk: Parts() for cluster in clusters}
    keys = list(found)
    parts = [_rows(what, getattr(Cluster, what).through, F(key), keys) for what, key in _NAMED.items()]
    parts += [_rows(what, getattr(Cluster, what).rel.related_model, Value(0), keys) for what in _SAID]
    for cluster, *row in parts[0].union(*parts[1:], all=True) if keys else []:
        found[cluster].add(*row)
    return found


def _rows(what: str, model: Any, key: Any, clusters: list[int]) -> QuerySet[Any, Any]:
    """Return the rows of one part in the columns that all of them share: cluster, part, key, project, two texts."""
    first, second = _SAID.get(what, (Value(""), Value("")))
    project = F("solution__project") if what == "solutions" else Value(0)
    columns = {
        "part": Value(what, CharField()),
        "key": Cast(key, BigIntegerField()),
        "project": Cast(project, BigIntegerField()),
        "first": Cast(first, CharField()),
        "second": Cast(second, CharField()),
    }
    rows: QuerySet[Any, Any] = model._default_manager.filter(cluster__in=clusters).order_by()
    found: QuerySet[Any, Any] = rows.annotate(**{f"said_{name}": value for name, value in columns.items()})
    return found.values_list("cluster", *(f"said_{name}" for name in columns))


def content(cluster: Cluster, parts: Parts | None = None) -> dict[str, Any]:
    """Return everything that a decision rests on, in JSON values with a total order; `parts` where they are known."""
    known = parts or parts_of([cluster])[cluster.pk]
    found: dict[str, Any] = {name: getattr(cluster, name) for name in (*_TEXTS, *_KEYS)}
    found |= {name: _day(getattr(cluster, name)) for name in _DAYS}
    found["lead_accepted"] = cluster.lead_accepted_at is not None
    found |= {name: sorted(getattr(known, name)) for name in _NAMED}
    found["levels"] = sorted(known.levels)
    found["expected_outcomes"] = sorted([kind, note] for kind, note in known.expected_outcomes)
    found["objectives"] = [[row.text, row.criterion] for row in cluster.objectives.all()]
    found["stages"] = [
        [row.title, row.kind, _day(row.planned_start_on), _day(row.planned_end_on), row.deliverable]
        for row in cluster.stages.all()
    ]
    found["participations"] = sorted(
        [row.member_id or 0, row.organisation_id or 0, row.role]
        for row in cluster.participations.all()
        if row.status in (ParticipationStatus.WANTED, ParticipationStatus.INVITED, ParticipationStatus.ACTIVE)
    )
    return found


def content_hash(cluster: Cluster, parts: Parts | None = None) -> str:
    """Return the SHA-256 of the content, in hexadecimal; `parts` where they are known."""
    text = json.dumps(content(cluster, parts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None
