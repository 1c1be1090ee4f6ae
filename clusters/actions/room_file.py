"""Files of a cluster's room: added with their rights, given new versions that keep the old, renamed, removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File as Content
from django.db import transaction
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.actions.parts import check_fields, known_only, locked_cluster, stale, worked_as
from clusters.choices import Capacity
from clusters.models import Cluster, RoomFile, RoomFileVersion
from clusters.models.room import ROOM_VISIBILITIES
from clusters.rules.room import can_share
from clusters.rules.room_files import can_keep_file, versions_for
from community import events
from community.actions.file import hide_file, sha256_of, store_file
from community.actions.twins import refuse_other_words, says_the_same
from community.models import Event, File, User
from community.permissions import Refusal

#: As many files a room holds, and versions a file.
MOST_FILES, MOST_VERSIONS = 200, 50
KEPT = gettext_lazy(
    "This file is kept here under this title already, with other rights or for others to fetch. Open it and change it "
    "there, or give this one another title: nothing is entered yet."
)
NEWEST = gettext_lazy(
    "Version %(number)d has just these bytes already, with another note or other rights. It can't be changed: nothing "
    "is entered yet."
)
RIGHTS = ("rights_holder", "licence", "is_free_for_eu_use", "holds_names")
_AS = (Capacity.LEAD, Capacity.DEPUTY, Capacity.PARTICIPANT)


@transaction.atomic
def add_room_file(
    *,
    cluster: Cluster,
    by: User,
    content: Content[Any],
    title: str,
    visibility: str,
    at: datetime | None = None,
    **rights: Any,
) -> RoomFile:
    """Keep a file in the room as version 1. The same again (title, bytes, rights, who may fetch) is a no-op.

    Args:
        rights: `RIGHTS`, as `community.actions.file.store_file` takes them.

    Raises:
        Refusal: the person may not, the room is full, the file is of no allowed type, empty or too big, its rights
            are not stated, or it is kept already with other rights or for others (code "there").
    """
    at = at or timezone.now()
    given = known_only(rights, RIGHTS)
    locked = locked_cluster(cluster.pk, by=by, may=can_share)
    title = title.strip()
    there = locked.room_files.filter(removed_at=None)
    digest = sha256_of(content)
    twin = _twin(_same_bytes(by, locked, digest).filter(room_file__title=title), visibility, given)
    if twin is not None:
        return twin
    if there.count() >= MOST_FILES:
        raise Refusal(_("The room holds %(most)d files. Remove one first.") % {"most": MOST_FILES})
    row = RoomFile(cluster=locked, title=title, visibility=visibility, added_by=by, added_at=at)
    _check(row)
    row.save()
    file = _stored(row, content, by=by, at=at, **given)
    RoomFileVersion.objects.create(room_file=row, number=1, file=file)
    _tell(row, "room.file_added", by=by, at=at, data={"sha256": file.sha256, "number": 1})
    return row


@transaction.atomic
def add_version(
    *,
    room_file: RoomFile,
    by: User,
    content: Content[Any],
    note: str = "",
    at: datetime | None = None,
    **rights: Any,
) -> RoomFileVersion:
    """Add the next version; older ones stay to be fetched. The newest one's bytes, rights and note again are a no-op.

    Raises:
        Refusal: as `add_room_file`; also when the file was removed, or has as many versions as it can.
    """
    at = at or timezone.now()
    given = known_only(rights, RIGHTS)
    row = _locked(room_file, by=by)
    last: int = row.versions.aggregate(last=Max("number"))["last"] or 0
    newest = _same_bytes(by, row.cluster, sha256_of(content)).filter(room_file=row, number=last).first()
    if newest is not None:
        if not says_the_same(newest.note, note) or not _has_rights(newest, given):
            raise Refusal(NEWEST % {"number": newest.number})
        return newest
    if last >= MOST_VERSIONS:
        raise Refusal(_("A file has at most %(most)d versions. Add it under a new name.") % {"most": MOST_VERSIONS})
    file = _stored(row, content, by=by, at=at, **given)
    version = RoomFileVersion(room_file=row, number=last + 1, file=file, note=note.strip())
    check_fields(version, leave_out=("room_file", "file"))
    version.save()
    _tell(row, "room.file_version_added", by=by, at=at, data={"sha256": file.sha256, "number": version.number})
    return version


@transaction.atomic
def change_room_file(
    *, room_file: RoomFile, by: User, title: str, visibility: str, seen_version: int, at: datetime | None = None
) -> RoomFile:
    """Name a file anew, or say anew who may fetch it: all its versions, but those with names of persons.

    A no-op when nothing differs.

    Raises:
        Refusal: the file is somebody else's, was removed, or was changed meanwhile; or the title is missing.
    """
    at = at or timezone.now()
    row = _locked(room_file, by=by, keeps=True)
    if row.version != seen_version:
        raise stale(row, _("this file"), by=by, at=at)
    if (row.title, row.visibility) == (title.strip(), visibility):
        return row
    row.title, row.visibility = title.strip(), visibility
    row.version += 1
    _check(row)
    row.save(update_fields=["title", "visibility", "version"])
    File.objects.filter(room_version__room_file=row).update(title=row.title)
    File.objects.filter(room_version__room_file=row, holds_names=False).update(visibility=row.visibility)
    _tell(row, "room.file_changed", by=by, at=at, data={"visibility": visibility})
    return row


@transaction.atomic
def remove_room_file(*, room_file: RoomFile, by: User, at: datetime | None = None) -> RoomFile:
    """Take a file with all its versions out of sight; its bytes stay until their retention date. A no-op when done.

    Raises:
        Refusal: the file is somebody else's.
    """
    at = at or timezone.now()
    if RoomFile.objects.filter(pk=room_file.pk, removed_at__isnull=False).exists():
        return room_file
    row = _locked(room_file, by=by, keeps=True)
    for version in row.versions.select_related("file"):
        hide_file(version.file, at=at)
    row.removed_at = at
    row.save(update_fields=["removed_at"])
    _tell(row, "room.file_removed", by=by, at=at, data={})
    return row


def _locked(room_file: RoomFile, *, by: User, keeps: bool = False) -> RoomFile:
    """Return the file as it is now, its cluster locked, for somebody who may add to it, or `keeps` it.

    Raises:
        Refusal: the person may not, or the file is gone.
    """
    locked = locked_cluster(room_file.cluster_id, by=by, may=can_share)
    row = locked.room_files.filter(pk=room_file.pk, removed_at=None).first()
    if row is None:
        raise Refusal(_("This file is not there any more."), "state")
    row.cluster = locked
    if keeps and not (verdict := can_keep_file(by, row)):
        raise Refusal.of(verdict)
    return row


def _same_bytes(by: User, cluster: Cluster, digest: str) -> QuerySet[RoomFileVersion]:
    """Return the versions with these bytes that `by` may fetch, the oldest file first: others are not told of."""
    rows = versions_for(by, cluster).filter(file__sha256=digest).select_related("file", "room_file__cluster")
    return rows.order_by("room_file", "-number")


def _twin(versions: Iterable[RoomFileVersion], visibility: str, given: Mapping[str, Any]) -> RoomFile | None:
    """Return the file of which one of `versions` (same title and bytes) was kept with just these rights.

    Raises:
        Refusal: none was, but there are some (code "there"); it leads to the first.
    """
    rows = list(versions)
    for version in rows:
        if version.room_file.visibility == visibility and _has_rights(version, given):
            return version.room_file
    for version in rows:
        url = reverse("clusters:room_file", args=[version.room_file.cluster.name, version.room_file_id])
        refuse_other_words(version.room_file, {}, at="title", words=KEPT, url=url, differs=True)
    return None


def _has_rights(version: RoomFileVersion, given: Mapping[str, Any]) -> bool:
    """Tell whether a version was kept with the rights given."""
    return all(getattr(version.file, name) == value for name, value in given.items())


def _check(row: RoomFile) -> None:
    if not row.title:
        raise Refusal(_("Say what the file is."), "reason")
    if row.visibility not in ROOM_VISIBILITIES:
        raise Refusal(_("Choose who may fetch the file."), "reason")
    check_fields(row, leave_out=("cluster", "added_by"))


def _stored(row: RoomFile, content: Content[Any], *, by: User, at: datetime, **given: Any) -> File:
    try:
        return store_file(
            content=content, subject=row, title=row.title, visibility=row.visibility, by=by, at=at, **given
        )
    except ValidationError as error:
        raise Refusal(error.messages[0]) from error


def _tell(row: RoomFile, verb: str, *, by: User, at: datetime, data: Mapping[str, Any]) -> Event:
    """Append an event: ids and checksums, never the title, which not everybody in the room may read."""
    role = worked_as(by, row.cluster, timezone.localdate(at), first=_AS)
    return events.record(verb=verb, subject=row, by=by, at=at, role=role, data={"room_file": row.pk, **data})
