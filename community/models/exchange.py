"""Exchanges between peers, and liaisons with networks outside the community."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import OPEN_EXCHANGES, ExchangeKind, ExchangeStatus, Language, asked_after
from community.models.fields import LineField, ProseField
from community.models.member import Member
from community.models.organisation import Organisation
from community.models.term import Term
from community.models.territory import Territory
from community.models.working_group import WorkingGroup
from community.querysets.exchange import LiaisonQuerySet, PeerExchangeQuerySet


class PeerExchange(models.Model):
    """A visit, a call or a mentorship between a member who offers and one who asks.

    Who opened it stands on the side of `is_offer` from the first day; the other side is set by the agreement. The
    organisations are those of the day. `state_before`, `state_since`, `updated_at` and `version` are kept by
    `transition`, to which `status` is the state.
    """

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
    #: Opened by who offers; otherwise by who asks.
    is_offer = models.BooleanField(_("opened as an offer"), default=True, editable=False)
    offering_organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation that offers"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="exchanges_offered",
    )
    asking_organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation that asks"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="exchanges_asked",
    )
    territories = models.ManyToManyField(Territory, verbose_name=_("territories"), related_name="exchanges", blank=True)
    timing = LineField(_("when it would suit"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=ExchangeStatus, default=ExchangeStatus.OFFERED)
    state_before = models.CharField(max_length=10, blank=True, editable=False)
    state_since = models.DateTimeField(null=True, blank=True, editable=False)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    what_came_of_it = ProseField(_("what came of it"), max_length=2000, blank=True)
    search_text = models.TextField(_("folded text"), blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("entered at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True, editable=False)

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

    @property
    def state(self) -> str:
        """The status, under the name by which life cycles ask for it."""
        return self.status

    @property
    def is_open(self) -> bool:
        """Whether somebody may still say "I would like to"."""
        return self.status in OPEN_EXCHANGES

    @property
    def has_days(self) -> bool:
        """Whether the agreement named a day."""
        return self.ends_on is not None or self.starts_on is not None

    @property
    def over_on(self) -> date | None:
        """The last day of what is agreed; without days so long after the agreement; None where none is known."""
        if self.has_days or self.state_since is None:
            return self.ends_on or self.starts_on
        return timezone.localdate(self.state_since) + timedelta(days=asked_after(self.kind))

    @property
    def opener(self) -> Member | None:
        """Who offered or asked first."""
        return self.offered_by if self.is_offer else self.asked_by

    @property
    def partner(self) -> Member | None:
        """The other side, once it is agreed."""
        return self.asked_by if self.is_offer else self.offered_by

    @property
    def organisation(self) -> Organisation | None:
        """For which organisation it was opened."""
        return self.offering_organisation if self.is_offer else self.asking_organisation

    @property
    def partner_organisation(self) -> Organisation | None:
        """The organisation of the other side."""
        return self.asking_organisation if self.is_offer else self.offering_organisation


class ExchangeLanguage(models.Model):
    """A language in which an exchange can be held."""

    exchange = models.ForeignKey(
        PeerExchange, verbose_name=_("peer exchange"), on_delete=models.CASCADE, related_name="languages"
    )
    code = models.CharField(_("language"), max_length=3, choices=Language)

    class Meta:
        verbose_name = _("language")
        verbose_name_plural = _("languages")
        ordering = ["code", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "code"], name="exchangelanguage_once"),
            models.CheckConstraint(condition=Q(code__in=Language.values), name="exchangelanguage_known"),
        ]

    def __str__(self) -> str:
        return str(Language(self.code).label)


class ExchangeWish(models.Model):
    """A member would like to take part in an exchange that is open: "I would like to", with a line."""

    exchange = models.ForeignKey(
        PeerExchange, verbose_name=_("peer exchange"), on_delete=models.PROTECT, related_name="wishes"
    )
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="exchange_wishes"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="exchange_wishes",
    )
    note = LineField(_("note"), max_length=300, blank=True)
    said_at = models.DateTimeField(_("said at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("wish for an exchange")
        verbose_name_plural = _("wishes for exchanges")
        ordering = ["said_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "member"],
                name="exchangewish_once_per_member",
                violation_error_message=_("You said so already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.exchange}"


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
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = LiaisonQuerySet.as_manager()

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
