"""What lies in a cluster's room: files with all their versions. What is said there are comments of community."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models.cluster import Cluster
from community.choices import FileVisibility
from community.models import File, User
from community.validators import plain_line

#: Who may fetch a file of a room; one that holds names of persons is restricted besides.
ROOM_VISIBILITIES = (FileVisibility.ROOM, FileVisibility.COP, FileVisibility.PUBLIC)


class RoomFile(models.Model):
    """A file of a room under one name, whatever its versions; removing it keeps the bytes until their retention."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="room_files")
    title = models.CharField(_("title"), max_length=160, validators=[plain_line])
    visibility = models.CharField(
        _("who may fetch it"), max_length=10, choices=FileVisibility, default=FileVisibility.ROOM
    )
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="room_files")
    added_at = models.DateTimeField(_("added at"), default=timezone.now)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        """By name."""

        verbose_name = _("file of a room")
        verbose_name_plural = _("files of a room")
        ordering = ("cluster_id", "title", "pk")
        constraints = [
            models.CheckConstraint(name="room_file_visibility_known", condition=Q(visibility__in=ROOM_VISIBILITIES))
        ]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class RoomFileVersion(models.Model):
    """One version of a room's file, with the rights that it states; older ones stay as they are."""

    room_file = models.ForeignKey(RoomFile, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    file = models.OneToOneField(File, on_delete=models.PROTECT, related_name="room_version")
    note = models.CharField(_("what is new"), max_length=200, blank=True, validators=[plain_line])

    class Meta:
        """Newest first."""

        ordering = ("room_file_id", "-number")
        constraints = [
            models.UniqueConstraint(fields=["room_file", "number"], name="room_file_version_once"),
            models.CheckConstraint(name="room_file_version_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.number)
