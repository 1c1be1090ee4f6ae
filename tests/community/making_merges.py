"""Merges, looked at and done, and what still refers to a row."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from community.actions.merging import Plan, merge_entries, preview_merge
from community.models import User
from community.permissions import Refusal

#: What a merge that was taken back leaves: its events and how often rows were written.
LEFT_BEHIND = ("community_event", "community_eventdetail", "community_chainhead", "community_member", "factsheets_")


def merge(kept: Any, merged: Any, by: User) -> Plan:
    """Look at a merge and do it."""
    return merge_entries(kept=kept, merged=merged, by=by, seen=preview_merge(kept=kept, merged=merged, by=by).digest)


def refusal_of(call: Any) -> str:
    """Return the sentence with which an action refuses."""
    with pytest.raises(Refusal) as refusal:
        call()
    return str(refusal.value)


def still_pointing(model: Any, row: Any) -> set[str]:
    """Return the columns by which something still refers to a row, found without the code under test."""
    found = set()
    for table in apps.get_models(include_auto_created=True):
        for column in table._meta.concrete_fields:
            if column.is_relation and column.related_model is model:
                rows = table._base_manager.filter(**{column.name: row.pk})
                found |= {f"{table._meta.label}.{column.name}"} if rows.exists() else set()
    return found
