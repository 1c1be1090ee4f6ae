"""Exchanges between peers, and liaisons with networks outside the community."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import ExchangeKind, ExchangeStatus
from community.models.fields import LineField, ProseField
from community.models.member import Member
from community.models.organisation import Organisation
from community.models.term import Term
from community.models.working_group import WorkingGroup
from community.querysets.catalogue import PeerExchangeQuerySet


class PeerExchange(models.Model):
    """A visit, a call or a mentorship between a member who offers and one who asks."""

    kind = models.CharField(_("kind"), max_length=12, choices=ExchangeKind)
    topic = LineField(_("topic"), max_length=200)
    description = ProseField(_("description"), max_length=2000, blank=True)
    offered_by = models.ForeignKey(
        Member,
        verbose_name=_("offered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="exchanges_offered",
    )
    asked_by = models.ForeignKey(
        Member,
        verbose_name=_("asked by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="exchanges_asked",
    )
    challenges = models.ManyToManyField(
        Term,
        verbose_name=_("challenges"),
        related_name="exchanges",
        limit_choices_to={"vocabulary": "challenge"},
        blank=True,
    )
    status = models.CharField(_("status"), max_length=10, choices=ExchangeStatus, default=ExchangeStatus.OFFERED)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    what_came_of_it = ProseField(_("what came of it"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("entered at"), default=timezone.now, editable=False)

    objects = PeerExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("peer exchange")
        verbose_name_plural = _("peer exchanges")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="peerexchange_end_on_or_after_start",
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(condition=Q(status__in=ExchangeStatus.values), name="peerexchange_known_status"),
            models.CheckConstraint(
                condition=Q(offered_by__isnull=False) | Q(asked_by__isnull=False),
                name="peerexchange_somebody_offers_or_asks",
                violation_error_message=_("Name who offers or who asks."),
            ),
        ]

    def __str__(self) -> str:
        return self.topic


class Liaison(models.Model):
    """An outside network with which a working group or a cluster keeps contact.

    A cluster's liaison names it by (kind, id); a group's by `working_group`.
    """

    network = LineField(_("network or institution"), max_length=200)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="liaisons",
    )
    working_group = models.ForeignKey(
        WorkingGroup,
        verbose_name=_("working group"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="liaisons",
    )
    kind = models.CharField(_("kind of subject"), max_length=30, blank=True)
    subject_id = models.PositiveBigIntegerField(_("subject"), null=True, blank=True)
    kept_by = models.ForeignKey(
        Member, verbose_name=_("kept by"), null=True, blank=True, on_delete=models.PROTECT, related_name="liaisons"
    )
    what_for = ProseField(_("what for"), max_length=1000, blank=True)
    from_on = models.DateField(_("since"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("liaison")
        verbose_name_plural = _("liaisons")
        ordering = ["network", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="liaison_until_on_or_after_from",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=Q(working_group__isnull=False) | Q(subject_id__isnull=False),
                name="liaison_has_keeper",
                violation_error_message=_("Name the working group or cluster that keeps this contact."),
            ),
        ]
        indexes = [models.Index(fields=["kind", "subject_id"], name="liaison_subject")]

    def __str__(self) -> str:
        return self.network
