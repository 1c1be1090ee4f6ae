"""A confirmation: the adopting organisation is asked, and says that it is so, that it is not, or how it is."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import File, Member
from community.models.fields import AddressField, FoldedKeyField, FoldedKeys, LineField, ProseField
from results.choices import ANSWERED, ConfirmationStatus, UptakeKind
from results.models.uptake import Uptake
from results.querysets.confirmation import ConfirmationQuerySet


class UptakeConfirmation(FoldedKeys, models.Model):
    """One address of the adopting organisation, asked about one statement of an uptake; its owner needs no account.

    `statement` is the one that was shown when the answer was given. `organisation_name` is the organisation in the
    words of who answered. A correction says another day or kind; the lead takes it over or sets it aside
    (`settled_at`). An address whose owner never answered is emptied in time.
    """

    uptake = models.ForeignKey(Uptake, on_delete=models.CASCADE, related_name="confirmations")
    address = AddressField(_("address"), max_length=254, blank=True)
    address_key = FoldedKeyField(_("folded address"), source="address", max_length=254, blank=True)
    message = ProseField(_("message"), max_length=600, blank=True)
    statement = models.PositiveIntegerField(_("statement"))
    status = models.CharField(
        _("answer"), max_length=10, choices=ConfirmationStatus, default=ConfirmationStatus.OPEN, db_index=True
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    person_name = LineField(_("name"), max_length=120, blank=True)
    function = LineField(_("function"), max_length=120, blank=True)
    organisation_name = LineField(_("organisation"), max_length=200, blank=True)
    document = models.ForeignKey(
        File, verbose_name=_("document"), on_delete=models.PROTECT, null=True, blank=True, related_name="confirmations"
    )
    document_url = models.URLField(_("address of the document"), max_length=500, blank=True)
    document_number = LineField(_("registry number of the document"), max_length=120, blank=True)
    said = ProseField(_("what was said"), max_length=1000, blank=True)
    corrected_kind = models.CharField(_("kind as corrected"), max_length=10, choices=UptakeKind, blank=True)
    corrected_on = models.DateField(_("in use since, as corrected"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        Member, verbose_name=_("settled by"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_taken_over = models.BooleanField(_("taken over"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = ConfirmationQuerySet.as_manager()

    #: Added by `with_link()`.
    link_sent_at: datetime | None
    link_ends_at: datetime | None
    #: Added by `with_sequel()`.
    is_taken_back: bool
    is_changed_since: bool

    class Meta:
        """One open question for an address and uptake; nothing is confirmed without a document."""

        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["uptake", "address_key"],
                condition=Q(status=ConfirmationStatus.OPEN),
                name="confirmation_one_open_per_address",
            ),
            models.CheckConstraint(name="confirmation_known_status", condition=Q(status__in=ConfirmationStatus.values)),
            models.CheckConstraint(
                name="confirmation_known_kind", condition=Q(corrected_kind__in=["", *UptakeKind.values])
            ),
            models.CheckConstraint(
                name="confirmation_open_has_address",
                condition=~Q(status=ConfirmationStatus.OPEN) | (~Q(address="") & Q(answered_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="confirmation_answered_has_moment",
                condition=~Q(status__in=sorted(ANSWERED)) | Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="confirmation_rests_on_document",
                condition=~Q(status=ConfirmationStatus.CONFIRMED)
                | Q(document__isnull=False)
                | ~Q(document_url="")
                | ~Q(document_number=""),
            ),
            models.CheckConstraint(
                name="confirmation_settled_says_how",
                condition=Q(settled_at__isnull=True, is_taken_over__isnull=True)
                | Q(settled_at__isnull=False, is_taken_over__isnull=False, status=ConfirmationStatus.CORRECTED),
            ),
        ]
        indexes = [
            models.Index(fields=["asked_by", "asked_at"], name="confirmation_asked"),
            models.Index(fields=["address_key"], name="confirmation_address"),
        ]

    def __str__(self) -> str:
        """Return status and number; the address is for those who sent it."""
        return f"{self.get_status_display()}, {self.pk}"
