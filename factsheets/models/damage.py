"""Stored files that are not as they were written, and how far the look at all of them is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factsheets.choices import FileProblem
from factsheets.querysets.stored import DamagedFileQuerySet, FileRoundQuerySet


class DamagedFile(models.Model):
    """A stored file that a document holds and that was found missing or damaged; goes when it is whole again."""

    name = models.CharField(_("name in the storage"), max_length=120, unique=True)
    problem = models.CharField(_("problem"), max_length=10, choices=FileProblem)
    found_at = models.DateTimeField(_("found at"))
    seen_at = models.DateTimeField(_("last looked at"))

    objects = DamagedFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("damaged file")
        verbose_name_plural = _("damaged files")
        ordering = ["found_at", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(problem__in=FileProblem.values), name="damagedfile_known_problem")
        ]

    def __str__(self) -> str:
        return self.name


class FileRound(models.Model):
    """One look at all stored files of documents, in pieces: `after` is the name of the last that was read."""

    begun_at = models.DateTimeField(_("begun at"))
    after = models.CharField(_("read up to"), max_length=120, blank=True)
    files = models.PositiveIntegerField(_("files"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = FileRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("look at the stored files")
        verbose_name_plural = _("looks at the stored files")
        ordering = ["-begun_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.begun_at}"
