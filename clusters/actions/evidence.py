"""Files on a stage or an outcome: what came out of it, with the rights that each file states."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File as Content
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.actions.parts import known_only, locked_cluster, record_change
from clusters.choices import Capacity
from clusters.models import Outcome, Stage
from clusters.permissions import can_correct, can_work
from clusters.rules.evidence import MAX_FILES, open_to
from clusters.rules.joining import can_contribute
from community.actions.file import hide_file, store_file
from community.models import File, User
from community.permissions import Refusal

FIELDS = ("title", "rights_holder", "licence", "is_free_for_eu_use", "visibility", "holds_names")
STAGE_FULL = gettext_lazy("A stage holds at most %(most)d files. Remove one first.")
OUTCOME_FULL = gettext_lazy("An outcome holds at most %(most)d files. Remove one first.")


def keep_with(
    part: Any, *, full: Promise, content: Content[Any], by: User, at: datetime, given: dict[str, Any]
) -> tuple[File, bool]:
    """Keep a file with what has evidence, for an action that tells history; return it, and whether it is new.

    The same file (title, bytes, rights) that stands there already is returned: the second press of the button. One
    that `by` may not fetch is not told of: theirs is kept beside it.

    Args:
        full: the sentence for a part that holds as many (`most`) as it can.
        given: `FIELDS`, as `community.actions.file.store_file` takes them.

    Raises:
        Refusal: the part is full, the file is of no allowed type, empty or too big, or its rights are not stated.
    """
    known = list(part.evidence.present())
    seen = open_to(by, part.cluster, part.evidence.present())
    if len(known) >= MAX_FILES:
        raise Refusal(str(full) % {"most": MAX_FILES})
    try:
        file = store_file(content=content, subject=part, by=by, at=at, among=seen, **given)
    except ValidationError as error:
        raise Refusal(error.messages[0]) from error
    if is_new := file not in known:
        part.evidence.add(file)
    return file, is_new


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

    Args:
        values: as `keep_with` takes them.

    Raises:
        Refusal: the person takes no part, the stage is gone; or as `keep_with`.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    locked = locked_cluster(stage.cluster_id, by=by, may=can_contribute)
    row = locked.stages.filter(pk=stage.pk).first()
    if row is None:
        raise Refusal(_("This stage is not there any more."), "state")
    file, is_new = keep_with(row, full=STAGE_FULL, content=content, by=by, at=at, given=given)
    if not is_new:
        return file
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


@transaction.atomic
def add_outcome_file(
    *, outcome: Outcome, by: User, content: Content[Any], at: datetime | None = None, **values: Any
) -> File:
    """Keep a file as evidence of an outcome, by whoever may write the outcome itself; told like a stage's.

    Raises:
        Refusal: the person may not, the outcome is gone; or as `keep_with`.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    locked = locked_cluster(outcome.cluster_id, by=by, may=can_correct)
    row = locked.outcomes.filter(pk=outcome.pk).first()
    if row is None:
        raise Refusal(_("This outcome is not there any more."), "state")
    file, is_new = keep_with(row, full=OUTCOME_FULL, content=content, by=by, at=at, given=given)
    if is_new:
        data = {"file": file.pk, "sha256": file.sha256}
        record_change(locked, "outcome.file_added", row, by=by, at=at, data=data, detail={"title": row.title})
    return file


@transaction.atomic
def remove_outcome_file(*, outcome: Outcome, file: File, by: User, reason: str, at: datetime | None = None) -> File:
    """Take a file off an outcome; the history keeps why, for a reported figure may have rested on it.

    Its bytes stay until its retention date. A no-op when that was done already, or it is no file of the outcome.

    Raises:
        Refusal: the person may not, or no reason is given.
    """
    at = at or timezone.now()
    locked = locked_cluster(outcome.cluster_id, by=by, may=can_correct)
    if not reason.strip():
        raise Refusal(_("Say why."))
    there = outcome.evidence.present().filter(pk=file.pk).first()
    row = hide_file(there, at=at) if there else None
    if row is None:
        return file
    data, detail = {"file": row.pk, "sha256": row.sha256}, {"title": outcome.title, "reason": reason.strip()}
    record_change(locked, "outcome.file_removed", outcome, by=by, at=at, data=data, detail=detail)
    return row
