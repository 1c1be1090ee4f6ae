"""Whether what an issued document says still holds: policy statements are withdrawn, their documents stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from factsheets.models import Issue
from results.models import PolicyStatement
from results.policy_summary import changes_since


def withdrawn_at(issue: Issue) -> datetime | None:
    """Return when the statement of a document was withdrawn, None where that version stands; one query of statements.

    Documents of other kinds are not withdrawn as a whole.
    """
    return withdrawn_in([issue]).get(issue.pk)


def withdrawn_in(issues: Iterable[Issue]) -> dict[int, datetime]:
    """Return by key when the statements of these documents were withdrawn; those that stand are left out. One query."""
    rows = [issue for issue in issues if issue.is_statement]
    if not rows:
        return {}
    statements = PolicyStatement.objects.in_bulk({issue.subject_id for issue in rows})
    found: dict[int, datetime] = {}
    for issue in rows:
        statement = statements.get(issue.subject_id)
        if statement is not None and statement.withdrawn_at and issue.version <= statement.withdrawn_version:
            found[issue.pk] = statement.withdrawn_at
    return found


def changed_evidence(issue: Issue) -> int:
    """Return how many pieces of evidence of a statement's document are not as they were; 0 for other kinds.

    Two queries.
    """
    return len(changes_since(issue.snapshot)) if issue.is_statement else 0
