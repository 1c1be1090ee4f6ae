"""Reads of damaged files, of the round through stored files, and of downloads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Sum

if TYPE_CHECKING:
    from factsheets.models import DamagedFile, DownloadCount, FileRound


class DamagedFileQuerySet(models.QuerySet["DamagedFile"]):
    """Stored files that were found missing or damaged."""

    def problems(self) -> dict[str, str]:
        """Return what is wrong, by the name of the file."""
        return dict(self.order_by().values_list("name", "problem"))

    def marks(self, name: str) -> bool:
        """Say whether a file is among them."""
        return self.filter(name=name).exists()


class FileRoundQuerySet(models.QuerySet["FileRound"]):
    """Looks at all stored files."""

    def finished(self) -> Self:
        """Keep those that saw every file, the newest first."""
        return self.filter(finished_at__isnull=False).order_by("-finished_at", "-pk")

    def open(self) -> Self:
        """Keep the one that goes on."""
        return self.filter(finished_at=None)


class DownloadCountQuerySet(models.QuerySet["DownloadCount"]):
    """Sums of downloads by day."""

    def of_references(self, references: Iterable[str]) -> Self:
        """Keep those of some documents."""
        return self.filter(reference__in=list(references))

    def totals(self) -> dict[str, int]:
        """Return how often files of each document were fetched, by its reference; one query."""
        rows = self.order_by().values_list("reference").annotate(times=Sum("count"))
        return dict(rows)
