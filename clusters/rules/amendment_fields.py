"""What only an amendment changes once a cluster is approved: its fields as JSON values, and as words.

Source: DESIGN section 2, "Amendment". A lead is a person for an organisation; an objective is known by its key, so
that what was measured and the outcomes tied to it stay with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.choices import AmendmentKind, OutcomeKind
from clusters.models import Amendment, Cluster
from community.models import Member, Organisation, WorkingGroup

Words = str | Promise

TEXTS = ("title", "question", "out_of_scope")
DAYS = ("starts_on", "ends_on")
#: Every field that an amendment may hold, in the order of the form.
LABELS: dict[str, Words] = {
    "title": gettext_lazy("Title"),
    "question": gettext_lazy("Question"),
    "objectives": gettext_lazy("Objectives"),
    "out_of_scope": gettext_lazy("Out of scope"),
    "expected_outcomes": gettext_lazy("Expected outcomes"),
    "starts_on": gettext_lazy("First start"),
    "ends_on": gettext_lazy("Last end"),
    "working_group": gettext_lazy("Responsible working group"),
    "lead": gettext_lazy("Lead"),
}
FIELDS = tuple(LABELS)


def current(cluster: Cluster, name: str) -> Any:
    """Return a field as it stands now, in JSON values with a total order.

    Raises:
        KeyError: an amendment cannot change that field.
    """
    if name in TEXTS:
        return getattr(cluster, name)
    if name in DAYS:
        day: date | None = getattr(cluster, name)
        return day.isoformat() if day else None
    return _CURRENT[name](cluster)


_CURRENT: dict[str, Callable[[Cluster], Any]] = {
    "objectives": lambda cluster: [[row.pk, row.text, row.criterion] for row in cluster.objectives.all()],
    "expected_outcomes": lambda cluster: sorted([row.kind, row.note] for row in cluster.expected_outcomes.all()),
    "working_group": lambda cluster: cluster.working_group_id,
    "lead": lambda cluster: [cluster.lead_id, cluster.lead_organisation_id],
}


def changes_of(cluster: Cluster, wished: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the difference of what is wished against the cluster now, field by field; what is equal is left out."""
    found = {}
    for name in FIELDS:
        if name in wished and (was := current(cluster, name)) != wished[name]:
            found[name] = {"was": was, "now": wished[name]}
    return found


def kind_of(changes: Mapping[str, Any]) -> AmendmentKind:
    """Return what an amendment of these fields is called."""
    names = set(changes)
    if "lead" in names:
        return AmendmentKind.LEAD
    if names <= set(DAYS):
        return AmendmentKind.DATES
    return AmendmentKind.WORKING_GROUP if names == {"working_group"} else AmendmentKind.CONTENT


def outdated(amendment: Amendment, cluster: Cluster) -> list[str]:
    """Return the fields that the cluster has changed since the amendment was written."""
    return [name for name, pair in amendment.changes.items() if current(cluster, name) != pair["was"]]


def amendment_hash(amendment: Amendment) -> str:
    """Return the SHA-256 of what one decides on: the difference, its reason, and how the fields stand now."""
    now = {name: current(amendment.cluster, name) for name in sorted(amendment.changes)}
    seen = [amendment.version, amendment.state, amendment.changes, amendment.reason, now]
    text = json.dumps(seen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Directory:
    """Names for the keys in a difference, asked once: of working groups, organisations and, where seen, persons."""

    groups: Mapping[int, str]
    organisations: Mapping[int, str]
    persons: Mapping[int, str]


def directory(changes: Mapping[str, Any], *, may_name: bool) -> Directory:
    """Return the names that the values of `changes` need; no query for what does not stand in it."""
    groups: dict[int, str] = {}
    organisations: dict[int, str] = {}
    persons: dict[int, str] = {}
    if "working_group" in changes:
        keys = _keys(changes["working_group"].values())
        groups = {row.pk: f"{row.code} {row.title}" for row in WorkingGroup.objects.filter(pk__in=keys)}
    if "lead" in changes:
        pairs = [value for value in changes["lead"].values() if isinstance(value, list)]
        organisations = dict(
            Organisation.objects.filter(pk__in=_keys(pair[1] for pair in pairs)).values_list("pk", "name")
        )
        if may_name:
            persons = dict(Member.objects.filter(pk__in=_keys(pair[0] for pair in pairs)).values_list("pk", "name"))
    return Directory(groups, organisations, persons)


def _keys(values: Any) -> list[int]:
    return [value for value in values if isinstance(value, int) and not isinstance(value, bool)]


def in_words(name: str, value: Any, names: Directory) -> str:
    """Return a value as a person reads it: days written out, lists a line each, keys by their names."""
    if name in DAYS:
        day = parse_date(value) if value else None
        return date_format(day, "j F Y") if day else ""
    if name == "objectives":
        return "\n".join(f"{text} ({criterion})" if criterion else text for _pk, text, criterion in value)
    if name == "expected_outcomes":
        return "\n".join(": ".join(filter(None, (str(OutcomeKind(kind).label), note))) for kind, note in value)
    if name == "working_group":
        return names.groups.get(value, "")
    if name == "lead":
        return _lead_in_words(value, names)
    return str(value or "")


def _lead_in_words(value: Any, names: Directory) -> str:
    member, organisation = value
    where = names.organisations.get(organisation, "")
    if member is None:
        return _("nobody: a lead is wanted")
    if member in names.persons:
        return f"{names.persons[member]}, {where}" if where else names.persons[member]
    return _("somebody of %(organisation)s") % {"organisation": where}


def for_history(changes: Mapping[str, Any], accepted: frozenset[str]) -> dict[str, dict[str, str]]:
    """Return the accepted changes as the history keeps them: days as days, persons only by their organisations."""
    names = directory(changes, may_name=False)
    return {
        name: {side: _kept(name, pair[side], names) for side in ("was", "now")}
        for name, pair in changes.items()
        if name in accepted
    }


def _kept(name: str, value: Any, names: Directory) -> str:
    if name in DAYS:
        return value or ""
    return in_words(name, value, names).replace("\n", " · ")
