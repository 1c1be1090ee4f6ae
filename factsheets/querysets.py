"""Reads of issued documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, Max, OuterRef, Q

from community import kinds
from factsheets.choices import EditionState

if TYPE_CHECKING:
    from community.models import Event, Member
    from factsheets.models import Edition, Issue


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

    def next_version(self) -> int:
        """Return the version that follows the highest of these."""
        highest: int | None = self.order_by().aggregate(highest=Max("version"))["highest"]
        return (highest or 0) + 1

    def undrawn(self) -> Self:
        """Keep the versions that were taken and of which no edition was drawn yet."""
        return self.filter(editions=None)

    def with_checksum(self, sha256: str) -> Self:
        """Keep the issues whose snapshot has this checksum."""
        return self.filter(snapshot_sha256=sha256)


class EditionQuerySet(models.QuerySet["Edition"]):
    """Editions: a version in a language, in revisions."""

    def for_reference(self, reference: str) -> Self:
        """Keep the editions of what addresses call `reference`, newest version and revision first."""
        return self.filter(reference=reference).order_by("-version", "-revision", "pk")

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

    def without_pdf(self) -> Self:
        """Keep the current newest revisions that lack their PDF."""
        return self.newest_revisions().current().filter(pdf_file="")

    def at_address(self, reference: str, version: int, language: str) -> Self:
        """Keep the revisions behind one permanent address, newest first."""
        return self.filter(reference=reference, version=version, language=language).order_by("-revision")

    def with_checksum(self, sha256: str) -> Self:
        """Keep the editions one of whose files has this checksum, also of withdrawn ones."""
        return self.filter(Q(pdf_sha256=sha256) | Q(data_sha256=sha256) | Q(article_sha256=sha256))

    def naming(self, member: Member) -> Self:
        """Keep the current editions that name this person."""
        return self.current().filter(names__member=member)

    def holding(self, files: set[str]) -> Self:
        """Keep the editions that still hold one of these stored files."""
        return self.filter(Q(article_file__in=files) | Q(pdf_file__in=files) | Q(data_file__in=files))
