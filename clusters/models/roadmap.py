"""What a cluster sets out to do and by when: objectives, stages and frozen baselines."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clusters.choices import OPEN_STAGES, StageKind, StageStatus
from clusters.models.cluster import Cluster
from clusters.querysets.roadmap import StageQuerySet
from community.choices import RedactionTarget
from community.models import File, Member, Redaction
from community.validators import plain_line, plain_text


class Objective(models.Model):
    """One of up to five objectives, with the criterion by which one sees that it is reached.

    `is_reached` None: not said (yet). What is partly reached is not reached, and says so (`is_partly`).
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="objectives")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("objective"), max_length=300, validators=[plain_line])
    criterion = models.CharField(_("reached when"), max_length=300, blank=True, validators=[plain_line])
    measured = models.CharField(_("measured"), max_length=300, blank=True, validators=[plain_line])
    is_reached = models.BooleanField(_("reached"), null=True, blank=True)
    is_partly = models.BooleanField(_("partly reached"), default=False)

    class Meta:
        """In the order that the proposal gives."""

        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(
                name="objective_partly_is_not_reached", condition=Q(is_partly=False) | Q(is_reached=False)
            )
        ]

    def __str__(self) -> str:
        """Return the objective's text."""
        return self.text


class Stage(models.Model):
    """A step of the roadmap; planned dates may be missing, actual ones follow the work.

    Order is (position, pk): positions need not be unique while rows move.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("stage"), max_length=120, validators=[plain_line])
    kind = models.CharField(_("kind"), max_length=10, choices=StageKind, default=StageKind.WORK)
    planned_start_on = models.DateField(_("planned start"), null=True, blank=True)
    planned_end_on = models.DateField(_("planned end"), null=True, blank=True)
    actual_start_on = models.DateField(_("actual start"), null=True, blank=True)
    actual_end_on = models.DateField(_("actual end"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=StageStatus, default=StageStatus.PLANNED)
    responsible = models.ForeignKey(
        Member, verbose_name=_("responsible"), on_delete=models.PROTECT, null=True, blank=True, related_name="stages"
    )
    deliverable = models.CharField(_("deliverable"), max_length=200, blank=True, validators=[plain_line])
    evidence_url = models.URLField(_("address of the deliverable"), max_length=500, blank=True)
    evidence = models.ManyToManyField(File, verbose_name=_("evidence"), blank=True, related_name="stages")
    note = models.TextField(_("progress note"), max_length=1000, blank=True, validators=[plain_text])
    waits_for = models.ForeignKey(
        "self", verbose_name=_("waits for"), on_delete=models.SET_NULL, null=True, blank=True, related_name="followers"
    )
    waits_why = models.CharField(_("why it waits"), max_length=200, blank=True, validators=[plain_line])
    confirmed_at = models.DateTimeField(_("last confirmed"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    #: Set by `late_or_orphan`: whether the responsible person takes part no more.
    is_orphan = False

    objects = StageQuerySet.as_manager()

    class Meta:
        """Total order and the dates' rules."""

        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(
                name="stage_end_on_or_after_start",
                condition=Q(planned_end_on__isnull=True)
                | Q(planned_start_on__isnull=True)
                | Q(planned_end_on__gte=F("planned_start_on")),
                violation_error_message=_("The planned end lies before the planned start. Both may be the same day."),
            ),
            models.CheckConstraint(
                name="stage_actual_end_needs_start",
                condition=Q(actual_end_on__isnull=True) | Q(actual_start_on__isnull=False),
                violation_error_message=_("Say when the stage began: an actual end needs an actual start."),
            ),
            models.CheckConstraint(
                name="stage_actual_end_on_or_after_start",
                condition=Q(actual_end_on__isnull=True) | Q(actual_end_on__gte=F("actual_start_on")),
                violation_error_message=_("The actual end lies before the actual start. Both may be the same day."),
            ),
            models.CheckConstraint(
                name="stage_done_has_end", condition=~Q(status=StageStatus.DONE) | Q(actual_end_on__isnull=False)
            ),
            models.CheckConstraint(name="stage_status_known", condition=Q(status__in=StageStatus.values)),
            models.CheckConstraint(name="stage_not_after_itself", condition=~Q(waits_for=F("id"))),
        ]

    def __str__(self) -> str:
        """Return the stage's title."""
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether the stage is neither done nor dropped."""
        return self.status in OPEN_STAGES

    def is_late(self, on: date) -> bool:
        """Whether the stage is open on that day and past its planned end."""
        return self.is_open and self.planned_end_on is not None and self.planned_end_on < on


class Baseline(models.Model):
    """The roadmap as it was frozen: 1 at the start, the next by an accepted amendment of dates."""

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="baselines")
    number = models.PositiveSmallIntegerField()
    frozen_at = models.DateTimeField()
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    amendment = models.OneToOneField("clusters.Amendment", on_delete=models.PROTECT, null=True, related_name="baseline")

    class Meta:
        """Numbered within the cluster."""

        ordering = ("cluster_id", "number")
        constraints = [models.UniqueConstraint(fields=["cluster", "number"], name="baseline_number_once")]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.number)


class BaselineStage(models.Model):
    """One stage's planned dates at the moment of freezing."""

    baseline = models.ForeignKey(Baseline, on_delete=models.CASCADE, related_name="stages")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="baselines")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    planned_start_on = models.DateField(null=True)
    planned_end_on = models.DateField(null=True)
    redaction = models.ForeignKey(Redaction, null=True, on_delete=models.PROTECT, related_name="+")

    #: What an erasure may take words out of, and as what the redaction ledger knows it.
    redacted_as: ClassVar[tuple[str, ...]] = (RedactionTarget.STAGE, "title")

    class Meta:
        """One row a stage."""

        ordering = ("position", "pk")
        constraints = [models.UniqueConstraint(fields=["baseline", "stage"], name="stage_once_a_baseline")]

    def __str__(self) -> str:
        """Return the title as it was."""
        return self.title
