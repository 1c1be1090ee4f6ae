"""Background work and the scheduler's table."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import OPEN_JOB_STATES, ItemState, JobState
from community.models.user import User
from community.querysets.record import JobQuerySet, ScheduledJobQuerySet


class Job(models.Model):
    """One piece of work, written in the transaction of the change that wants it.

    `task` names the registered function, `arguments` are its keywords. At most
    one job of a `key` is open; asked for again while it runs, it runs once more.
    A worker holds it by a lease; when the worker dies, the lease runs out and
    another one takes it. `begun_at` is when it was first taken since it was asked
    for or tried again (`asked_again_at`), `started_at` when the last worker took it.
    """

    #: When this run has to leave the rest to the scheduler, by `time.monotonic`; None: it works to its end.
    pause_at: float | None = None

    task = models.CharField(_("task"), max_length=80)
    key = models.CharField(_("key"), max_length=200)
    kind = models.CharField(_("kind of subject"), max_length=30, blank=True)
    subject_id = models.PositiveBigIntegerField(_("subject"), null=True, blank=True)
    arguments = models.JSONField(_("arguments"), default=dict, blank=True)
    by = models.ForeignKey(
        User, verbose_name=_("asked by"), null=True, blank=True, on_delete=models.PROTECT, related_name="jobs"
    )
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.QUEUED)
    done_count = models.PositiveIntegerField(_("done"), default=0)
    total_count = models.PositiveIntegerField(_("of"), default=0)
    result = models.JSONField(_("result"), default=dict, blank=True)
    is_wanted_again = models.BooleanField(_("asked for again"), default=False)
    is_cancel_wanted = models.BooleanField(_("to be stopped"), default=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    lease_until = models.DateTimeField(_("held until"), null=True, blank=True)
    lease_owner = models.CharField(_("held by"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("asked at"), default=timezone.now)
    asked_again_at = models.DateTimeField(_("asked again at"), null=True, blank=True)
    begun_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=OPEN_JOB_STATES), name="job_one_open_per_key"
            ),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_known_state"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=OPEN_JOB_STATES), name="job_due"),
            models.Index(fields=["kind", "subject_id"], name="job_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.pk}"

    def waits_at(self, at: datetime) -> bool:
        """Whether it failed and, at the moment `at`, waits for the time of its next try."""
        return self.state == JobState.QUEUED and self.last_error != "" and self.due_at > at

    @property
    def wanted_since(self) -> datetime:
        """When somebody asked for it, or had it tried again."""
        return self.asked_again_at or self.created_at

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN_JOB_STATES


class JobItem(models.Model):
    """One of the many things a job works through, with its own result, so that one failure stops no other."""

    job = models.ForeignKey(Job, verbose_name=_("job"), on_delete=models.CASCADE, related_name="items")
    number = models.PositiveIntegerField(_("number"))
    label = models.CharField(_("label"), max_length=200)
    kind = models.CharField(_("kind of subject"), max_length=30, blank=True)
    subject_id = models.PositiveBigIntegerField(_("subject"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ItemState, default=ItemState.WAITING)
    note = models.CharField(_("note"), max_length=500, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("item of a job")
        verbose_name_plural = _("items of jobs")
        ordering = ["job", "number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="jobitem_number_unique")]

    def __str__(self) -> str:
        return self.label


class ScheduledJob(models.Model):
    """A chore of the scheduler: its rhythm, when it ran, and who holds it now.

    The function is the `ClockJob` registered under the same code.
    """

    code = models.CharField(_("code"), max_length=60, unique=True)
    every_minutes = models.PositiveIntegerField(_("every (minutes)"))
    is_enabled = models.BooleanField(_("enabled"), default=True)
    next_run_at = models.DateTimeField(_("next run at"), null=True, blank=True)
    last_run_at = models.DateTimeField(_("last run at"), null=True, blank=True)
    last_count = models.IntegerField(_("done in the last run"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    lease_until = models.DateTimeField(_("held until"), null=True, blank=True)
    lease_owner = models.CharField(_("held by"), max_length=60, blank=True)

    objects = ScheduledJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheduled job")
        verbose_name_plural = _("scheduled jobs")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Heartbeat(models.Model):
    """When a program outside of the web server was asked for a sign of life, and when it last gave one."""

    code = models.CharField(_("program"), max_length=20, primary_key=True)
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code
