"""Files of a cluster's room: who may fetch which version, and who keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import Capacity
from clusters.models import Cluster, RoomFile, RoomFileVersion
from clusters.permissions import LEADS, capacities
from clusters.rules.room import KEEPERS, can_see_room, can_share
from community.choices import FileVisibility
from community.models import File, User
from community.permissions import ALLOWED, Verdict, refused
from community.visibility import is_cop

Reader = User | AnonymousUser

#: Who fetches files with names of persons, besides who added them; and who keeps all files.
_RESTRICTED_TO = frozenset({*LEADS, *KEEPERS, Capacity.ADMINISTRATOR})
_KEEPS_ALL = frozenset({*LEADS, *KEEPERS})


@dataclass(frozen=True)
class Document:
    """A file of the room for one reader: the newest version that they may fetch, and older ones."""

    room_file: RoomFile
    newest: RoomFileVersion
    older: list[RoomFileVersion]
    may_keep: bool

    @property
    def versions(self) -> list[RoomFileVersion]:
        """All that the reader may fetch, newest first."""
        return [self.newest, *self.older]


def versions_for(user: Reader, cluster: Cluster) -> QuerySet[RoomFileVersion]:
    """Return the versions in the room of `cluster` that `user` may fetch.

    Public ones everybody; those for the community its members and whoever reads the room; those of the room its
    readers; with names of persons the lead's side, coordinators, administrators, and who added them.
    """
    rows = RoomFileVersion.objects.filter(room_file__cluster=cluster, room_file__removed_at=None, file__removed_at=None)
    classes = [FileVisibility.PUBLIC]
    is_reader = bool(can_see_room(user, cluster))
    if is_reader or is_cop(user):
        classes.append(FileVisibility.COP)
    if not is_reader or not isinstance(user, User):
        return rows.filter(file__visibility__in=classes)
    classes.append(FileVisibility.ROOM)
    if capacities(user, cluster, timezone.localdate()) & _RESTRICTED_TO:
        classes.append(FileVisibility.RESTRICTED)
    return rows.filter(Q(file__visibility__in=classes) | Q(file__uploaded_by=user))


def documents(user: Reader, cluster: Cluster) -> list[Document]:
    """Return the files of the room as `user` finds them, by title; one query."""
    rows = versions_for(user, cluster).select_related("file", "room_file")
    return _gathered(rows.order_by("room_file__title", "room_file", "-number"), user, cluster)


def document(user: Reader, cluster: Cluster, pk: int) -> Document | None:
    """Return one file of the room; None when it is gone, of another cluster, or not open to `user`."""
    rows = versions_for(user, cluster).filter(room_file=pk).select_related("file__uploaded_by__member", "room_file")
    return next(iter(_gathered(rows.order_by("-number"), user, cluster)), None)


def _gathered(rows: Iterable[RoomFileVersion], user: Reader, cluster: Cluster) -> list[Document]:
    found: dict[int, list[RoomFileVersion]] = {}
    for row in rows:
        found.setdefault(row.room_file_id, []).append(row)
    made = []
    for versions in found.values():
        owner = versions[0].room_file
        owner.cluster = cluster
        made.append(Document(owner, versions[0], versions[1:], bool(can_keep_file(user, owner))))
    return made


def room_file_of(user: Reader, cluster: Cluster, file_pk: int) -> File | None:
    """Return the bytes' row of a version that `user` may fetch; None for everything else."""
    row = versions_for(user, cluster).filter(file=file_pk).select_related("file").first()
    return row.file if row is not None else None


def can_keep_file(user: Reader | None, room_file: RoomFile) -> Verdict:
    """Who added a file names it, says who may fetch it and removes it; lead's side and coordinators do so of all."""
    verdict = can_share(user, room_file.cluster)
    if not verdict:
        return verdict
    held = capacities(user or AnonymousUser(), room_file.cluster, timezone.localdate())
    if held & _KEEPS_ALL or (user is not None and room_file.added_by_id == user.pk):
        return ALLOWED
    return refused(_("Only who added a file, the lead and the coordinators change or remove it."), "forbidden")
