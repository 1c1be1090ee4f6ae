"""Files on a stage: what came out of it, with the rights that each file states."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File as Content
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import known_only, locked_cluster, record_change
from clusters.choices import Capacity
from clusters.models import Stage
from clusters.permissions import can_work
from clusters.rules.evidence import MAX_FILES
from clusters.rules.joining import can_contribute
from community.actions.file import hide_file, store_file
from community.models import File, User
from community.permissions import Refusal

FIELDS = ("title", "rights_holder", "licence", "is_free_for_eu_use", "visibility", "holds_names")


@transaction.atomic
def add_evidence(
    *,
    stage: Stage,
    by: User,
    content: Content[Any],
    at: datetime | None = None,
    **values: Any,
) -> File:
    """Keep a file as evidence of a stage; history names the stage and the checksum, never the file's title.

    A file with the same title and bytes that stands there already is returned: the second press of the button.

    Args:
        values: `FIELDS`, as `community.actions.file.store_file` takes them.

    Raises:
        Refusal: the person takes no part, the stage is full or gone, the file is of no allowed type, empty or too
            big, or its rights are not stated.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    locked = locked_cluster(stage.cluster_id, by=by, may=can_contribute)
    row = locked.stages.filter(pk=stage.pk).first()
    if row is None:
        raise Refusal(_("This stage is not there any more."), "state")
    known = list(row.evidence.present())
    if len(known) >= MAX_FILES:
        raise Refusal(_("A stage holds at most %(most)d files. Remove one first.") % {"most": MAX_FILES})
    try:
        file = store_file(content=content, subject=row, by=by, at=at, among=known, **given)
    except ValidationError as error:
        raise Refusal(error.messages[0]) from error
    if file in known:
        return file
    row.evidence.add(file)
    data = {"file": file.pk, "sha256": file.sha256}
    as_ = (Capacity.LEAD, Capacity.DEPUTY, Capacity.PARTICIPANT)
    record_change(locked, "evidence.added", row, by=by, at=at, data=data, detail={"title": row.title}, as_=as_)
    return file


@transaction.atomic
def remove_evidence(*, file: File, by: User, at: datetime | None = None) -> File:
    """Take a file off its stage; its bytes stay until its retention date. A no-op when that was done already.

    Raises:
        Refusal: it is neither the person's own nor theirs to remove.
    """
    at = at or timezone.now()
    stage = Stage.objects.select_related("cluster").get(evidence=file)
    is_own = file.uploaded_by_id == by.pk
    locked = locked_cluster(stage.cluster_id, by=by, may=can_contribute if is_own else can_work)
    row = hide_file(file, at=at)
    if row is None:
        return file
    data = {"file": row.pk, "sha256": row.sha256}
    record_change(locked, "evidence.removed", stage, by=by, at=at, data=data, detail={"title": stage.title})
    return row
