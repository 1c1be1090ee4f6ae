"""Keeping uploaded files, with the rights that each must state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files import File as Content
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import kinds
from community.choices import FileVisibility
from community.events import record
from community.models import File, User
from community.permissions import Refusal
from community.uploads import Upload, checked

#: What a file says beside its title and bytes.
_RIGHTS = ("rights_holder", "licence", "is_free_for_eu_use", "visibility", "holds_names")
KEPT = _(
    "“%(title)s” is kept here already, with other rights or for others to fetch. Take that one off first, or give this "
    "one another title: nothing is entered yet."
)


@transaction.atomic
def keep_file(*, subject: models.Model, by: User, at: datetime | None = None, **given: Any) -> File:
    """Store a file under a random name beside its subject; one event. `given` is what `store_file` takes.

    Raises:
        Refusal: it is empty, too big, of no allowed type, or its rights are not stated.
        ValidationError: a text holds signs that are not allowed.
    """
    file = store_file(subject=subject, by=by, at=at, **given)
    record(verb="add_file", subject=subject, by=by, at=at, data={"file": file.pk, "sha256": file.sha256})
    return file


def store_file(
    *,
    content: Content[Any],
    subject: models.Model,
    title: str,
    rights_holder: str,
    licence: str,
    is_free_for_eu_use: bool,
    by: User | None,
    visibility: str = FileVisibility.COP,
    holds_names: bool = False,
    at: datetime | None = None,
    among: Iterable[File] = (),
) -> File:
    """Store a file under a random name beside its subject, for an action that tells history itself.

    Its type is told by its bytes; a picture is written anew (`community.uploads`).

    Args:
        by: who uploads it; None is somebody with a link, who has no account.
        among: files that are there already; one of them with the same title, bytes and rights is returned instead.

    Raises:
        Refusal: it is empty, too big, of no allowed type, its rights are not stated, or one of `among` is the same
            with other rights, or for others to fetch.
        ValidationError: a text holds signs that are not allowed.
    """
    _refuse_unusable(content, is_free_for_eu_use and bool(rights_holder.strip()) and bool(licence.strip()))
    upload = checked(content, content.name or title)
    file = _with_content(upload)
    file.title, file.uploaded_by, file.uploaded_at = title, by, at or timezone.now()
    file.rights_holder, file.licence, file.is_free_for_eu_use = rights_holder, licence, is_free_for_eu_use
    file.visibility, file.holds_names = FileVisibility.RESTRICTED if holds_names else visibility, holds_names
    twins = [twin for twin in among if (twin.sha256, twin.title) == (file.sha256, title)]
    for twin in twins:
        if all(getattr(twin, name) == getattr(file, name) for name in _RIGHTS):
            return twin
    if twins:
        raise Refusal(KEPT % {"title": title})
    file.kind, file.subject_id = kinds.of(subject).code, subject.pk
    file.full_clean(exclude=["content"])
    file.save(force_insert=True)
    return file


def _with_content(upload: Upload) -> File:
    """Return a file that is not kept yet, with what is told by its bytes."""
    content = upload.content
    content.name = upload.name
    file = File(content=content, content_type=upload.content_type, original_name=upload.name)
    file.size, file.sha256 = content.size, sha256_of(content)
    return file


@transaction.atomic
def remove_file(*, file: File, by: User, at: datetime | None = None) -> File:
    """Take a file out of sight; its bytes stay until its retention date. A no-op when that was done already.

    One event in the chain of what it belongs to.
    """
    at = at or timezone.now()
    row = hide_file(file, at=at)
    if row is None:
        return File.objects.get(pk=file.pk)
    subject = kinds.resolve(row.kind, row.subject_id)
    record(verb="remove_file", subject=subject or row, by=by, at=at, data={"file": row.pk})
    return row


def hide_file(file: File, *, at: datetime) -> File | None:
    """Take a file out of sight, for an action that tells history itself; None when that was done already."""
    row = File.objects.select_for_update().get(pk=file.pk)
    if row.removed_at is not None:
        return None
    row.removed_at = at
    row.save(update_fields=["removed_at"])
    return row


def _refuse_unusable(content: Content[Any], are_rights_stated: bool) -> None:
    """Refuse an empty file, one that is too big, and one whose rights are not stated."""
    if not content.size:
        raise Refusal(_("This file is empty."))
    if content.size > settings.MAX_UPLOAD_MB * 1024 * 1024:
        raise Refusal(_("This file is larger than %(limit)d MB.") % {"limit": settings.MAX_UPLOAD_MB})
    if not are_rights_stated:
        raise Refusal(
            _("Name the rights holder and the licence, and confirm that EU institutions may use it free of charge.")
        )


def sha256_of(content: Content[Any]) -> str:
    """Return the checksum of a file's bytes, read in pieces, in hex."""
    digest = hashlib.sha256()
    for piece in content.chunks():
        digest.update(piece)
    content.seek(0)
    return digest.hexdigest()
