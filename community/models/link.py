"""Signed links: what a person without a session may do, once, from a mail."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import LinkState
from community.models.fields import FoldedKeyField, FoldedKeys
from community.models.user import User
from community.querysets.record import SignedLinkQuerySet


class SignedLink(FoldedKeys, models.Model):
    """A link that is bound to a purpose, an address and a subject, and acts once.

    Only the sha256 of its token is kept. A link made for a mail gets its token
    while that mail is sent (`token_hash` is empty until then) and lasts
    `lasts_days` from that moment.
    """

    purpose = models.CharField(_("purpose"), max_length=40)
    address = models.EmailField(_("address"), max_length=254, blank=True)
    address_key = FoldedKeyField(_("folded address"), source="address", max_length=254, blank=True)
    user = models.ForeignKey(
        User, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT, related_name="links"
    )
    kind = models.CharField(_("kind of subject"), max_length=30)
    subject_id = models.PositiveBigIntegerField(_("subject"))
    token_hash = models.CharField(_("hash of the token"), max_length=64, null=True, blank=True, unique=True)
    by = models.ForeignKey(
        User, verbose_name=_("asked by"), null=True, blank=True, on_delete=models.PROTECT, related_name="links_asked"
    )
    state = models.CharField(_("state"), max_length=10, choices=LinkState, default=LinkState.OPEN)
    lasts_days = models.PositiveSmallIntegerField(_("days from sending"), null=True, blank=True)
    created_at = models.DateTimeField(_("asked at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    objects = SignedLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("signed link")
        verbose_name_plural = _("signed links")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "address_key", "kind", "subject_id"],
                condition=Q(state=LinkState.OPEN),
                name="signedlink_one_open_per_address",
            ),
            models.CheckConstraint(condition=Q(state__in=LinkState.values), name="signedlink_known_state"),
            models.CheckConstraint(
                condition=~Q(state=LinkState.USED) | Q(used_at__isnull=False), name="signedlink_used_has_moment"
            ),
        ]
        indexes = [models.Index(fields=["kind", "subject_id"], name="signedlink_subject")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    def is_open_at(self, at: datetime) -> bool:
        """Tell whether the link still acts at the moment `at`."""
        return self.state == LinkState.OPEN and (self.expires_at is None or self.expires_at > at)
