"""Advice panels: a concrete question of a cluster or a need, and the people who are asked to answer it."""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import OPEN_PANELS, OPEN_PLACES, PanelCredit, PanelPlace, PanelState
from clusters.models.cluster import Cluster
from clusters.querysets.panel import PanelAnswerQuerySet, PanelQuestionQuerySet
from community.models import Member, Need, Organisation, Term, Territory
from community.models.fields import ProseField

#: A question is called by so many characters of its text.
LONGEST_NAME: Final = 100


class PanelQuestion(models.Model):
    """One concrete question of a cluster or a need: never of both.

    `published_at` says since when everybody reads question and answers; until then they are for the asking side and
    for who is asked. `state_before`, `state_since`, `updated_at` and `version` are kept by `transition`.
    """

    cluster = models.ForeignKey(
        Cluster, on_delete=models.CASCADE, null=True, blank=True, related_name="panel_questions"
    )
    need = models.ForeignKey(Need, on_delete=models.PROTECT, null=True, blank=True, related_name="panel_questions")
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="panel_questions")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    text = ProseField(_("question"), max_length=600)
    expertise = models.ManyToManyField(
        Term,
        verbose_name=_("expertise"),
        related_name="panel_questions",
        limit_choices_to={"vocabulary": "expertise"},
        blank=True,
    )
    territories = models.ManyToManyField(
        Territory, verbose_name=_("territories"), related_name="panel_questions", blank=True
    )
    languages = models.JSONField(_("languages"), default=list, blank=True)
    wanted_on = models.DateField(_("answer wanted by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=PanelState, default=PanelState.OPEN)
    state_before = models.CharField(max_length=10, blank=True, editable=False)
    state_since = models.DateTimeField(null=True, blank=True, editable=False)
    what_came = ProseField(_("what was made of it"), max_length=1500, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    objects = PanelQuestionQuerySet.as_manager()

    class Meta:
        """Newest first; a question belongs to a cluster or to a need, and only a closed one is published."""

        verbose_name = _("question to an advice panel")
        verbose_name_plural = _("questions to advice panels")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.CheckConstraint(
                name="panelquestion_of_cluster_or_need",
                condition=Q(cluster__isnull=False, need__isnull=True) | Q(cluster__isnull=True, need__isnull=False),
                violation_error_message=_("A question is asked by a cluster or for a need."),
            ),
            models.CheckConstraint(name="panelquestion_known_state", condition=Q(state__in=PanelState.values)),
            models.CheckConstraint(
                name="panelquestion_published_once_closed",
                condition=Q(published_at__isnull=True) | Q(state=PanelState.CLOSED),
            ),
        ]
        indexes = [models.Index(fields=["state", "wanted_on"], name="panelquestion_due")]

    def __str__(self) -> str:
        """Return the question's beginning: so many whole words as 100 characters hold."""
        if len(self.text) <= LONGEST_NAME:
            return self.text
        whole = self.text[:LONGEST_NAME].rsplit(None, 1)[0]
        return f"{whole[: LONGEST_NAME - 1].rstrip()}…"

    @property
    def is_open(self) -> bool:
        """Whether people may be asked, and answer."""
        return self.state in OPEN_PANELS

    @property
    def is_published(self) -> bool:
        """Whether everybody reads it who reads what it is about."""
        return self.published_at is not None

    @property
    def about(self) -> Cluster | Need:
        """The cluster or the need."""
        if self.cluster is not None:
            return self.cluster
        if self.need is None:
            raise ValueError("a question is of a cluster or of a need")
        return self.need


class PanelAnswer(models.Model):
    """One person whom a question asks: invited, and in the end their answer.

    `organisation` is the person's on the day of asking. `credit` is what they chose for factsheets and pages; a name
    is written there only with the consent to it besides. `is_helpful` is what the asking side says of the answer.
    """

    question = models.ForeignKey(PanelQuestion, on_delete=models.CASCADE, related_name="answers")
    asked = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="panel_answers")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="panel_answers"
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=PanelPlace, default=PanelPlace.INVITED)
    state_before = models.CharField(max_length=10, blank=True, editable=False)
    state_since = models.DateTimeField(null=True, blank=True, editable=False)
    reason = ProseField(_("why not"), max_length=300, blank=True)
    text = ProseField(_("answer"), max_length=3000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    credit = models.CharField(_("credit"), max_length=12, choices=PanelCredit, default=PanelCredit.ORGANISATION)
    is_helpful = models.BooleanField(_("helped"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    objects = PanelAnswerQuerySet.as_manager()

    class Meta:
        """In the order of asking; each person is asked once."""

        verbose_name = _("place on an advice panel")
        verbose_name_plural = _("places on advice panels")
        ordering = ("question_id", "pk")
        constraints = [
            models.UniqueConstraint(fields=["question", "asked"], name="expert_asked_once"),
            models.CheckConstraint(name="panelanswer_known_status", condition=Q(status__in=PanelPlace.values)),
            models.CheckConstraint(
                name="panelanswer_answered_with_text",
                condition=~Q(status=PanelPlace.ANSWERED) | (~Q(text="") & Q(answered_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["asked", "status"], name="panelanswer_asked")]

    def __str__(self) -> str:
        """Return status and number; whose place it is, is for those who read the question."""
        return f"{self.get_status_display()}, {self.pk}"

    @property
    def state(self) -> str:
        """The status, under the name by which life cycles ask for it."""
        return self.status

    @property
    def is_waiting(self) -> bool:
        """Whether the person is still to answer."""
        return self.status in OPEN_PLACES
