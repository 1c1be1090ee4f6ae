"""What is known of a person from the long exports that they asked for."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.actions.export import TASK, forget_every_export, forget_exports_of
from community.contributions import PersonalRecords
from community.models import Job, Member


def _asked(member: Member) -> QuerySet[Job]:
    rows = Job.objects.of_task(TASK)
    return rows.asked_by(member.user) if member.user is not None else rows.none()


def _export(row: Job) -> dict[str, Any]:
    told = {name: row.arguments.get(name, "") for name in ("source", "query")}
    return {**told, "asked_at": row.created_at, "rows": row.result.get("rows"), "removed": row.result.get("removed")}


def _erase(member: Member) -> int:
    """Remove the files of an erased person and what they asked for, and everybody's that may name them; count files."""
    own = forget_exports_of(member.user) if member.user is not None else 0
    return own + forget_every_export()


RECORDS: Final = PersonalRecords(_("Workbooks that you asked for"), _asked, _export, erase=_erase)
