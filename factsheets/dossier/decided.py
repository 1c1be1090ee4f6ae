"""`decisions/` and `amendments/`: who decided what on which check-list and conditions, and what was changed later."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy

from clusters.lifecycle import CLUSTER
from clusters.models import Decision
from clusters.rules.amendment_fields import LABELS, directory, in_words
from clusters.rules.checklist import LABELS as POINTS
from clusters.summary import condition_state
from factsheets.dossier.archive import Archive
from factsheets.dossier.parts import Part, dossier_parts
from factsheets.dossier.reader import Reader

_DECISIONS: Final = (
    *("decision", "verb", "what", "decided_at", "capacity", "working_group", "decided_by", "proposer", "lead"),
    *("reason", "content_sha256", "event"),
)
_POINTS: Final = ("decision", "point", "what", "result", "evidence")
_CONDITIONS: Final = (
    *("decision", "number", "condition", "due", "state", "met_at", "how_it_was_met", "confirmed_at"),
    *("waived_at", "why_waived"),
)
_AMENDMENTS: Final = (
    *("number", "kind", "state", "suggested_at", "suggested_by", "put_forward_by", "reason"),
    *("decided_at", "decided_by", "event"),
)
_CHANGES: Final = ("amendment", "field", "what", "was", "now", "accepted")


def write_decisions(archive: Archive, reader: Reader) -> list[str]:
    """Add decisions, the points of their check-lists, and conditions."""
    rows = list(reader.cluster.decisions.select_related("event__detail", "working_group").order_by("decided_at", "pk"))
    named = reader.names(pk for row in rows for pk in (row.decided_by_id, row.proposer_id, row.lead_id))
    numbers = {row.pk: number for number, row in enumerate(rows, 1)}
    archive.table(
        f"{reader.folder}decisions/decisions.csv",
        _DECISIONS,
        [_decision(numbers[row.pk], row, named) for row in rows],
        exact={"content_sha256"},
    )
    archive.table(
        f"{reader.folder}decisions/checklists.csv",
        _POINTS,
        [
            {
                "decision": numbers[row.pk],
                "point": point["code"],
                "what": POINTS.get(point["code"], ""),
                "result": point["result"],
                "evidence": point["evidence"],
            }
            for row in rows
            for point in row.checklist
        ],
    )
    archive.table(f"{reader.folder}decisions/conditions.csv", _CONDITIONS, _conditions(reader, numbers))
    return []


def _decision(number: int, row: Decision, named: dict[int, str]) -> dict[str, Any]:
    detail = getattr(row.event, "detail", None)
    body = (detail.body if detail else None) or {}
    return {
        "decision": number,
        "verb": row.verb,
        "what": CLUSTER.verbs[row.verb].label if row.verb in CLUSTER.verbs else "",
        "decided_at": row.decided_at,
        "capacity": row.get_capacity_display(),
        "working_group": row.working_group.code,
        "decided_by": named.get(row.decided_by_id or 0, ""),
        "proposer": named.get(row.proposer_id, ""),
        "lead": named.get(row.lead_id or 0, ""),
        "reason": body.get("reason", ""),
        "content_sha256": row.content_hash,
        "event": row.event.number,
    }


def _conditions(reader: Reader, numbers: dict[int, int]) -> list[dict[str, Any]]:
    return [
        {
            "decision": numbers[row.decision_id],
            "number": number,
            "condition": row.text,
            "due": row.due_on,
            "state": condition_state(row),
            "met_at": row.met_at,
            "how_it_was_met": row.met_note,
            "confirmed_at": row.confirmed_at,
            "waived_at": row.waived_at,
            "why_waived": row.waive_reason,
        }
        for number, row in enumerate(reader.cluster.conditions.order_by("position", "pk"), 1)
    ]


def write_amendments(archive: Archive, reader: Reader) -> list[str]:
    """Add amendments and, field by field, what they change."""
    people = [pk for row in reader.amendments for pk in (row.suggested_by_id, row.put_forward_by_id, row.decided_by_id)]
    named = reader.names(people)
    archive.table(
        f"{reader.folder}amendments/amendments.csv",
        _AMENDMENTS,
        [
            {
                "number": row.number,
                "kind": row.kind,
                "state": row.state,
                "suggested_at": row.created_at,
                "suggested_by": named.get(row.suggested_by_id, ""),
                "put_forward_by": named.get(row.put_forward_by_id or 0, ""),
                "reason": row.reason,
                "decided_at": row.decided_at,
                "decided_by": named.get(row.decided_by_id or 0, ""),
                "event": row.event.number if row.event else "",
            }
            for row in reader.amendments
        ],
    )
    archive.table(
        f"{reader.folder}amendments/changes.csv",
        _CHANGES,
        [line for row in reader.amendments for line in _changes(row, reader)],
    )
    return []


def _changes(row: Any, reader: Reader) -> list[dict[str, Any]]:
    names = directory(row.changes, may_name=reader.names_all)
    return [
        {
            "amendment": row.number,
            "field": name,
            "what": LABELS[name],
            "was": in_words(name, pair["was"], names),
            "now": in_words(name, pair["now"], names),
            "accepted": pair.get("accepted", ""),
        }
        for name, pair in row.changes.items()
    ]


dossier_parts.register(
    "decisions",
    Part(
        "decisions/",
        gettext_lazy(
            "Every decision: when, in which capacity and for which working group it was taken, with its reason, the "
            "check-list that was shown and stored (checklists.csv) and the conditions with what became of them "
            "(conditions.csv). content_sha256 is the checksum of what was decided on; event is the number of the entry "
            "in events/."
        ),
        write_decisions,
        order=30,
    ),
)
dossier_parts.register(
    "amendments",
    Part(
        "amendments/",
        gettext_lazy(
            "What was to be changed after the approval, and how that was decided; changes.csv tells each field "
            "before and after."
        ),
        write_amendments,
        order=40,
    ),
)
