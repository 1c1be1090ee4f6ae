"""Uploaded files, with the rights that every one must state."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import FileVisibility
from community.models.fields import LineField
from community.models.user import User
from community.querysets.record import FileQuerySet


def random_name(instance: File, filename: str) -> str:
    """Return a storage name that says nothing about the file or its uploader."""
    token = uuid4().hex
    return f"files/{token[:2]}/{token}"


class File(models.Model):
    """A file of a subject. It names its rights holder and licence (Annex IX of Regulation (EU) 2021/1060).

    `retain_until` is the day before which a file that supports a reported figure
    is only restricted, never deleted; empty means keep. Removing sets `removed_at`
    and takes it out of sight; deleting it for good sets `gone_at` too, and `content` names nothing any more.
    """

    kind = models.CharField(_("kind of subject"), max_length=30)
    subject_id = models.PositiveBigIntegerField(_("subject"))
    title = LineField(_("title"), max_length=160)
    content = models.FileField(_("file"), upload_to=random_name, max_length=200)
    original_name = LineField(_("name as uploaded"), max_length=200)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    rights_holder = LineField(_("rights holder"), max_length=160)
    licence = LineField(_("licence"), max_length=120)
    is_free_for_eu_use = models.BooleanField(_("EU institutions may use it free of charge"), default=False)
    visibility = models.CharField(
        _("who may fetch it"), max_length=10, choices=FileVisibility, default=FileVisibility.COP
    )
    holds_names = models.BooleanField(_("holds names of persons"), default=False)
    uploaded_by = models.ForeignKey(
        User, verbose_name=_("uploaded by"), null=True, blank=True, on_delete=models.PROTECT, related_name="files"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    retain_until = models.DateField(_("keep until"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    gone_at = models.DateTimeField(_("deleted for good at"), null=True, blank=True)

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(visibility__in=FileVisibility.values), name="file_known_visibility"),
            models.CheckConstraint(
                condition=Q(holds_names=False) | Q(visibility=FileVisibility.RESTRICTED),
                name="file_with_names_is_restricted",
                violation_error_message=_("A file that holds names of persons is restricted."),
            ),
            models.CheckConstraint(
                condition=Q(gone_at__isnull=True) | Q(removed_at__isnull=False, content=""),
                name="file_gone_is_removed_and_empty",
            ),
        ]
        indexes = [models.Index(fields=["kind", "subject_id"], name="file_subject")]

    def __str__(self) -> str:
        return self.title
