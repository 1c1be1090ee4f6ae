"""Reads of translated texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from clusters.models import Cluster, Translation


class TranslationQuerySet(models.QuerySet["Translation"]):
    """Translated texts of clusters."""

    def of_cluster(self, cluster: Cluster | int) -> Self:
        """Keep those of one cluster."""
        return self.filter(cluster=cluster)

    def in_language(self, language: str) -> Self:
        """Keep one language."""
        return self.filter(language=language)

    def with_writer(self) -> Self:
        """Join who wrote it, as a page names them."""
        return self.select_related("by__member")
