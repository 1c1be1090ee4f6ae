"""An address that is asked to take part: nobody knows whose it is until the link in its mail is pressed."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusters.choices import Access, InvitationStatus
from clusters.models.cluster import Cluster
from clusters.models.participation import Participation
from clusters.querysets.invitation import InvitationQuerySet
from community.models.fields import AddressField, FoldedKeyField, FoldedKeys
from community.validators import plain_line, plain_text


class Invitation(FoldedKeys, models.Model):
    """One address asked into one cluster, with what for and what its owner may do there.

    The signed link of its newest mail says how long it acts. Once it is accepted `participation` says whose it was and
    the address is emptied: it stands in the account. One that nobody takes up forgets its address in time.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="invitations")
    address = AddressField(_("address"), max_length=254, blank=True)
    address_key = FoldedKeyField(_("folded address"), source="address", max_length=254, blank=True)
    access = models.CharField(_("access"), max_length=10, choices=Access, default=Access.COMMENT)
    purpose = models.CharField(_("purpose"), max_length=200, validators=[plain_line])
    message = models.TextField(_("message"), max_length=600, blank=True, validators=[plain_text])
    status = models.CharField(
        _("status"), max_length=10, choices=InvitationStatus, default=InvitationStatus.OPEN, db_index=True
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_reason = models.TextField(_("reason"), max_length=600, blank=True, validators=[plain_text])
    participation = models.ForeignKey(
        Participation, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations"
    )

    objects = InvitationQuerySet.as_manager()

    link_made_at: datetime | None
    link_sent_at: datetime | None
    link_ends_at: datetime | None
    has_bounced: bool

    class Meta:
        """One open invitation for an address and cluster; an open one has its address."""

        verbose_name = _("invitation by address")
        verbose_name_plural = _("invitations by address")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "address_key"],
                condition=Q(status=InvitationStatus.OPEN),
                name="invitation_one_open_per_address",
            ),
            models.CheckConstraint(name="invitation_known_status", condition=Q(status__in=InvitationStatus.values)),
            models.CheckConstraint(name="invitation_known_access", condition=Q(access__in=Access.values)),
            models.CheckConstraint(
                name="invitation_open_has_address",
                condition=~Q(status=InvitationStatus.OPEN) | (~Q(address="") & Q(answered_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["asked_by", "asked_at"], name="invitation_asked"),
            models.Index(fields=["address_key"], name="invitation_address"),
        ]

    def __str__(self) -> str:
        """Return status and number; the address is for those who sent it."""
        return f"{self.get_status_display()}, {self.pk}"
