"""Reads of merges that were asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models

from clusters.choices import MERGEABLE_STATES, MergeStatus

if TYPE_CHECKING:
    from clusters.models import MergeRequest


class MergeRequestQuerySet(models.QuerySet["MergeRequest"]):
    """Merges that a coordinator asked for."""

    def open(self) -> Self:
        """Keep those that wait for an answer, of clusters that can still be merged."""
        return self.filter(status=MergeStatus.OPEN, cluster__state__in=sorted(MERGEABLE_STATES))

    def for_groups(self, group_ids: Iterable[int]) -> Self:
        """Keep those whose answer is with one of the working groups."""
        return self.filter(into__working_group__in=list(group_ids))

    def for_page(self) -> Self:
        """Join both clusters and who asked."""
        return self.select_related("cluster", "into__working_group", "asked_by__member")
