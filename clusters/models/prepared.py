"""A decision that a coordinator prepared and that is announced later."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clusters.choices import LIVE_PREPARED, PreparedStatus, PreparedVerb
from clusters.models.cluster import Cluster
from clusters.models.decision import Decision
from clusters.querysets.prepared import PreparedDecisionQuerySet
from community.models import Member
from community.validators import plain_text

_LIVE = Q(status__in=sorted(LIVE_PREPARED))


class PreparedDecision(models.Model):
    """What a coordinator would decide on a proposal, with its words, until it is announced.

    Nothing of it is seen but by those who may decide on the cluster; like a draft it leaves no event before it is
    announced. Only a live one holds words: whatever ends it empties them. `announce_at` is None where somebody presses.
    `content_hash` is of the proposal that was shown; `proposer` and `lead` are kept as they were (four eyes).
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="prepared_decisions")
    verb = models.CharField(_("decision"), max_length=10, choices=PreparedVerb)
    status = models.CharField(_("status"), max_length=10, choices=PreparedStatus, default=PreparedStatus.WAITING)
    reason = models.TextField(_("reason"), max_length=2000, blank=True, validators=[plain_text])
    conditions = models.JSONField(default=list, blank=True)
    checklist = models.JSONField(default=list, blank=True)
    content_hash = models.CharField(max_length=64)
    prepared_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="prepared_decisions")
    prepared_at = models.DateTimeField(_("prepared at"))
    announce_at = models.DateTimeField(_("to be announced at"), null=True, blank=True)
    proposer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    held_at = models.DateTimeField(null=True, blank=True)
    held_why = models.TextField(_("why it was not announced"), blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="prepared")

    objects = PreparedDecisionQuerySet.as_manager()

    class Meta:
        """One live one a cluster; nobody prepares a decision on their own; words only while it is live."""

        verbose_name = _("prepared decision")
        verbose_name_plural = _("prepared decisions")
        ordering = ("-prepared_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["cluster"], condition=_LIVE, name="prepared_one_live"),
            models.CheckConstraint(name="prepared_known_status", condition=Q(status__in=PreparedStatus.values)),
            models.CheckConstraint(name="prepared_known_verb", condition=Q(verb__in=PreparedVerb.values)),
            models.CheckConstraint(name="prepared_not_by_proposer", condition=~Q(prepared_by=F("proposer"))),
            models.CheckConstraint(
                name="prepared_not_by_lead", condition=Q(lead__isnull=True) | ~Q(prepared_by=F("lead"))
            ),
            models.CheckConstraint(
                name="prepared_reason_while_live",
                condition=~_LIVE & Q(reason="") | _LIVE & (Q(verb=PreparedVerb.APPROVE) | ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="prepared_live_is_open",
                condition=_LIVE & Q(closed_at__isnull=True) | ~_LIVE & Q(closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="prepared_held_says_why",
                condition=~Q(status=PreparedStatus.HELD) | Q(held_at__isnull=False) & ~Q(held_why=""),
            ),
            models.CheckConstraint(
                name="prepared_announced_has_decision",
                condition=~Q(status=PreparedStatus.ANNOUNCED) | Q(decision__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["announce_at"], condition=Q(status=PreparedStatus.WAITING), name="prepared_due")
        ]

    def __str__(self) -> str:
        """Return the decision and its status."""
        return f"{self.get_verb_display()}, {self.get_status_display()}"

    @property
    def is_held(self) -> bool:
        """Whether it was to be announced and was not."""
        return self.status == PreparedStatus.HELD
