"""Liaisons on the page of a working group, who keeps them there, and what is known of a person."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.access import named_members
from community.contributions import LiaisonKeeper, PersonalRecords
from community.models import Liaison, Member, WorkingGroup
from community.permissions import Verdict
from community.rights import Viewer
from community.rules.liaison import can_keep_of_group, people_of_group

GROUPS: Final = LiaisonKeeper(
    may=can_keep_of_group,
    people=people_of_group,
    page=lambda group: reverse("community:working_group", args=[group.code]),
)


def liaisons_of(user: Viewer, kind: str, pk: int, may_keep: Verdict) -> dict[str, Any]:
    """Return what the part "Liaisons" of a page shows: those that hold and those of before; two queries at most."""
    on = timezone.localdate()
    rows = list(Liaison.objects.of_subject(kind, pk))
    ended = [row for row in rows if row.until_on is not None and row.until_on < on]
    return {
        "present": [row for row in rows if row not in ended],
        "ended": ended,
        "named": named_members(user, [row.kept_by_id for row in rows if row.kept_by_id is not None]),
        "may_keep": bool(may_keep),
        "kind": kind,
        "pk": pk,
    }


def liaisons_of_group(request: HttpRequest, group: WorkingGroup) -> dict[str, Any] | None:
    """Return a group's liaisons; None where there is none and the reader keeps none."""
    may = can_keep_of_group(request.user, group)
    found = liaisons_of(request.user, "working_group", group.pk, may)
    return found if found["present"] or found["ended"] or may else None


def _kept(member: Member) -> QuerySet[Liaison]:
    return Liaison.objects.filter(kept_by=member).order_by("pk")


def _export(row: Liaison) -> dict[str, Any]:
    return {"network": row.network, "what_for": row.what_for, "since": row.from_on, "until": row.until_on}


def _erase(member: Member) -> int:
    """Name an erased person no longer; return how many liaisons."""
    return _kept(member).update(kept_by=None)


RECORDS: Final = PersonalRecords(_("Liaisons that you keep"), _kept, _export, erase=_erase)
