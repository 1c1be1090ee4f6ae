"""Policy statements: lines that rest on outcomes and uptakes, and the versions that were adopted."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.choices import RedactionTarget
from community.models import Event, Member, Redaction, User, WorkingGroup
from community.models.fields import LineField, ProseField
from results.choices import EvidenceKind, StatementState
from results.querysets.policy import (
    AdoptedEvidenceQuerySet,
    AdoptedLineQuerySet,
    LineEvidenceQuerySet,
    PolicyStatementQuerySet,
    StatementVersionQuerySet,
)


class PolicyStatement(models.Model):
    """A text that a working group builds for policy makers (DOMAIN section 1), as it is written now.

    `state` changes only through `community.actions.transition`. `writers` wrote in the version that is worked on, began
    it or opened it for discussion: none of them adopts it. `adopted_version` is the newest version that was adopted, 0
    before the first: that one stays what everybody reads while the next is written. Versions up to `withdrawn_version`
    were withdrawn, the last one at `withdrawn_at`, and stay so when the statement is written on: only a version that
    is adopted later stands.
    """

    working_group = models.ForeignKey(
        WorkingGroup, verbose_name=_("working group"), on_delete=models.PROTECT, related_name="statements"
    )
    reference = models.CharField(_("reference"), max_length=40, null=True, blank=True, unique=True, editable=False)
    title = LineField(_("title"), max_length=150)
    audience = LineField(_("for whom"), max_length=200, blank=True)
    summary = ProseField(_("what it says, in short"), max_length=1500, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    state = models.CharField(_("state"), max_length=10, choices=StatementState, default=StatementState.DRAFT)
    state_before = models.CharField(max_length=10, choices=StatementState, blank=True, default="", editable=False)
    state_since = models.DateTimeField(_("in this state since"), null=True, editable=False)
    comments_until = models.DateField(_("comments until"), null=True, blank=True)
    writers = models.ManyToManyField(Member, verbose_name=_("written by"), related_name="statements", blank=True)
    adopted_version = models.PositiveSmallIntegerField(_("adopted version"), default=0, editable=False)
    withdrawn_version = models.PositiveSmallIntegerField(_("withdrawn version"), default=0, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("begun at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = PolicyStatementQuerySet.as_manager()

    class Meta:
        """Newest first."""

        verbose_name = _("policy statement")
        verbose_name_plural = _("policy statements")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(name="statement_known_state", condition=Q(state__in=StatementState.values)),
            models.CheckConstraint(
                name="statement_adopted_has_version",
                condition=~Q(state=StatementState.ADOPTED) | Q(adopted_version__gte=1, reference__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Return the title."""
        return self.title

    @property
    def is_withdrawn(self) -> bool:
        """Whether the newest version that was adopted was withdrawn, so that none stands."""
        return self.adopted_version > 0 and self.withdrew(self.adopted_version)

    @property
    def is_in_force(self) -> bool:
        """Whether a version was adopted and not withdrawn, whatever is written beside it."""
        return self.adopted_version > self.withdrawn_version

    def withdrew(self, number: int) -> bool:
        """Say whether a version was withdrawn."""
        return number <= self.withdrawn_version


