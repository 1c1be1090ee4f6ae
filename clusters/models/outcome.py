"""What comes of a cluster, and what is asked afterwards."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusters.choices import FollowUpAnswer, FollowUpReason, OutcomeKind
from clusters.models.cluster import Cluster
from clusters.models.roadmap import Objective, Stage
from clusters.querysets.follow_up import FollowUpQuerySet
from community.models import File, Member, User
from community.validators import plain_line, plain_text


class Outcome(models.Model):
    """One outcome of one of the six kinds, tied to a stage and an objective where it belongs to one."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField(_("kind"), max_length=16, choices=OutcomeKind)
    title = models.CharField(_("outcome"), max_length=200, validators=[plain_line])
    description = models.TextField(_("what came of it"), max_length=1000, blank=True, validators=[plain_text])
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), on_delete=models.SET_NULL, null=True, blank=True, related_name="outcomes"
    )
    objective = models.ForeignKey(
        Objective,
        verbose_name=_("objective"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="outcomes",
    )
    reached_on = models.DateField(_("on"), null=True, blank=True)
    evidence_url = models.URLField(_("address of the evidence"), max_length=500, blank=True)
    evidence = models.ManyToManyField(File, verbose_name=_("evidence"), blank=True, related_name="outcomes")
    participants_count = models.PositiveIntegerField(_("participants"), null=True, blank=True)
    organisations_count = models.PositiveIntegerField(_("organisations"), null=True, blank=True)
    countries_count = models.PositiveIntegerField(_("countries"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        """Oldest first."""

        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ("cluster_id", "reached_on", "pk")
        constraints = [models.CheckConstraint(name="outcome_kind_known", condition=Q(kind__in=OutcomeKind.values))]

    def __str__(self) -> str:
        """Return the outcome's line."""
        return self.title


class FollowUp(models.Model):
    """A question after the end: is what was taken up still in use?

    It is asked on its day (`asked_at`) of the person `asked`. Who answers is an account, or somebody unknown with
    the link that was sent to the person asked (`is_by_link`).
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="follow_ups")
    why = models.CharField(max_length=14, choices=FollowUpReason)
    due_on = models.DateField(_("due"))
    asked = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups")
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=10, choices=FollowUpAnswer, blank=True)
    note = models.TextField(_("note"), max_length=1000, blank=True, validators=[plain_text])
    evidence_url = models.URLField(_("address of the evidence"), max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_by_link = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        """One live follow-up per cause."""

        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ("due_on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "why"], condition=Q(cancelled_at__isnull=True), name="follow_up_once"
            ),
            models.CheckConstraint(
                name="follow_up_answered_with_answer", condition=Q(answered_at__isnull=True) | ~Q(answer="")
            ),
            models.CheckConstraint(name="follow_up_known_answer", condition=Q(answer__in=["", *FollowUpAnswer.values])),
            models.CheckConstraint(
                name="follow_up_by_link_or_account", condition=Q(is_by_link=False) | Q(answered_by__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        """Return cause and day."""
        return f"{self.get_why_display()}, {self.due_on}"
