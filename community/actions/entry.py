"""Keeping a row that an administrator entered or changed: version, search text and one event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from community import kinds, search
from community.events import record
from community.models import Member, Organisation, Project, Solution, Term, User
from community.permissions import Refusal
from community.visibility import is_administrator

ADMINISTRATORS_ONLY = _("Only an administrator enters or changes this.")
#: What is found by the words of a row of another model.
_FOUND_BY: dict[type[models.Model], tuple[tuple[type[models.Model], str], ...]] = {
    Organisation: ((Member, "affiliations__organisation"),),
    Project: ((Solution, "project"),),
    Term: ((Solution, "challenges"), (Solution, "type")),
}


@transaction.atomic
def keep_entry(*, row: models.Model, by: User, is_new: bool, changes: Mapping[str, Any]) -> None:
    """Finish an entry after the row and its parts were saved in the same transaction.

    Order of effects: raise the version of a changed row, write the search text of the row and of what is found by
    its words, append one event ("add_member", "change_member") with old and new values as its detail. A no-op for
    a change of nothing.

    Args:
        row: the saved row.
        by: the administrator.
        is_new: whether it was just entered.
        changes: column -> [old, new] in JSON values; parts by their name.

    Raises:
        Refusal: `by` is no administrator.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    if not is_new and not changes:
        return
    if not is_new and hasattr(row, "version"):
        row.version = type(row)._default_manager.values_list("version", flat=True).get(pk=row.pk) + 1
        row.save(update_fields=["version"])
    index_entry(row, is_new=is_new)
    code = kinds.of(row).code
    data = {"fields": sorted(changes)}
    verb = f"add_{code}" if is_new else f"change_{code}"
    record(verb=verb, subject=row, by=by, data=data, detail={"changes": dict(changes)} if changes else None)


def index_entry(row: models.Model, *, is_new: bool) -> None:
    """Write the search text of a row, and of the rows that are found by its words."""
    if hasattr(row, "search_text"):
        row._prefetched_objects_cache = {}  # type: ignore[attr-defined]
        search.index(row)
    if not is_new and type(row) in _FOUND_BY:
        for model, path in _FOUND_BY[type(row)]:
            found = model._default_manager.filter(**{path: row}).values_list("pk", flat=True)
            pks = sorted(set(found))
            for start in range(0, len(pks), 500):
                search.index_all(model, pks[start : start + 500])
