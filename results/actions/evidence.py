"""Files that show an uptake, with the rights that each states."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files import File as Content
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.actions.evidence import FIELDS, keep_with
from clusters.actions.parts import known_only
from community.actions.file import hide_file
from community.models import File, User
from community.permissions import Refusal
from results.actions.parts import locked, record
from results.choices import FROM_COMMITTED_ON
from results.models import Uptake
from results.rules.uptake import can_record, reached

FULL = gettext_lazy("An uptake holds at most %(most)d files. Remove one first.")


@transaction.atomic
def add_uptake_file(
    *, uptake: Uptake, by: User, content: Content[Any], at: datetime | None = None, **values: Any
) -> File:
    """Keep a file as evidence of an uptake; history names the uptake and the checksum, never the file's title.

    Raises:
        Refusal: the person may not; or as `clusters.actions.evidence.keep_with`.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    _cluster, row = locked(uptake, by=by, may=can_record)
    file, is_new = keep_with(row, full=FULL, content=content, by=by, at=at, given=given)
    if is_new:
        record(row, "file_added", by=by, at=at, data={"file": file.pk, "sha256": file.sha256})
    return file


@transaction.atomic
def remove_uptake_file(*, uptake: Uptake, file: File, by: User, at: datetime | None = None) -> File:
    """Take a file off an uptake; its bytes stay until its retention date. A no-op when that was done already.

    Raises:
        Refusal: the person may not, or nothing else would show what is committed or in use.
    """
    at = at or timezone.now()
    _cluster, row = locked(uptake, by=by, may=can_record)
    others = row.evidence.present().exclude(pk=file.pk)
    if reached(row) in FROM_COMMITTED_ON and not row.evidence_url and not others.exists():
        raise Refusal(_("Nothing else shows this uptake. Add another file or an address first."), "state")
    hidden = hide_file(file, at=at)
    if hidden is None:
        return file
    record(row, "file_removed", by=by, at=at, data={"file": hidden.pk, "sha256": hidden.sha256})
    return hidden
