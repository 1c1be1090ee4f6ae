"""An uptake: an organisation in a territory takes a solution up, through a cluster."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Outcome
from community.models import File, Member, Organisation, Solution, Territory
from community.models.fields import ProseField
from results.choices import BEFORE_COMMITTED, FROM_COMMITTED_ON, LIVE_STEPS, Proof, UptakeKind, UptakeStep, proof_of
from results.querysets.uptake import UptakeQuerySet


class Uptake(models.Model):
    """Who takes what up where, how far that has come, and what was adapted for it (DOMAIN section 1).

    `state` is the step, and changes only through `community.actions.transition`. `statement` counts the changes of
    substance (organisation, solution, kind, day of the use): a confirmation documents the statement that it was given
    for and no later one, so whether an uptake is *documented* is derived, never stored. `stopped_on` is the day from
    which it is no longer used.
    """

    cluster = models.ForeignKey(Cluster, verbose_name=_("cluster"), on_delete=models.PROTECT, related_name="uptakes")
    solution = models.ForeignKey(Solution, verbose_name=_("solution"), on_delete=models.PROTECT, related_name="uptakes")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("adopting organisation"), on_delete=models.PROTECT, related_name="uptakes"
    )
    territory = models.ForeignKey(
        Territory,
        verbose_name=_("territory"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="uptakes",
    )
    state = models.CharField(_("step"), max_length=10, choices=UptakeStep, default=UptakeStep.AWARE)
    state_before = models.CharField(max_length=10, choices=UptakeStep, blank=True, default="", editable=False)
    state_since = models.DateTimeField(_("on this step since"), null=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=UptakeKind, blank=True)
    adaptation = ProseField(_("what was adapted, and why"), max_length=1000, blank=True)
    tailoring = ProseField(_("what the territory's context needs"), max_length=1000, blank=True)
    in_use_on = models.DateField(_("in use since"), null=True, blank=True)
    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)
    is_disclosed = models.BooleanField(_("disclosed"), default=True)
    evidence_url = models.URLField(_("address of the evidence"), max_length=500, blank=True)
    evidence = models.ManyToManyField(File, verbose_name=_("evidence"), blank=True, related_name="uptakes")
    outcome = models.ForeignKey(
        Outcome,
        verbose_name=_("outcome it came with"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="uptakes",
    )
    declared_by = models.ForeignKey(
        Member, verbose_name=_("declared by"), on_delete=models.PROTECT, null=True, related_name="uptakes_declared"
    )
    declared_at = models.DateTimeField(_("declared at"))
    statement = models.PositiveIntegerField(_("statement"), default=1, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = UptakeQuerySet.as_manager()

    #: Added by `with_documented()`.
    is_documented: bool
    is_refused: bool

    class Meta:
        """Each solution is taken up once by an organisation in a territory, in one cluster."""

        verbose_name = _("uptake")
        verbose_name_plural = _("uptakes")
        ordering = ("cluster_id", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "solution", "organisation", "territory"],
                condition=Q(state__in=sorted(LIVE_STEPS)),
                name="uptake_one_live",
            ),
            models.UniqueConstraint(
                fields=["cluster", "solution", "organisation"],
                condition=Q(state__in=sorted(LIVE_STEPS), territory__isnull=True),
                name="uptake_one_live_anywhere",
            ),
            models.CheckConstraint(name="uptake_known_step", condition=Q(state__in=UptakeStep.values)),
            models.CheckConstraint(name="uptake_known_kind", condition=Q(kind__in=["", *UptakeKind.values])),
            models.CheckConstraint(
                name="uptake_kind_from_committed_on",
                condition=(Q(state__in=sorted(BEFORE_COMMITTED)) & Q(kind=""))
                | (Q(state__in=sorted(FROM_COMMITTED_ON)) & ~Q(kind=""))
                | Q(state=UptakeStep.STOPPED),
            ),
            models.CheckConstraint(
                name="uptake_adapted_says_what", condition=~Q(kind=UptakeKind.ADAPTED) | ~Q(adaptation="")
            ),
            models.CheckConstraint(
                name="uptake_in_use_has_day",
                condition=(Q(state=UptakeStep.IN_USE) & Q(in_use_on__isnull=False))
                | Q(state=UptakeStep.STOPPED)
                | (~Q(state__in=[UptakeStep.IN_USE, UptakeStep.STOPPED]) & Q(in_use_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="uptake_stopped_has_day",
                condition=Q(state=UptakeStep.STOPPED, stopped_on__isnull=False)
                | (~Q(state=UptakeStep.STOPPED) & Q(stopped_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="uptake_stopped_after_use",
                condition=Q(stopped_on__isnull=True) | Q(in_use_on__isnull=True) | Q(stopped_on__gte=F("in_use_on")),
            ),
        ]
        indexes = [
            models.Index(fields=["solution", "state"], name="uptake_of_solution"),
            models.Index(fields=["state", "in_use_on"], name="uptake_in_use"),
        ]

    def __str__(self) -> str:
        """Return the number: its nouns would take queries."""
        return f"{self.get_state_display()}, {self.pk}"

    @property
    def proof(self) -> Proof:
        """What proves the use; asks a row of `with_documented()`."""
        return proof_of(self.state, is_documented=self.is_documented, is_refused=self.is_refused)

    @property
    def step(self) -> UptakeStep:
        """The step, under the name that the domain gives it."""
        return UptakeStep(self.state)
