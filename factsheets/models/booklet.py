"""Booklets: many issued factsheets as one file, made when somebody asks for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factsheets.choices import BookletRemoval
from factsheets.models.issue import Edition
from factsheets.models.report import CopReport
from factsheets.querysets.report import BookletQuerySet, ReportBookletQuerySet


class Booklet(models.Model):
    """Editions joined to one PDF with cover and contents.

    `key` stands for everything that is in it, so the same is made once; who asked for it is told by the jobs about it.
    `address` is the filter under which it was asked for, `words` the same as the cover says it. That of a `report` is
    public, stays, and is made anew when an edition in it is. Without a file it is not made yet, or was removed:
    `removed_why` says why.
    """

    key = models.CharField(_("key"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=200)
    words = models.CharField(_("filter"), max_length=1000, blank=True)
    address = models.CharField(_("address of the filter"), max_length=2000, blank=True)
    language = models.CharField(_("language"), max_length=10)
    report = models.OneToOneField(
        CopReport, verbose_name=_("report"), null=True, blank=True, on_delete=models.PROTECT, related_name="booklet"
    )
    created_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    made_at = models.DateTimeField(_("made at"), null=True, blank=True)
    file = models.CharField(_("PDF"), max_length=120, blank=True)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    removed_why = models.CharField(_("why it was removed"), max_length=10, choices=BookletRemoval, blank=True)

    objects = BookletQuerySet.as_manager()

    class Meta:
        verbose_name = _("booklet")
        verbose_name_plural = _("booklets")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file="") | ~Q(sha256="") & Q(made_at__isnull=False, removed_at__isnull=True),
                name="booklet_file_is_made_and_not_removed",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_why="")
                | Q(removed_at__isnull=False, removed_why__in=BookletRemoval.values),
                name="booklet_removed_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("factsheets:booklet", args=[self.pk])

    @property
    def file_stem(self) -> str:
        """The name under which who fetches it saves it, without its ending."""
        if self.report is not None:
            return f"report_{self.report.reference}_booklet"
        return f"factsheets_booklet_{timezone.localdate(self.made_at or self.created_at)}_{self.language}"


class BookletPart(models.Model):
    """An edition at its place in a booklet, from 1 on."""

    booklet = models.ForeignKey(Booklet, verbose_name=_("booklet"), on_delete=models.CASCADE, related_name="parts")
    edition = models.ForeignKey(Edition, verbose_name=_("edition"), on_delete=models.PROTECT, related_name="booklets")
    number = models.PositiveSmallIntegerField(_("number"))

    class Meta:
        verbose_name = _("part of a booklet")
        verbose_name_plural = _("parts of booklets")
        ordering = ["booklet", "number"]
        constraints = [
            models.UniqueConstraint(fields=["booklet", "number"], name="bookletpart_number_unique"),
            models.UniqueConstraint(fields=["booklet", "edition"], name="bookletpart_edition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class ReportBooklet(models.Model):
    """A booklet of a report as it was handed out once: known by its checksum for ever, whatever became of the file.

    Frozen: triggers refuse change and deletion. Which one of a report is the present one follows from its `booklet`.
    """

    report = models.ForeignKey(
        CopReport, verbose_name=_("report"), on_delete=models.PROTECT, related_name="booklets_made"
    )
    sha256 = models.CharField(_("checksum"), max_length=64, db_index=True)
    pages = models.PositiveIntegerField(_("pages"))
    made_at = models.DateTimeField(_("made at"))

    objects = ReportBookletQuerySet.as_manager()

    class Meta:
        verbose_name = _("booklet of a report that was made")
        verbose_name_plural = _("booklets of reports that were made")
        ordering = ["report", "-made_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["report", "sha256"], name="reportbooklet_once")]

    def __str__(self) -> str:
        return f"{self.report_id}, {self.made_at}"

    @property
    def present(self) -> Booklet | None:
        """The booklet that stands for its report now, None while it is being made."""
        found: Booklet | None = getattr(self.report, "booklet", None)
        return found if found is not None and found.file else None

    @property
    def is_present(self) -> bool:
        """Whether it is that one."""
        return self.present is not None and self.present.sha256 == self.sha256
