"""Reads of issues, editions and translations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Self

from django.apps import apps
from django.db import connections, models
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Subquery, When
from django.db.models.fields.json import KT, KeyTransform
from django.db.models.functions import Coalesce

from clusters.choices import State
from community import kinds
from factsheets.choices import EditionState, Face, IssueKind, ReportState

if TYPE_CHECKING:
    from community.models import Event, Member
    from factsheets.models import Edition, Issue, IssueTranslation

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
#: Why a version was issued that only corrects an ended cluster's record: the verb.
CORRECTED: Final = "correct"
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

    def of_unmerged(self) -> Self:
        """Leave out those about clusters that went into another one, which tells of their work now."""
        merged = apps.get_model("clusters", "Cluster").objects.in_states((State.MERGED,))
        return self.exclude(subject_kind="cluster", subject_id__in=merged.order_by().values("pk"))

    def newest_of_same(self, others: models.QuerySet[Issue]) -> Self:
        """Keep the newest version of each subject that `others` are about."""
        kinds_and_keys = others.order_by().filter(
            subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id")
        )
        return self.filter(Exists(kinds_and_keys)).newest_of_subjects()

    def told_twice(self) -> list[str]:
        """Return by reference the subjects that stand here with more than one version."""
        rows = self.order_by().values("reference").annotate(versions=Count("pk", distinct=True))
        return list(rows.filter(versions__gt=1).order_by("reference").values_list("reference", flat=True))

    def with_newest(self) -> Self:
        """Say of each by `newest_version` which is the newest version about its subject."""
        rows = self.model._default_manager.filter(
            subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id")
        )
        return self.annotate(newest_version=Subquery(rows.order_by("-version").values("version")[:1]))

    def looking_back(self) -> Self:
        """Keep the factsheets that say what came of a cluster."""
        return self.filter(face=Face.BACKWARD)

    def of_finished(self) -> Self:
        """Keep those about clusters that stand ended today: not about one that was reopened."""
        clusters = apps.get_model("clusters", "Cluster").objects.finished()
        return self.filter(subject_kind="cluster", subject_id__in=clusters.order_by().values("pk"))

    def reported_ends(self) -> Self:
        """Keep what came of clusters as a sent report tells it, unless the cluster ended once more afterwards.

        A correction after the report is no new end.
        """
        again = self.model._default_manager.filter(
            subject_kind=OuterRef("subject_kind"),
            subject_id=OuterRef("subject_id"),
            face=Face.BACKWARD,
            version__gt=OuterRef("version"),
        ).exclude(reason=CORRECTED)
        sent = self.filter(face=Face.BACKWARD, reported_in__state=ReportState.SENT)
        return sent.exclude(Exists(again))

    def in_no_sent_report(self) -> Self:
        """Keep the factsheets whose cluster stands with what came of it, since it last ended, in no sent report."""
        told = self.model._default_manager.reported_ends()
        of_subject = told.filter(subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"))
        return self.exclude(Exists(of_subject.order_by()))

    def with_subject(self) -> Self:
        """Tell of factsheets how their cluster stands now; see `factsheets.models.issue.AboutSubject`."""
        return self.annotate(**_subject(""))

    def with_checksums(self, digests: Iterable[str]) -> Self:
        """Keep the issues whose snapshot has one of these checksums, by version."""
        return self.filter(snapshot_sha256__in=list(digests)).order_by("reference", "version")

    def with_language(self) -> Self:
        """Tell in which language each was written (`language`); None where its snapshot does not say."""
        return self.annotate(language=KT("snapshot__language"))

    def results_told(self, ids: Iterable[int]) -> models.QuerySet[Issue, tuple[int, Any, Any, str | None, str | None]]:
        """Return by key what the snapshots of these factsheets tell came of their clusters, without the rest of them.

        These are outcomes and uptakes, lessons and next steps; None for what a snapshot says nothing of.
        """
        told = self.filter(pk__in=list(ids)).annotate(
            outcomes=KeyTransform("outcomes", "snapshot"),
            uptakes=KeyTransform("uptakes", "snapshot"),
            lessons=KT("snapshot__lessons"),
            next_steps=KT("snapshot__next_steps"),
        )
        return told.order_by().values_list("pk", "outcomes", "uptakes", "lessons", "next_steps")


class EditionQuerySet(models.QuerySet["Edition"]):
    """Editions: a version in a language, in revisions."""

    def for_reference(self, reference: str) -> Self:
        """Keep the editions of what addresses call `reference`: newest version first, the original before others."""
        return self.for_references([reference])

    def for_references(self, references: Iterable[str]) -> Self:
        """Keep the editions of what addresses call by these references, each in the order of `for_reference`."""
        rows = self.filter(reference__in=list(references)).annotate(is_translation=Exists(_translations()))
        return rows.order_by("-version", "is_translation", "-revision", "pk")

    def factsheets(self) -> Self:
        """Keep what tells of clusters: no statements, no reports."""
        return self.filter(issue__kind=IssueKind.CLUSTER)

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

    def earlier_than(self, edition: Edition) -> Self:
        """Keep the earlier revisions of the same version and language, the latest first, with why they went."""
        rows = self.filter(issue=edition.issue_id, language=edition.language, revision__lt=edition.revision)
        return rows.select_related("redaction").order_by("-revision")

    def for_pages(self) -> Self:
        """Join the issue without its snapshot, which pages do not read and which is long."""
        return self.select_related("issue").defer("issue__snapshot")

    def with_subject(self) -> Self:
        """Tell of factsheets how their cluster stands now; see `factsheets.models.issue.AboutSubject`."""
        return self.annotate(**_subject("issue__"))

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

    def awaiting_revision(self) -> Self:
        """Keep the newest revisions that were withdrawn: the next one is to come, or its job was given up."""
        return self.newest_revisions().filter(state=EditionState.WITHDRAWN)

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

    def with_checksums(self, digests: Iterable[str]) -> Self:
        """Keep the editions one of whose files has one of these checksums, also of withdrawn ones."""
        wanted = list(digests)
        found = Q(pdf_sha256__in=wanted) | Q(data_sha256__in=wanted)
        found |= Q(article_sha256__in=wanted) | Q(table_sha256__in=wanted)
        return self.filter(found).order_by("reference", "version", "language", "revision")

    def naming(self, member: Member) -> Self:
        """Keep the current editions that name this person."""
        return self.current().filter(names__member=member)

    def holding(self, files: set[str]) -> Self:
        """Keep the editions that still hold one of these stored files."""
        return self.filter(Q(article_file__in=files) | Q(pdf_file__in=files) | Q(data_file__in=files))


def _subject(issue: str) -> dict[str, Case]:
    """Return the columns of the cluster of a factsheet, None for other documents; `issue` leads to it ("issue__")."""
    cluster = apps.get_model("clusters", "Cluster")._default_manager.filter(pk=OuterRef(f"{issue}subject_id"))
    columns = {"subject_state": "state", "subject_since": "state_since", "merged_reference": "merged_into__reference"}
    is_factsheet = {f"{issue}subject_kind": "cluster"}
    return {
        name: Case(When(**is_factsheet, then=Subquery(cluster.order_by().values(column)[:1])), default=None)
        for name, column in columns.items()
    }


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
