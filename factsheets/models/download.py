"""How often files of documents were fetched: sums by day, about nobody."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from factsheets.querysets.stored import DownloadCountQuerySet


class DownloadCount(models.Model):
    """How often the files of one kind of a document's version were fetched on a day.

    A sum: nothing is kept of who fetched it, from where or with what. `suffix` is ".pdf" or ".json".
    """

    reference = models.CharField(_("reference"), max_length=40)
    file_stem = models.CharField(_("name of its files"), max_length=80)
    suffix = models.CharField(_("kind of file"), max_length=8)
    on = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("fetched"), default=0)

    objects = DownloadCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of downloads")
        verbose_name_plural = _("counts of downloads")
        ordering = ["reference", "file_stem", "suffix", "on"]
        constraints = [
            models.UniqueConstraint(fields=["file_stem", "suffix", "on"], name="downloadcount_once_a_day"),
        ]
        indexes = [models.Index(fields=["reference"], name="downloadcount_reference")]

    def __str__(self) -> str:
        return f"{self.file_stem}{self.suffix}, {self.on}"
