"""What was decided on a cluster, on which conditions, and how it was changed afterwards."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clusters.choices import AmendmentKind, AmendmentState, Capacity
from clusters.models.cluster import Cluster
from clusters.querysets.amendment import AmendmentQuerySet
from community.models import Event, Member, WorkingGroup
from community.validators import plain_text


class Decision(models.Model):
    """A coordinator's decision; its words stand in its event's detail.

    Append-only (a trigger refuses update and delete). `proposer` and `lead` are kept as they were, so that
    four eyes hold in the database whatever is changed afterwards.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="decisions")
    verb = models.CharField(max_length=20)
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="decisions")
    capacity = models.CharField(max_length=20, choices=Capacity)
    working_group = models.ForeignKey(WorkingGroup, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()
    proposer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    checklist = models.JSONField(default=list)
    content_hash = models.CharField(max_length=64)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="decision")

    class Meta:
        """Newest last; nobody decides on their own."""

        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("cluster_id", "decided_at", "pk")
        constraints = [
            models.CheckConstraint(
                name="decision_not_by_proposer",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposer")),
            ),
            models.CheckConstraint(
                name="decision_not_by_lead",
                condition=Q(decided_by__isnull=True) | Q(lead__isnull=True) | ~Q(decided_by=F("lead")),
            ),
        ]

    def __str__(self) -> str:
        """Return verb and day."""
        return f"{self.verb} {self.decided_at:%Y-%m-%d}"


class Condition(models.Model):
    """A condition of an approval: met by the lead, confirmed or waived by a coordinator."""

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="conditions")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="conditions")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("condition"), max_length=600, validators=[plain_text])
    due_on = models.DateField(_("due"), null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    met_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    met_note = models.TextField(_("how it was met"), max_length=600, blank=True, validators=[plain_text])
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    waive_reason = models.TextField(_("why it is waived"), max_length=600, blank=True, validators=[plain_text])

    class Meta:
        """Confirmed only when met; waived only with a reason."""

        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ("cluster_id", "position", "pk")
        constraints = [
            models.CheckConstraint(
                name="condition_confirmed_when_met", condition=Q(confirmed_at__isnull=True) | Q(met_at__isnull=False)
            ),
            models.CheckConstraint(
                name="condition_waived_with_reason", condition=Q(waived_at__isnull=True) | ~Q(waive_reason="")
            ),
        ]

    def __str__(self) -> str:
        """Return the condition's text."""
        return self.text

    @property
    def is_open(self) -> bool:
        """Whether nobody has confirmed or waived it yet."""
        return self.confirmed_at is None and self.waived_at is None

    def is_late(self, on: date) -> bool:
        """Tell whether it should have been met by the day `on`, and nobody has said so."""
        return self.is_open and self.met_at is None and self.due_on is not None and self.due_on < on


class Amendment(models.Model):
    """A change to what was approved, as a difference that a coordinator accepts or refuses.

    `changes` maps a field of the cluster (`clusters.rules.amendment_fields`) to `{"was": …, "now": …}` in JSON values;
    the decision adds `"accepted": true` or `false` to each. `put_forward_by` and `new_lead` make it theirs too:
    neither may decide. `state` changes only through `community.actions.transition`.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=13, choices=AmendmentKind)
    state = models.CharField(max_length=15, choices=AmendmentState, default=AmendmentState.SUGGESTED)
    state_before = models.CharField(max_length=15, choices=AmendmentState, blank=True, default="", editable=False)
    state_since = models.DateTimeField(null=True, editable=False)
    suggested_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="amendments")
    put_forward_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    new_lead = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    new_lead_accepted_at = models.DateTimeField(null=True)
    changes = models.JSONField(default=dict)
    reason = models.TextField(_("reason"), max_length=1000, blank=True, validators=[plain_text])
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        """Numbered within the cluster; nobody decides on their own amendment."""

        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ("cluster_id", "number")
        constraints = [
            models.UniqueConstraint(fields=["cluster", "number"], name="amendment_number_once"),
            models.CheckConstraint(
                name="amendment_not_by_suggester",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("suggested_by")),
            ),
            models.CheckConstraint(
                name="amendment_not_by_put_forward",
                condition=Q(decided_by__isnull=True)
                | Q(put_forward_by__isnull=True)
                | ~Q(decided_by=F("put_forward_by")),
            ),
            models.CheckConstraint(
                name="amendment_not_by_new_lead",
                condition=Q(decided_by__isnull=True) | Q(new_lead__isnull=True) | ~Q(decided_by=F("new_lead")),
            ),
            models.CheckConstraint(name="amendment_known_state", condition=Q(state__in=AmendmentState.values)),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.number)