class StatementLine(models.Model):
    """One line of a statement: what is said, and what it rests on."""

    statement = models.ForeignKey(PolicyStatement, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    heading = LineField(_("heading"), max_length=120, blank=True)
    text = ProseField(_("what it says"), max_length=600)

    class Meta:
        """In their order; ties by key, so that two writers at once leave a total order."""

        verbose_name = _("line of a policy statement")
        verbose_name_plural = _("lines of policy statements")
        ordering = ("statement_id", "position", "pk")

    def __str__(self) -> str:
        """Return its beginning."""
        return self.heading or self.text[:80]


class LineEvidence(models.Model):
    """An outcome or an uptake on which a line rests, named by (kind, id); it is read live until it is adopted."""

    line = models.ForeignKey(StatementLine, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=10, choices=EvidenceKind)
    subject_id = models.PositiveBigIntegerField(_("subject"))
    shows = LineField(_("what it shows"), max_length=300, blank=True)
    added_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(_("added at"))

    objects = LineEvidenceQuerySet.as_manager()

    class Meta:
        """Each thing once under a line."""

        verbose_name = _("evidence of a line")
        verbose_name_plural = _("evidence of lines")
        ordering = ("line_id", "pk")
        constraints = [
            models.UniqueConstraint(fields=["line", "kind", "subject_id"], name="evidence_once_under_a_line"),
            models.CheckConstraint(name="evidence_known_kind", condition=Q(kind__in=EvidenceKind.values)),
        ]
        indexes = [models.Index(fields=["kind", "subject_id"], name="evidence_subject")]

    def __str__(self) -> str:
        """Return what it points to."""
        return f"{self.kind} {self.subject_id}"


class StatementVersion(models.Model):
    """A version as it was adopted: its words and its evidence with the state of that day. Never changed again.

    `snapshot` has the shape of `results.statement_shape`; `event` is the adoption.
    """

    statement = models.ForeignKey(PolicyStatement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    adopted_at = models.DateTimeField(_("adopted at"))
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("in the role of"), max_length=60)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="statement_version", null=True)
    snapshot = models.JSONField(_("snapshot"))
    redaction = models.ForeignKey(
        Redaction, verbose_name=_("redaction"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    #: What an erasure may take words out of, and as what the redaction ledger knows it.
    redacted_as: ClassVar[tuple[str, ...]] = (RedactionTarget.STATEMENT, "snapshot")

    objects = StatementVersionQuerySet.as_manager()

    class Meta:
        """Newest first."""

        verbose_name = _("version of a policy statement")
        verbose_name_plural = _("versions of policy statements")
        ordering = ("-adopted_at", "-pk")
        constraints = [models.UniqueConstraint(fields=["statement", "number"], name="statement_version_unique")]

    def __str__(self) -> str:
        """Return reference and number."""
        return f"{self.snapshot['reference']}, {self.number}"


class AdoptedLine(models.Model):
    """A line of an adopted version, so that others find what it rests on; its words are those of the snapshot."""

    version = models.ForeignKey(StatementVersion, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField(_("number"))
    heading = models.CharField(_("heading"), max_length=120, blank=True)
    text = models.TextField(_("what it says"))
    redaction = models.ForeignKey(
        Redaction, verbose_name=_("redaction"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    redacted_as: ClassVar[tuple[str, ...]] = (RedactionTarget.LINE, "heading", "text")

    objects = AdoptedLineQuerySet.as_manager()

    class Meta:
        """In their order."""

        verbose_name = _("line of an adopted statement")
        verbose_name_plural = _("lines of adopted statements")
        ordering = ("version_id", "number", "pk")
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="adopted_line_unique")]

    def __str__(self) -> str:
        """Return its beginning."""
        return self.heading or self.text[:80]


class AdoptedEvidence(models.Model):
    """What an adopted line rests on, by (kind, id); how it stood that day is in the snapshot."""

    line = models.ForeignKey(AdoptedLine, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=10, choices=EvidenceKind)
    subject_id = models.PositiveBigIntegerField(_("subject"))

    objects = AdoptedEvidenceQuerySet.as_manager()

    class Meta:
        """Each thing once under a line."""

        verbose_name = _("evidence of an adopted line")
        verbose_name_plural = _("evidence of adopted lines")
        ordering = ("line_id", "pk")
        constraints = [models.UniqueConstraint(fields=["line", "kind", "subject_id"], name="adopted_evidence_once")]
        indexes = [models.Index(fields=["kind", "subject_id"], name="adopted_evidence_subject")]

    def __str__(self) -> str:
        """Return what it points to."""
        return f"{self.kind} {self.subject_id}"
