"""Meetings of a cluster: when and where, what was said and decided, and how many came from where."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import MEETING_ZONES, MeetingKind
from clusters.models.cluster import Cluster
from clusters.models.participation import Participation
from clusters.models.roadmap import Stage
from community.models import File, Organisation, User
from community.validators import plain_line, plain_text


class Meeting(models.Model):
    """A meeting of a cluster: indicators count trainings, joint actions and public events.

    One that is called has a beginning and an end in a zone; what was recorded afterwards may have its days alone.
    `held_on` and `until_on` are the days in that zone. The agenda has an item a line. `sequence` counts what changed
    in the entry of calendars (RFC 5545).
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="meetings")
    stage = models.ForeignKey(Stage, on_delete=models.SET_NULL, null=True, blank=True, related_name="meetings")
    kind = models.CharField(_("kind"), max_length=12, choices=MeetingKind, default=MeetingKind.MEETING)
    title = models.CharField(_("title"), max_length=120, validators=[plain_line])
    held_on = models.DateField(_("day"))
    until_on = models.DateField(_("last day"), null=True, blank=True)
    starts_at = models.DateTimeField(_("begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    zone = models.CharField(_("time zone"), max_length=40, default="Europe/Brussels")
    place = models.CharField(_("place"), max_length=120, blank=True, validators=[plain_line])
    link = models.URLField(_("link"), max_length=500, blank=True)
    agenda = models.TextField(_("agenda"), max_length=3000, blank=True, validators=[plain_text])
    minutes = models.TextField(_("minutes"), max_length=10000, blank=True, validators=[plain_text])
    organisers = models.ManyToManyField(Organisation, blank=True, related_name="organised_meetings")
    files = models.ManyToManyField(File, blank=True, related_name="meetings")
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True, validators=[plain_line])
    sequence = models.PositiveIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        """By day."""

        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ("cluster_id", "held_on", "pk")
        constraints = [
            models.CheckConstraint(
                name="meeting_last_day_on_or_after_first",
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("held_on")),
            ),
            models.CheckConstraint(
                name="meeting_ends_after_it_begins",
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
            ),
            models.CheckConstraint(name="meeting_zone_known", condition=Q(zone__in=MEETING_ZONES)),
            models.CheckConstraint(
                name="meeting_cancelled_with_reason",
                condition=Q(cancelled_at__isnull=True, cancel_reason="")
                | Q(cancelled_at__isnull=False) & ~Q(cancel_reason=""),
            ),
        ]

    def __str__(self) -> str:
        """Return title and day."""
        return f"{self.title}, {self.held_on}"

    @property
    def items(self) -> list[str]:
        """The items of the agenda, one a line."""
        return [line.strip() for line in self.agenda.splitlines() if line.strip()]


class MeetingDecision(models.Model):
    """What a meeting decided: a sentence each, noted by somebody; one that is taken back stays, struck."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="decisions")
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.CharField(_("decision"), max_length=300, validators=[plain_line])
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(_("noted at"), default=timezone.now)
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        """In the order in which they were noted."""

        verbose_name = _("decision of a meeting")
        verbose_name_plural = _("decisions of meetings")
        ordering = ("meeting_id", "number")
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="meeting_decision_once")]

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


class MeetingAnswer(models.Model):
    """Whether somebody who takes part says that they come to a meeting; their last word, gone with a new time."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="answers")
    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="meeting_answers")
    is_coming = models.BooleanField(_("comes"))
    answered_at = models.DateTimeField(_("answered at"))

    class Meta:
        """One a person."""

        verbose_name = _("answer to a meeting")
        verbose_name_plural = _("answers to meetings")
        ordering = ("meeting_id", "pk")
        constraints = [models.UniqueConstraint(fields=["meeting", "participation"], name="meeting_answer_once")]

    def __str__(self) -> str:
        """Return the answer; names are for those who may see them."""
        return str(_("comes") if self.is_coming else _("can't come"))


class Attendance(models.Model):
    """How many persons of an organisation were present; names stay in restricted evidence."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="attendance")
    persons = models.PositiveSmallIntegerField(_("persons"), default=1)
    completed = models.PositiveSmallIntegerField(_("completed the training"), default=0)

    class Meta:
        """One row an organisation."""

        ordering = ("meeting_id", "pk")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "organisation"], name="attendance_once"),
            models.CheckConstraint(name="attendance_completed_were_there", condition=Q(completed__lte=F("persons"))),
        ]

    def __str__(self) -> str:
        """Return the number of persons."""
        return str(self.persons)
