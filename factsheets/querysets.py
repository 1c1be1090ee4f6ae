"""Reads of issued documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Self

from django.apps import apps
from django.db import connections, models
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils import timezone

from clusters.visibility import viewer
from community import kinds
from factsheets.choices import EditionState, Face, IssueKind, ReportState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Event, Member, User
    from factsheets.models import Booklet, CopReport, DownloadCount, Edition, Issue, IssueTranslation

#: What hands out a stored file, by which file; the newest revision first.
_AT_ADDRESS: Final = {
    file: (
        f"SELECT {file}_file, {file}_sha256, file_stem FROM factsheets_edition"  # noqa: S608 - names from here alone
        " WHERE reference = %s AND version = %s AND language = %s ORDER BY revision DESC LIMIT 1"
    )
    for file in ("pdf", "data")
}
#: The newest edition that still has its content, as `EditionQuerySet.for_reference` orders them.
_STANDING: Final = """
SELECT e.*, i.reference, i.version, i.issued_at, (
    SELECT MAX(r.id) FROM factsheets_copreport r JOIN factsheets_copreport_factsheets f ON f.copreport_id = r.id
    JOIN factsheets_issue j ON j.id = f.issue_id WHERE j.reference = e.reference AND r.state = 'sent'
), (SELECT MAX(l.id) FROM factsheets_edition l WHERE l.reference = e.reference), (
    SELECT COUNT(*) FROM factsheets_edition l WHERE l.reference = e.reference AND l.state = e.state
) FROM factsheets_edition e JOIN factsheets_issue i ON i.id = e.issue_id
LEFT JOIN factsheets_issuetranslation t ON t.issue_id = e.issue_id AND t.language = e.language
WHERE e.reference = %s AND e.state = %s
ORDER BY e.version DESC, CASE WHEN t.id IS NULL THEN 0 ELSE 1 END, e.revision DESC, e.id LIMIT 1
"""
#: The highest number that the column of versions can hold.
_LAST_VERSION: Final = 32767


class IssueQuerySet(models.QuerySet["Issue"]):
    """Versions of documents."""

    def about(self, subject: models.Model) -> Self:
        """Keep the issues of one subject, newest first."""
        return self.filter(subject_kind=kinds.of(subject).code, subject_id=subject.pk).order_by("-version")

    def for_reference(self, reference: str) -> Self:
        """Keep the issues that addresses call `reference`, newest first."""
        return self.filter(reference=reference).order_by("-version")

    def rested_on(self, event: Event) -> Self:
        """Keep the issue that this event led to: at most one."""
        return self.filter(event=event)

    def newest_of_each(self, kind: str, ids: Iterable[int]) -> Self:
        """Keep the newest version about each of these subjects of one kind."""
        rows = self.filter(subject_kind=kind, subject_id__in=list(ids))
        later = self.model._default_manager.filter(
            subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"), version__gt=OuterRef("version")
        )
        return rows.exclude(Exists(later)).order_by("pk")

    def next_version(self) -> int:
        """Return the version that follows the highest of these."""
        highest: int | None = self.order_by().aggregate(highest=Max("version"))["highest"]
        return (highest or 0) + 1

    def undrawn(self) -> Self:
        """Keep the versions that were taken and not drawn yet in the language in which they were written."""
        return self.exclude(Exists(_originals()))

    def drawn(self) -> Self:
        """Keep the versions of which an edition was drawn: those that have an address."""
        return self.filter(Exists(_originals()))

    def incomplete(self) -> Self:
        """Keep the versions that were never drawn in one of their languages, or of which an edition lacks its PDF."""
        lacking = apps.get_model("factsheets", "Edition").objects.without_pdf()
        missing = apps.get_model("factsheets", "IssueTranslation").objects.undrawn()
        later = Q(pk__in=lacking.order_by().values("issue")) | Q(pk__in=missing.order_by().values("issue"))
        return self.filter(~Q(Exists(_originals())) | later)

    def factsheets(self) -> Self:
        """Keep the factsheets of clusters."""
        return self.filter(kind=IssueKind.CLUSTER)

    def of_version(self, reference: str, version: int) -> Issue | None:
        """Return the version of that number, or None."""
        return self.filter(reference=reference, version=version).first() if version <= _LAST_VERSION else None

    def issued_between(self, from_on: date, until_on: date) -> Self:
        """Keep what was issued from one day to another, both included, in the site's zone."""
        return self.filter(issued_at__date__range=(from_on, until_on))

    def of_groups(self, ids: Iterable[int]) -> Self:
        """Keep the factsheets of clusters for which these working groups (keys) are responsible today."""
        clusters = apps.get_model("clusters", "Cluster").objects.filter(working_group__in=list(ids))
        return self.filter(subject_kind="cluster", subject_id__in=clusters.values("pk"))

    def newest_of_subjects(self) -> Self:
        """Keep of each subject the newest version among these."""
        later = self.filter(subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"))
        newest = later.order_by("-version").values("pk")[:1]
        return self.filter(pk=Subquery(newest)).order_by("-issued_at", "-pk")

    def looking_back(self) -> Self:
        """Keep the factsheets that say what came of a cluster."""
        return self.filter(face=Face.BACKWARD)

    def in_no_sent_report(self) -> Self:
        """Keep the factsheets whose cluster stands with what came of it in no report that went out."""
        sent = self.model._default_manager.filter(
            subject_kind=OuterRef("subject_kind"),
            subject_id=OuterRef("subject_id"),
            face=Face.BACKWARD,
            reported_in__state=ReportState.SENT,
        )
        return self.exclude(Exists(sent))

    def with_checksum(self, sha256: str) -> Self:
        """Keep the issues whose snapshot has this checksum."""
        return self.filter(snapshot_sha256=sha256)


class EditionQuerySet(models.QuerySet["Edition"]):
    """Editions: a version in a language, in revisions."""

    def for_reference(self, reference: str) -> Self:
        """Keep the editions of what addresses call `reference`: newest version first, the original before others."""
        rows = self.filter(reference=reference).annotate(is_translation=Exists(_translations()))
        return rows.order_by("-version", "is_translation", "-revision", "pk")

    def originals(self) -> Self:
        """Keep those in the language in which the version was written: one a version."""
        return self.exclude(Exists(_translations()))

    def in_language(self, language: str) -> Self:
        """Keep one language."""
        return self.filter(language=language)

    def current(self) -> Self:
        """Keep those that still have their content."""
        return self.filter(state=EditionState.CURRENT)

    def newest_revisions(self) -> Self:
        """Keep of each version and language the newest revision."""
        newer = self.model._default_manager.filter(
            issue=OuterRef("issue"), language=OuterRef("language"), revision__gt=OuterRef("revision")
        )
        return self.exclude(Exists(newer))

    def for_pages(self) -> Self:
        """Join the issue without its snapshot, which pages do not read and which is long."""
        return self.select_related("issue").defer("issue__snapshot")

    def with_titles(self) -> Self:
        """Tell what each is called in its own language (`title`): the title of its version, or the translated one."""
        translated = _translations().values(told=KT("texts__title"))[:1]
        return self.annotate(title=Coalesce(Subquery(translated), F("issue__title"), output_field=models.TextField()))

    def of_clusters(self, ids: Iterable[int]) -> Self:
        """Keep the factsheets of these clusters (keys), the newest version and revision first."""
        rows = self.filter(issue__subject_kind="cluster", issue__subject_id__in=list(ids))
        return rows.order_by("-version", "-revision", "pk")

    def without_pdf(self) -> Self:
        """Keep the current newest revisions that lack their PDF."""
        return self.newest_revisions().current().filter(pdf_file="")

    def file_at_address(self, file: str, reference: str, version: int, language: str) -> tuple[str, str, str] | None:
        """Return name, checksum and stem of the newest revision's file `file` ("pdf", "data") behind an address.

        Written by hand: putting it together from a queryset takes longer than the rest of a download's own work.
        """
        if version > _LAST_VERSION:
            return None
        with connections[self.db].cursor() as cursor:
            cursor.execute(_AT_ADDRESS[file], [reference, version, language])
            row: tuple[str, str, str] | None = cursor.fetchone()
        return row

    def of_version(self, version: int) -> Self:
        """Keep one version; none has a number beyond what the column holds."""
        return self.filter(version=version) if version <= _LAST_VERSION else self.none()

    def standing_at(self, reference: str) -> tuple[object, ...] | None:
        """Return all columns of the newest current edition of a reference, and its issue's; None before the first.

        With the newest report in which the reference stands, for a sent report stays as it is. To be compared, not
        read: what is equal looks alike. Written by hand, as `file_at_address` is.
        """
        with connections[self.db].cursor() as cursor:
            cursor.execute(_STANDING, [reference, EditionState.CURRENT])
            row: tuple[object, ...] | None = cursor.fetchone()
        return row

    def with_checksum(self, sha256: str) -> Self:
        """Keep the editions one of whose files has this checksum, also of withdrawn ones."""
        return self.filter(
            Q(pdf_sha256=sha256) | Q(data_sha256=sha256) | Q(article_sha256=sha256) | Q(table_sha256=sha256)
        )

    def naming(self, member: Member) -> Self:
        """Keep the current editions that name this person."""
        return self.current().filter(names__member=member)

    def holding(self, files: set[str]) -> Self:
        """Keep the editions that still hold one of these stored files."""
        return self.filter(Q(article_file__in=files) | Q(pdf_file__in=files) | Q(data_file__in=files))


def _originals() -> EditionQuerySet:
    """Return the editions of the outer version in its own language."""
    rows: EditionQuerySet = apps.get_model("factsheets", "Edition")._default_manager.originals()
    return rows.order_by().filter(issue=OuterRef("pk"))


def _translations() -> models.QuerySet[IssueTranslation]:
    """Return the translations of which the outer edition is one."""
    rows = apps.get_model("factsheets", "IssueTranslation")._default_manager
    return rows.filter(issue=OuterRef("issue"), language=OuterRef("language"))


class IssueTranslationQuerySet(models.QuerySet["IssueTranslation"]):
    """Languages in which versions were issued besides their own."""

    def in_language(self, language: str) -> Self:
        """Keep one language."""
        return self.filter(language=language)

    def undrawn(self) -> Self:
        """Keep those of which no edition was drawn yet."""
        drawn = apps.get_model("factsheets", "Edition")._default_manager
        return self.exclude(Exists(drawn.filter(issue=OuterRef("issue"), language=OuterRef("language"))))


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

    def next_reference(self, on: date) -> str:
        """Return what addresses call a report that goes out on `on`: the day, with a number from the second on."""
        day = on.isoformat()
        taken = set(self.filter(reference__startswith=day).values_list("reference", flat=True))
        return next(name for name in (day, *(f"{day}-{number}" for number in range(2, 1000))) if name not in taken)

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


class DownloadCountQuerySet(models.QuerySet["DownloadCount"]):
    """Sums of downloads by day."""

    def of_references(self, references: Iterable[str]) -> Self:
        """Keep those of some documents."""
        return self.filter(reference__in=list(references))

    def totals(self) -> dict[str, int]:
        """Return how often files of each document were fetched, by its reference; one query."""
        rows = self.order_by().values_list("reference").annotate(times=Sum("count"))
        return dict(rows)
