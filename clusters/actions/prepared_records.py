"""What of a person stands in prepared decisions: for their data, their erasure, and two records of one person."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import PreparedStatus
from clusters.models import PreparedDecision
from clusters.querysets.prepared import PreparedDecisionQuerySet
from community.contributions import PersonalRecords
from community.models import Member


def _prepared(member: Member) -> PreparedDecisionQuerySet:
    return PreparedDecision.objects.filter(prepared_by=member).order_by("pk")


def _export(row: PreparedDecision) -> dict[str, Any]:
    return {
        "decision": row.verb,
        "status": row.status,
        "reason": row.reason,
        "conditions": row.conditions,
        "at": row.prepared_at,
        "announce_at": row.announce_at,
    }


def _erase(member: Member) -> int:
    """Take back what an erased person prepared, with its words; return how many."""
    gone = {"status": PreparedStatus.WITHDRAWN, "closed_at": timezone.now(), "reason": "", "conditions": []}
    return _prepared(member).live().update(**gone)


PREPARED = PersonalRecords(_("Decisions that you prepared"), _prepared, _export, erase=_erase)
