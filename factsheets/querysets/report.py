"""Reads of reports to the community of practice, and of booklets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from clusters.visibility import viewer
from community import kinds
from factsheets.choices import ReportState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User, WorkingGroup
    from factsheets.models import Booklet, CopReport, Edition, Issue, ReportBooklet


class CopReportQuerySet(models.QuerySet["CopReport"]):
    """Reports to the community of practice."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may know of: what went out, for everybody; drafts for who may send them.

        Those are the coordinators of the report's working group and those of the mission; administrators look.
        """
        who = viewer(user, timezone.localdate())
        if who.is_mission or who.is_administrator:
            return self.all()
        seen = Q(state=ReportState.SENT)
        if who.group_ids:
            seen |= Q(working_group__in=who.group_ids)
        return self.filter(seen)

    def sent(self) -> Self:
        """Keep what went out, the newest first."""
        return self.filter(state=ReportState.SENT).order_by("-state_since", "-pk")

    def drafts(self) -> Self:
        """Keep what is still put together."""
        return self.filter(state=ReportState.DRAFT).order_by("-created_at", "-pk")

    def of_group(self, code: str) -> Self:
        """Keep the reports of the working group of a code."""
        return self.filter(working_group__code=code)

    def about(self, subject: models.Model) -> Self:
        """Keep the reports in which a cluster stands."""
        return self.filter(
            factsheets__subject_kind=kinds.of(subject).code, factsheets__subject_id=subject.pk
        ).distinct()

    def holding(self, issue: Issue) -> Self:
        """Keep the sent reports that tell of a version, or are that issue themselves."""
        told = self.model.factsheets.through._default_manager.filter(issue=issue).values("copreport")
        return self.sent().filter(Q(pk__in=told) | Q(issue=issue)).select_related("issue")

    def of_year(self, year: int) -> Self:
        """Keep what went out in a year."""
        return self.filter(state_since__year=year)

    def of_time(self, group: WorkingGroup | None, from_on: date, until_on: date) -> Self:
        """Keep the reports of exactly this time, of one working group or (None) of the whole mission."""
        return self.filter(working_group=group, from_on=from_on, until_on=until_on)

    def telling_of(self, clusters: Iterable[int]) -> models.QuerySet[CopReport, tuple[str, str, int, int, int]]:
        """Return what these reports tell of clusters (keys): reference, title, then key, cluster, version of the issue.

        By reference.
        """
        rows = self.filter(factsheets__subject_kind="cluster", factsheets__subject_id__in=list(clusters))
        columns = ("factsheets__pk", "factsheets__subject_id", "factsheets__version")
        return rows.order_by("reference", "factsheets__pk").values_list("reference", "title", *columns)

    def next_reference(self, on: date) -> str:
        """Return what addresses call a report that goes out on `on`: the day, with a number from the second on."""
        day = on.isoformat()
        taken = set(self.filter(reference__startswith=day).values_list("reference", flat=True))
        return next(name for name in (day, *(f"{day}-{number}" for number in range(2, 1000))) if name not in taken)

    def with_end_told(self, subject: models.Model) -> Self:
        """Say of each by `tells_end` whether it tells what came of a cluster since that last ended."""
        ended = apps.get_model("factsheets", "Issue").objects.about(subject).reported_ends()
        return self.annotate(tells_end=Exists(ended.filter(reported_in=OuterRef("pk")).order_by()))

    def for_list(self) -> Self:
        """Join what a line of a list shows."""
        return self.select_related("working_group", "issue").defer("issue__snapshot")


class BookletQuerySet(models.QuerySet["Booklet"]):
    """Booklets of factsheets."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep those that `user` asked for, by the jobs about them; administrators see all."""
        jobs = apps.get_model("community", "Job").objects.visible_to(user)
        return self.filter(pk__in=jobs.filter(kind="booklet").values("subject_id"))

    def of_report(self, report: CopReport) -> Booklet | None:
        """Return the booklet of a report, where its file is there."""
        return self.filter(report=report).exclude(file="").first()

    def with_edition(self, edition: Edition) -> Self:
        """Keep those that hold an edition, or held it when their file was removed."""
        return self.filter(parts__edition=edition).order_by("pk")

    def kept_since(self, at: datetime) -> Self:
        """Keep those whose file was made at that moment or earlier and is kept for a time only."""
        return self.filter(report=None, made_at__lte=at).exclude(file="").order_by("pk")

    def old(self, at: datetime) -> Self:
        """Keep those without a file that were asked for, or made, at that moment or earlier."""
        return self.filter(report=None, file="", created_at__lte=at).exclude(made_at__gt=at)


class ReportBookletQuerySet(models.QuerySet["ReportBooklet"]):
    """Booklets of reports as they were handed out once."""

    def with_checksums(self, digests: Iterable[str]) -> Self:
        """Keep those with one of these checksums, with the report and what stands for it now."""
        return self.filter(sha256__in=list(digests)).select_related("report__booklet")

    def earlier_of(self, report: CopReport, present: Booklet | None) -> Self:
        """Keep those of a report that stand no more, the latest first."""
        return self.filter(report=report).exclude(sha256=present.sha256 if present else "")
