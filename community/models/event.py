"""The record: events in hash chains, their details, seals, and the ledger of redactions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import RedactionReason, RedactionTarget
from community.models.user import User
from community.querysets.record import EventQuerySet


class Event(models.Model):
    """One thing that happened, a link of its chain. Append-only: triggers refuse change and deletion.

    `data` holds states, ids and figures, never a person's name or free text; these
    stand in the `EventDetail`, of which only `detail_digest` enters the chain, so
    that erasure can empty it and the chain still verifies. `hash` covers
    `previous` and every other column. `by` empty is "the registry".
    """

    chain = models.CharField(_("chain"), max_length=40)
    number = models.PositiveIntegerField(_("number in the chain"))
    verb = models.CharField(_("verb"), max_length=60)
    kind = models.CharField(_("kind of subject"), max_length=30)
    subject_id = models.PositiveBigIntegerField(_("subject"))
    by = models.ForeignKey(
        User, verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    role = models.CharField(_("in the role of"), max_length=60, blank=True)
    at = models.DateTimeField(_("at"))
    data = models.JSONField(_("facts"), default=dict)
    detail_digest = models.CharField(_("digest of the detail"), max_length=64, blank=True)
    previous = models.CharField(_("hash of the event before"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64, unique=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="event_number_unique_in_chain"),
            models.CheckConstraint(condition=Q(number__gte=1), name="event_number_from_one"),
        ]
        indexes = [
            models.Index(fields=["kind", "subject_id", "at"], name="event_subject"),
            models.Index(fields=["by", "at"], name="event_by"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.number}: {self.verb}"


class Redaction(models.Model):
    """The ledger of what was emptied or withdrawn, and why. Append-only.

    `erasure` is the opaque id of an erasure, the same in all its rows.
    """

    target = models.CharField(_("what"), max_length=20, choices=RedactionTarget)
    target_id = models.PositiveBigIntegerField(_("id of it"))
    reason = models.CharField(_("reason"), max_length=20, choices=RedactionReason)
    erasure = models.CharField(_("erasure"), max_length=40, blank=True)
    by = models.ForeignKey(
        User, verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        ordering = ["pk"]
        indexes = [models.Index(fields=["target", "target_id"], name="redaction_target")]

    def __str__(self) -> str:
        return f"{self.get_target_display()} {self.target_id}"


class EventDetail(models.Model):
    """Free text and old and new values of an event: the only part that erasure may empty.

    `digest = sha256(salt + canonical JSON of body)` stands in the event. Emptying
    sets body and salt to nothing and names the row of the redaction ledger.
    """

    event = models.OneToOneField(Event, verbose_name=_("event"), on_delete=models.PROTECT, related_name="detail")
    salt = models.CharField(_("salt"), max_length=64, blank=True)
    body = models.JSONField(_("body"), null=True, blank=True)
    redaction = models.ForeignKey(
        Redaction, verbose_name=_("redaction"), null=True, blank=True, on_delete=models.PROTECT, related_name="details"
    )

    class Meta:
        verbose_name = _("detail of an event")
        verbose_name_plural = _("details of events")
        ordering = ["event"]
        constraints = [
            models.CheckConstraint(
                condition=Q(redaction__isnull=True, body__isnull=False)
                | Q(redaction__isnull=False, body__isnull=True, salt=""),
                name="eventdetail_empty_only_when_redacted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}"


class ChainHead(models.Model):
    """The newest link of each chain; its row is locked while the next event is written."""

    chain = models.CharField(_("chain"), max_length=40, primary_key=True)
    number = models.PositiveIntegerField(_("number of the newest event"), default=0)
    hash = models.CharField(_("hash of the newest event"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("head of a chain")
        verbose_name_plural = _("heads of chains")
        ordering = ["chain"]

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"


class Seal(models.Model):
    """The head of a chain as it stood on a day: an anchor that a cut chain no longer reaches. Append-only."""

    chain = models.CharField(_("chain"), max_length=40)
    number = models.PositiveIntegerField(_("number of the newest event"))
    hash = models.CharField(_("hash of the newest event"), max_length=64)
    sealed_on = models.DateField(_("day"))
    sealed_at = models.DateTimeField(_("sealed at"), default=timezone.now)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["chain", "sealed_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["chain", "sealed_on"], name="seal_one_per_chain_and_day")]

    def __str__(self) -> str:
        return f"{self.chain}, {self.sealed_on}"
