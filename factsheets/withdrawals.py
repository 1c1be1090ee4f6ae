"""Whether what an issued document says is still in force: policy statements are withdrawn, their documents stay."""

from __future__ import annotations

from datetime import datetime

from factsheets.models import Issue
from results.models import PolicyStatement


def withdrawn_at(issue: Issue) -> datetime | None:
    """Return when the statement of a document was withdrawn, None where that version stands; one query of statements.

    Documents of other kinds are not withdrawn as a whole.
    """
    if not issue.is_statement:
        return None
    statement = PolicyStatement.objects.filter(pk=issue.subject_id, withdrawn_version__gte=issue.version).first()
    return statement.withdrawn_at if statement is not None else None
