"""Documents as they were issued: versions, their editions, and who is named in them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import ACTIVE_STATES
from community.choices import RedactionReason, RedactionTarget
from community.models import Event, Member, Redaction, User
from factsheets.choices import EditionState, Face, IssueKind, PdfProblem, RevisionReason
from factsheets.querysets.issue import EditionQuerySet, IssueQuerySet


class AboutSubject:
    """How the cluster of a factsheet stands now, as `with_subject` tells: a document never changes, its cluster does.

    None without it, and for other documents. `merged_reference` is what addresses call the cluster that took this one
    in, at `subject_since`.
    """

    subject_state: str | None = None
    subject_since: datetime | None = None
    merged_reference: str | None = None

    @property
    def goes_on(self) -> bool:
        """Whether the cluster is at work: what says that it ended is from before it was reopened."""
        return self.subject_state in ACTIVE_STATES


class Issue(AboutSubject, models.Model):
    """One version of a document about one subject. Frozen: triggers refuse change and deletion.

    `snapshot` holds what the document says, in the shape of its kind (`clusters.snapshot_shape` for a
    factsheet), and names persons by key only. An erasure alone takes a name out of its words, with a row of the ledger;
    the checksum stays that of the day of issue. `reference` is what addresses call the subject, the same
    in all its versions, `title` the snapshot's. `by` empty is the registry; `role` is the capacity of
    `by`. `event` is what led to it, once at most. `history_*` are the head of the subject's hash chain when
    it was issued. That a version is superseded follows from a newer one and is stored nowhere.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=IssueKind)
    subject_kind = models.CharField(_("kind of subject"), max_length=30)
    subject_id = models.PositiveBigIntegerField(_("subject"))
    reference = models.CharField(_("reference"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=200)
    face = models.CharField(_("face"), max_length=10, choices=Face, blank=True)
    issued_at = models.DateTimeField(_("issued at"))
    by = models.ForeignKey(
        User, verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="issues"
    )
    role = models.CharField(_("in the role of"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=600, blank=True)
    event = models.OneToOneField(
        Event, verbose_name=_("event"), null=True, blank=True, on_delete=models.PROTECT, related_name="issue"
    )
    snapshot = models.JSONField(_("snapshot"))
    snapshot_sha256 = models.CharField(_("checksum of the snapshot"), max_length=64, db_index=True)
    history_chain = models.CharField(_("chain"), max_length=40, blank=True)
    history_number = models.PositiveIntegerField(_("newest entry of the chain"), default=0)
    history_hash = models.CharField(_("hash of that entry"), max_length=64, blank=True)
    redaction = models.ForeignKey(
        Redaction, verbose_name=_("redaction"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    #: What an erasure may take words out of, and as what the redaction ledger knows it.
    redacted_as: ClassVar[tuple[str, ...]] = (RedactionTarget.ISSUE, "title", "reason", "snapshot")
    #: Set where it is drawn: `sources` at that moment.
    drawn_from: tuple[int, ...] = ()

    #: Set by `with_language`: the language in which it was written.
    language: str | None = None
    #: Set by `with_newest`: the newest version about the same subject.
    newest_version: int | None = None

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "version"], name="issue_version_unique"),
            models.UniqueConstraint(fields=["reference", "version"], name="issue_reference_version_unique"),
            models.CheckConstraint(condition=Q(version__gte=1), name="issue_version_from_one"),
            models.CheckConstraint(condition=Q(kind__in=IssueKind.values), name="issue_known_kind"),
            models.CheckConstraint(
                condition=Q(kind=IssueKind.CLUSTER, face__in=Face.values) | ~Q(kind=IssueKind.CLUSTER) & Q(face=""),
                name="issue_factsheet_has_face",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}, {self.version}"

    @property
    def sources(self) -> tuple[int, ...]:
        """The redactions of its words as they stand now: other ones where words were taken out since. Two queries."""
        own = Issue.objects.filter(pk=self.pk).values_list("redaction", flat=True)
        translated = self.translations.order_by("pk").values_list("redaction", flat=True)
        return tuple(key or 0 for key in (*own, *translated))

    def address_in(self, language: str, file: str = "") -> str:
        """Return the permanent address of this version in a language: of its page, or of its file "pdf" or "data"."""
        ending = f"_{file}" if file else ""
        if self.kind == IssueKind.STATEMENT:
            return reverse(f"factsheets:statement{ending}", args=[self.subject_id, self.version, language])
        if self.kind == IssueKind.REPORT:
            return reverse(f"factsheets:report{ending}", args=[self.reference])
        return reverse(f"factsheets:issue{ending}", args=[self.reference, self.version, language])

    @property
    def subject_url(self) -> str:
        """The page of what it is about."""
        if self.kind == IssueKind.STATEMENT:
            return reverse("results:statement", args=[self.subject_id])
        if self.kind == IssueKind.REPORT:
            return reverse("factsheets:report", args=[self.reference])
        return reverse("clusters:detail", args=[self.reference])

    @property
    def is_statement(self) -> bool:
        """Whether it is a policy statement."""
        return self.kind == IssueKind.STATEMENT

    def file_stem(self, language: str) -> str:
        """Return the dated name of this version's files, without their endings."""
        return f"{self.reference}_v{self.version}_{timezone.localdate(self.issued_at)}_{language}"


class Edition(AboutSubject, models.Model):
    """A version in one language; revision 1 with the issue, later ones from the same snapshot.

    Frozen like the issue, but for one change: an edition is *withdrawn* together with a row of the
    redaction ledger; its files are emptied, its checksums stay, so that a copy in somebody's hands is
    still recognised. `reference` and `version` are the issue's, repeated so that one row answers an address;
    `file_stem` is the dated name under which who fetches a file saves it. `*_file` are names in the storage,
    `*_size` bytes; the table, the data as CSV, is in the PDF only, and editions from before have none. Without a PDF,
    `pdf_problem` says why. Names of persons were resolved by the consents of that day: see `EditionName`.
    """

    issue = models.ForeignKey(Issue, verbose_name=_("issue"), on_delete=models.PROTECT, related_name="editions")
    reference = models.CharField(_("reference"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=10)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=EditionState, default=EditionState.CURRENT)
    why = models.CharField(_("why"), max_length=20, choices=RevisionReason, default=RevisionReason.FIRST)
    made_at = models.DateTimeField(_("made at"))
    file_stem = models.CharField(_("name of its files"), max_length=80)
    article_file = models.CharField(_("article"), max_length=120, blank=True)
    article_sha256 = models.CharField(_("checksum of the article"), max_length=64, db_index=True)
    article_size = models.PositiveIntegerField(_("size of the article"))
    pdf_file = models.CharField(_("PDF"), max_length=120, blank=True)
    pdf_sha256 = models.CharField(_("checksum of the PDF"), max_length=64, blank=True, db_index=True)
    pdf_size = models.PositiveIntegerField(_("size of the PDF"), default=0)
    pdf_problem = models.CharField(_("why there is no PDF"), max_length=10, choices=PdfProblem, blank=True)
    pages = models.PositiveSmallIntegerField(_("pages"), default=0)
    data_file = models.CharField(_("data"), max_length=120, blank=True)
    data_sha256 = models.CharField(_("checksum of the data"), max_length=64, db_index=True)
    data_size = models.PositiveIntegerField(_("size of the data"))
    table_sha256 = models.CharField(_("checksum of the table"), max_length=64, blank=True, default="", db_index=True)
    redaction = models.OneToOneField(
        Redaction, verbose_name=_("redaction"), null=True, blank=True, on_delete=models.PROTECT, related_name="edition"
    )

    #: Set by `with_titles`: what it is called in its language.
    title: str
    #: Set by `for_reference`: whether it stands in another language than the one in which the version was written.
    is_translation = False

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["issue", "language", "-revision"]
        indexes = [models.Index(fields=["reference", "-version", "-revision"], name="edition_address")]
        constraints = [
            models.UniqueConstraint(fields=["issue", "language", "revision"], name="edition_revision_unique"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="edition_revision_from_one"),
            models.CheckConstraint(
                condition=Q(state=EditionState.CURRENT, redaction__isnull=True) & ~Q(article_file="") & ~Q(data_file="")
                | Q(state=EditionState.WITHDRAWN, redaction__isnull=False, article_file="", pdf_file="", data_file=""),
                name="edition_empty_only_when_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(pdf_sha256="", pdf_file="", pdf_problem__in=PdfProblem.values)
                | ~Q(pdf_sha256="") & Q(pdf_problem="") & (~Q(pdf_file="") | Q(state=EditionState.WITHDRAWN)),
                name="edition_pdf_or_why_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue}, {self.language}, {self.revision}"

    def get_absolute_url(self) -> str:
        """Return the permanent address of this version in this language."""
        return self.issue.address_in(self.language)

    @property
    def pdf_url(self) -> str:
        """The permanent address of its PDF."""
        return self.issue.address_in(self.language, "pdf")

    @property
    def data_url(self) -> str:
        """The permanent address of its data file."""
        return self.issue.address_in(self.language, "data")

    @property
    def is_current(self) -> bool:
        """Whether it still has its content."""
        return self.state == EditionState.CURRENT

    @property
    def is_corrected(self) -> bool:
        """Whether it was withdrawn for a name that was corrected; of every other reason nobody is told."""
        return self.redaction is not None and self.redaction.reason == RedactionReason.CORRECTION

    @property
    def files(self) -> list[str]:
        """The stored files that it holds."""
        return [name for name in (self.article_file, self.pdf_file, self.data_file) if name]


class EditionName(models.Model):
    """A person whom an edition names, so that a withdrawn consent finds it; goes when the edition is withdrawn."""

    edition = models.ForeignKey(Edition, verbose_name=_("edition"), on_delete=models.PROTECT, related_name="names")
    member = models.ForeignKey(Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="named_in")

    class Meta:
        verbose_name = _("person named in an edition")
        verbose_name_plural = _("persons named in editions")
        ordering = ["edition", "pk"]
        constraints = [models.UniqueConstraint(fields=["edition", "member"], name="editionname_once")]

    def __str__(self) -> str:
        return f"{self.edition_id}"
