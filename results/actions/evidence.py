"""Files that show an uptake, with the rights that each states."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File as Content
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.evidence import FIELDS
from clusters.actions.parts import known_only
from clusters.rules.evidence import MAX_FILES
from community.actions.file import hide_file, store_file
from community.models import File, User
from community.permissions import Refusal
from results.actions.parts import locked, record
from results.choices import FROM_COMMITTED_ON
from results.models import Uptake
from results.rules.uptake import can_record


@transaction.atomic
def add_uptake_file(
    *, uptake: Uptake, by: User, content: Content[Any], at: datetime | None = None, **values: Any
) -> File:
    """Keep a file as evidence of an uptake; history names the uptake and the checksum, never the file's title.

    A file with the same title and bytes that is there already is returned: the second press of the button.

    Raises:
        Refusal: the person may not, there are too many, the file is of no allowed type, empty or too big, or its
            rights are not stated.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    _cluster, row = locked(uptake, by=by, may=can_record)
    known = list(row.evidence.present())
    if len(known) >= MAX_FILES:
        raise Refusal(_("An uptake holds at most %(most)d files. Remove one first.") % {"most": MAX_FILES})
    try:
        file = store_file(content=content, subject=row, by=by, at=at, among=known, **given)
    except ValidationError as error:
        raise Refusal(error.messages[0]) from error
    if file in known:
        return file
    row.evidence.add(file)
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
    if row.state in FROM_COMMITTED_ON and not row.evidence_url and not others.exists():
        raise Refusal(_("Nothing else shows this uptake. Add another file or an address first."), "state")
    hidden = hide_file(file, at=at)
    if hidden is None:
        return file
    record(row, "file_removed", by=by, at=at, data={"file": hidden.pk, "sha256": hidden.sha256})
    return hidden
