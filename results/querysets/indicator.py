"""Reads of indicators, their targets and what each record contributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from community.models import Project
    from results.models import Contribution, Indicator, Target


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    """The programme's indicators, in the order that an administrator gives."""

    def shown(self) -> Self:
        """Keep what the pages and reports show."""
        return self.filter(is_shown=True)

    def versions(self) -> dict[str, int]:
        """Return by which version of its rule each goes; one query."""
        return dict(self.order_by().values_list("code", "rule_version"))


class TargetQuerySet(models.QuerySet["Target"]):
    """What projects, or the whole mission, want to reach."""

    def of(self, project: Project | int | None) -> Self:
        """Keep those of a project, or of the whole mission for None; the earliest day first."""
        return self.filter(project=project).order_by("due_on", "pk")


class ContributionQuerySet(models.QuerySet["Contribution"]):
    """Which project each counted record counts for."""

    def owners(self) -> dict[str, dict[tuple[str, int], int]]:
        """Return the owning project of each record by indicator: code -> (kind, key) -> project; one query."""
        found: dict[str, dict[tuple[str, int], int]] = {}
        rows = self.order_by().values_list("indicator__code", "kind", "subject_id", "project_id")
        for code, kind, record, project in rows:
            found.setdefault(code, {})[kind, record] = project
        return found
