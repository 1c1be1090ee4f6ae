"""A cluster, the drafts that are shared, and what a cluster expects."""

import secrets
import string
from datetime import date

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.choices import INCOMPLETE_STATES, Focus, JoinPolicy, Level, OutcomeKind, State
from clusters.querysets.cluster import ClusterQuerySet
from clusters.querysets.register import REFERENCE_ORDER, TITLE_HEAD
from community.models import Member, Need, Organisation, Project, Solution, Term, Territory, WorkingGroup
from community.validators import plain_line, plain_text


def new_draft_code() -> str:
    """Return eight random letters: the name of a draft in its address."""
    return "".join(secrets.choice(string.ascii_lowercase) for _letter in range(8))


class Cluster(models.Model):
    """A small working group that answers one question, with a start, an end and a roadmap.

    Invariants: `state` changes only through `community.actions.transition`; `reference` is given at the
    first submit and never again; `lead` is who is named, `lead_accepted_at` tells that this person agreed;
    `version` counts every change of the row and its parts (optimistic lock).
    """

    reference = models.CharField(_("reference"), max_length=20, unique=True, null=True, blank=True)
    draft_code = models.CharField(max_length=8, unique=True, default=new_draft_code, editable=False)
    title = models.CharField(_("title"), max_length=100, blank=True, validators=[plain_line])
    question = models.CharField(_("question"), max_length=200, blank=True, validators=[plain_line])
    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.PROTECT, null=True, blank=True, related_name="clusters"
    )
    #: Needs of the board beside the main one, which documents name.
    further_needs = models.ManyToManyField(
        Need, verbose_name=_("further needs"), blank=True, related_name="further_clusters"
    )
    need_text = models.TextField(_("need"), max_length=600, blank=True, validators=[plain_text])
    out_of_scope = models.TextField(_("out of scope"), max_length=300, blank=True, validators=[plain_text])
    adoption_plan = models.TextField(_("adoption plan"), max_length=1000, blank=True, validators=[plain_text])
    focus = models.CharField(_("focus"), max_length=12, choices=Focus, blank=True)
    themes = models.ManyToManyField(Term, verbose_name=_("themes"), blank=True, related_name="themed_clusters")
    sdgs = models.ManyToManyField(Term, verbose_name=_("SDGs"), blank=True, related_name="sdg_clusters")
    specific_objective = models.ForeignKey(
        Term,
        verbose_name=_("specific objective"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="objective_clusters",
    )
    territories = models.ManyToManyField(Territory, verbose_name=_("territories"), blank=True, related_name="clusters")
    solutions = models.ManyToManyField(
        Solution, verbose_name=_("results to transfer"), blank=True, related_name="clusters"
    )
    language = models.CharField(_("language"), max_length=10, default="en")
    starts_on = models.DateField(_("planned start"), null=True, blank=True)
    ends_on = models.DateField(_("planned end"), null=True, blank=True)
    deadline_on = models.DateField(_("outside deadline"), null=True, blank=True)
    deadline_reason = models.CharField(_("why that deadline"), max_length=200, blank=True, validators=[plain_line])
    started_on = models.DateField(_("started on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    comments_until = models.DateField(_("comments asked for until"), null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT, editable=False)
    state_before = models.CharField(max_length=12, choices=State, blank=True, editable=False)
    state_since = models.DateTimeField(_("in this state since"), null=True, editable=False)
    submitted_at = models.DateTimeField(_("proposed at"), null=True, editable=False)
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    baseline_frozen_at = models.DateTimeField(null=True, editable=False)
    join_policy = models.CharField(_("joining"), max_length=12, choices=JoinPolicy, default=JoinPolicy.OPEN)
    size_limit = models.PositiveSmallIntegerField(
        _("size limit"), null=True, blank=True, validators=[MinValueValidator(2)]
    )
    proposer = models.ForeignKey(
        Member, verbose_name=_("proposer"), on_delete=models.PROTECT, related_name="proposed_clusters"
    )
    lead = models.ForeignKey(
        Member, verbose_name=_("lead"), on_delete=models.PROTECT, null=True, blank=True, related_name="led_clusters"
    )
    lead_organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("lead organisation"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="led_clusters",
    )
    lead_asked_at = models.DateTimeField(null=True, editable=False)
    lead_accepted_at = models.DateTimeField(null=True, editable=False)
    lead_flagged_on = models.DateField(null=True, editable=False)
    acting_lead = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, editable=False, related_name="interim_clusters"
    )
    working_group = models.ForeignKey(
        WorkingGroup,
        verbose_name=_("responsible working group"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="clusters",
    )
    further_working_groups = models.ManyToManyField(
        WorkingGroup, verbose_name=_("further working groups"), blank=True, related_name="further_clusters"
    )
    owning_project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_clusters"
    )
    practitioners_summary = models.TextField(
        _("summary for practitioners"), max_length=1500, blank=True, validators=[plain_text]
    )
    lessons = models.TextField(_("lessons"), max_length=2000, blank=True, validators=[plain_text])
    next_steps = models.TextField(_("next steps"), max_length=1000, blank=True, validators=[plain_text])
    has_no_outcome = models.BooleanField(_("no outcome"), default=False)
    is_recorded_afterwards = models.BooleanField(_("recorded afterwards"), default=False, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="merged_from"
    )
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, editable=False, related_name="followed_by")
    search_text = models.TextField(editable=False, default="")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    #: Set by `with_lead_rule`: whether lead and organisation fit the rule of who may lead; not known without it.
    leads_rightly = False

    objects = ClusterQuerySet.as_manager()

    class Meta:
        """Constraints of DESIGN section 5 and the indexes of the register."""

        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        ordering = ("-updated_at", "-pk")
        constraints = [
            models.CheckConstraint(
                name="cluster_end_on_or_after_start",
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The end lies before the start. Both may be the same day."),
            ),
            models.CheckConstraint(
                name="cluster_ended_on_or_after_started",
                condition=Q(ended_on__isnull=True) | Q(started_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                violation_error_message=_("The actual end lies before the actual start."),
            ),
            models.CheckConstraint(name="cluster_known_state", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="cluster_running_has_baseline",
                condition=~Q(state__in=[State.RUNNING, State.PAUSED, State.CONCLUDED])
                | Q(baseline_frozen_at__isnull=False),
            ),
            models.CheckConstraint(
                name="cluster_concluded_has_date", condition=~Q(state=State.CONCLUDED) | Q(ended_on__isnull=False)
            ),
            models.CheckConstraint(
                name="cluster_reference_after_draft",
                condition=Q(state=State.DRAFT) | Q(reference__isnull=False),
            ),
            models.CheckConstraint(
                name="cluster_merged_has_target", condition=~Q(state=State.MERGED) | Q(merged_into__isnull=False)
            ),
            models.CheckConstraint(
                name="cluster_accepted_lead_is_named",
                condition=Q(lead_accepted_at__isnull=True) | Q(lead__isnull=False, lead_organisation__isnull=False),
            ),
            models.CheckConstraint(
                name="cluster_deadline_has_reason",
                condition=Q(deadline_on__isnull=True) | ~Q(deadline_reason="") | Q(state__in=sorted(INCOMPLETE_STATES)),
            ),
        ]
        # The two long ones cover what decides who sees a row: the register's pages and counts never touch the table.
        indexes = [
            models.Index(fields=["state", "-updated_at", "-id"], name="cluster_state_updated"),
            models.Index(fields=["working_group", "state"], name="cluster_wg_state"),
            models.Index(
                fields=["-updated_at", "-id", "state", "state_before", "proposer", "lead", "working_group"],
                name="cluster_changed",
            ),
            models.Index(
                fields=["state", "working_group", "focus", "state_before", "proposer", "lead"], name="cluster_facts"
            ),
            models.Index(TITLE_HEAD, "id", name="cluster_title_order"),
            models.Index(*REFERENCE_ORDER, name="cluster_reference_order"),
            models.Index(fields=["starts_on", "id"], name="cluster_starts"),
            models.Index(fields=["ends_on", "id"], name="cluster_ends"),
        ]

    def __str__(self) -> str:
        """Return reference and title, as a sentence names the cluster."""
        return f"{self.name} {self.title}".strip()

    def get_absolute_url(self) -> str:
        """Return the address of the cluster's page."""
        return reverse("clusters:detail", kwargs={"reference": self.name})

    @property
    def name(self) -> str:
        """What the address calls this cluster: its reference, or `draft-<letters>`."""
        return self.reference or f"draft-{self.draft_code}"

    @property
    def state_choice(self) -> State:
        """The state as a member of `State`."""
        return State(self.state)

    @property
    def is_one_day(self) -> bool:
        """Whether it is planned for a single day."""
        return self.starts_on is not None and self.starts_on == self.ends_on

    @property
    def began_on(self) -> date | None:
        """The day of the start: the actual one, before that the planned one."""
        return self.started_on or self.starts_on

    @property
    def over_on(self) -> date | None:
        """The day of the end: the actual one, before that the planned one."""
        return self.ended_on or self.ends_on

    @property
    def has_lead(self) -> bool:
        """Whether a lead is named and has agreed."""
        return self.lead_id is not None and self.lead_accepted_at is not None

    @property
    def is_lead_wanted(self) -> bool:
        """Whether an approved or running cluster is without a lead who agreed."""
        from clusters.choices import ACTIVE_STATES

        return self.state in ACTIVE_STATES and not self.has_lead

    def days_left(self, on: date) -> int | None:
        """Return the days from `on` to the planned end; negative when it lies behind."""
        return (self.ends_on - on).days if self.ends_on else None


class ClusterLevel(models.Model):
    """A level of transfer that a cluster works at."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="levels")
    level = models.CharField(_("level"), max_length=13, choices=Level)

    class Meta:
        """One row a level."""

        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["cluster", "level"], name="level_once_a_cluster"),
            models.CheckConstraint(name="level_known", condition=Q(level__in=Level.values)),
        ]

    def __str__(self) -> str:
        """Return the level's label."""
        return self.get_level_display()


class ExpectedOutcome(models.Model):
    """A kind of outcome that the proposal expects, with a line of its own."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="expected_outcomes")
    kind = models.CharField(_("kind"), max_length=16, choices=OutcomeKind)
    note = models.CharField(_("what exactly"), max_length=200, blank=True, validators=[plain_line])

    class Meta:
        """One row a kind."""

        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["cluster", "kind"], name="expected_once_a_cluster"),
            models.CheckConstraint(name="expected_kind_known", condition=Q(kind__in=OutcomeKind.values)),
        ]

    def __str__(self) -> str:
        """Return the kind's label."""
        return self.get_kind_display()


class DraftShare(models.Model):
    """A draft shown to a member before it is proposed."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="shares")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="shared_drafts")
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Once a member."""

        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=["cluster", "member"], name="draft_shared_once")]

    def __str__(self) -> str:
        """Return who reads which draft."""
        return f"{self.cluster_id} → {self.member_id}"


class DraftWriter(models.Model):
    """Who had a hand in a cluster without a row or event that says so: they do not decide on it afterwards.

    That is who wrote in a draft that was never proposed, and who was its deputy lead and has another role now.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="draft_writers")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Once a member."""

        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=["cluster", "member"], name="draft_writer_once")]

    def __str__(self) -> str:
        """Return who wrote in which draft."""
        return f"{self.cluster_id} ← {self.member_id}"


class ReferenceCounter(models.Model):
    """The last number given in a year; locked while the next one is taken, so none is used twice."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        """By year."""

        ordering = ("year",)

    def __str__(self) -> str:
        """Return year and number."""
        return f"{self.year}: {self.last}"
