"""What the steps of a proposal hold, as plain values: compared, hashed, and worded for the history.

Objectives and stages are lists without keys of their own: a row is known by its place. That is safe because
nothing refers to them before an approval, and it lets a browser save the same text twice without doubling rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.choices import Level, OutcomeKind, ParticipationStatus, StageKind
from clusters.models import Cluster, Participation


@dataclass(frozen=True)
class ObjectiveLine:
    """An objective as it is typed."""

    text: str
    criterion: str = ""


@dataclass(frozen=True)
class StageLine:
    """A stage as it is typed."""

    title: str
    kind: str = StageKind.WORK
    planned_start_on: date | None = None
    planned_end_on: date | None = None
    deliverable: str = ""


@dataclass(frozen=True)
class PersonLine:
    """Somebody named to take part: a member for an organisation, or an organisation without a person yet.

    `new_name` asks for an organisation that the registry does not know; it is found by its folded name or made.
    """

    member_id: int | None = None
    organisation_id: int | None = None
    new_name: str = ""
    new_country: str = ""


COLUMNS = (
    "title",
    "question",
    "need_text",
    "focus",
    "language",
    "out_of_scope",
    "starts_on",
    "ends_on",
    "deadline_on",
    "deadline_reason",
    "join_policy",
    "size_limit",
    "adoption_plan",
)
KEYS = ("need", "specific_objective", "working_group", "lead", "lead_organisation")
SETS = ("themes", "sdgs", "territories", "solutions", "further_needs", "further_working_groups")
PARTS = ("levels", "objectives", "expected_outcomes", "stages", "people")
#: Everything that the guided proposal may write, and nothing else.
FIELDS = frozenset({*COLUMNS, *KEYS, *SETS, *PARTS})


def named_people(cluster: Cluster) -> QuerySet[Participation]:
    """Return whom the proposal names: asked once it is approved, or wanted; not who said "I would join"."""
    statuses = [ParticipationStatus.WANTED, ParticipationStatus.INVITED]
    return cluster.participations.filter(status__in=statuses, asked_at=None).order_by("pk")


def stored(cluster: Cluster, names: Iterable[str]) -> dict[str, Any]:
    """Return the values of the fields `names` as they stand in the database, in JSON values."""
    return {name: _stored(cluster, name) for name in sorted(names)}


def _stored(cluster: Cluster, name: str) -> Any:
    if name in COLUMNS:
        return _plain(getattr(cluster, name))
    if name in KEYS:
        return getattr(cluster, f"{name}_id")
    if name in SETS:
        return sorted(row.pk for row in getattr(cluster, name).all())
    return _STORED_PARTS[name](cluster)


_STORED_PARTS: dict[str, Callable[[Cluster], Any]] = {
    "levels": lambda cluster: sorted(row.level for row in cluster.levels.all()),
    "objectives": lambda cluster: [[row.text, row.criterion] for row in cluster.objectives.all()],
    "expected_outcomes": lambda cluster: sorted([row.kind, row.note] for row in cluster.expected_outcomes.all()),
    "stages": lambda cluster: [
        [row.title, row.kind, _plain(row.planned_start_on), _plain(row.planned_end_on), row.deliverable]
        for row in cluster.stages.all()
    ],
    "people": lambda cluster: _sorted([row.member_id, row.organisation_id] for row in named_people(cluster)),
}


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form gives, in the same JSON values as `stored`; organisations that are new are made before."""
    return {name: _given(name, values[name]) for name in sorted(values)}


def _given(name: str, value: Any) -> Any:
    if name in COLUMNS:
        return _plain(value)
    if name in KEYS:
        return value.pk if value else None
    if name in SETS:
        return sorted(row.pk for row in value)
    return _GIVEN_PARTS[name](value)


_GIVEN_PARTS: dict[str, Callable[[Any], Any]] = {
    "levels": lambda value: sorted(set(value)),
    "objectives": lambda rows: [[row.text, row.criterion] for row in rows],
    "expected_outcomes": lambda notes: sorted([kind, note] for kind, note in notes.items()),
    "stages": lambda rows: [
        [row.title, row.kind, _plain(row.planned_start_on), _plain(row.planned_end_on), row.deliverable] for row in rows
    ],
    "people": lambda rows: _sorted([row.member_id, row.organisation_id] for row in rows),
}


def digest(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what `stored` or `given` returned: what a page was made from."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, str) else value


def _sorted(pairs: Iterable[list[int | None]]) -> list[list[int | None]]:
    return sorted(pairs, key=lambda pair: [key or 0 for key in pair])


def in_words(cluster: Cluster, names: Iterable[str]) -> dict[str, str]:
    """Return the fields `names` as the history keeps them: codes as codes, persons only by their organisations."""
    return {name: _in_words(cluster, name) for name in names}


def _in_words(cluster: Cluster, name: str) -> str:
    if name in _WORDS:
        return _WORDS[name](cluster)
    if name in SETS:
        return ", ".join(str(row) for row in getattr(cluster, name).all())
    value = getattr(cluster, name)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _lead_in_words(cluster: Cluster) -> str:
    if cluster.lead_id is None:
        return ""
    if cluster.lead_organisation is None:
        return _("somebody, organisation open")
    return _("somebody of %(organisation)s") % {"organisation": cluster.lead_organisation.name}


def _people_in_words(cluster: Cluster) -> str:
    rows = named_people(cluster).select_related("organisation")
    names = [row.organisation.name if row.organisation else _("no organisation") for row in rows]
    count = ngettext("%(count)d named", "%(count)d named", len(names)) % {"count": len(names)}
    return f"{count}: {', '.join(names)}" if names else ""


def _span(start: date | None, end: date | None) -> str:
    return " – ".join(date_format(day, "j F Y") if day else "?" for day in (start, end)) if start or end else ""


_WORDS: dict[str, Callable[[Cluster], str]] = {
    "levels": lambda cluster: ", ".join(str(Level(row.level).label) for row in cluster.levels.all()),
    "lead": _lead_in_words,
    "people": _people_in_words,
    "objectives": lambda cluster: " · ".join(
        f"{row.text} ({row.criterion})" if row.criterion else row.text for row in cluster.objectives.all()
    ),
    "expected_outcomes": lambda cluster: " · ".join(
        ": ".join(filter(None, (str(OutcomeKind(row.kind).label), row.note))) for row in cluster.expected_outcomes.all()
    ),
    "stages": lambda cluster: " · ".join(
        " ".join(filter(None, (row.title, _span(row.planned_start_on, row.planned_end_on))))
        for row in cluster.stages.all()
    ),
}
