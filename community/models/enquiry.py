"""A question to the contact of a solution from somebody without an account."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import EnquiryStatus
from community.models.fields import AddressField, FoldedKeyField, FoldedKeys, LineField, ProseField
from community.models.solution import Solution
from community.querysets.enquiry import EnquiryQuerySet


class Enquiry(FoldedKeys, models.Model):
    """What somebody from outside asks; it is passed on once a link in their own mail was pressed.

    The words are emptied with the press, name and address some days after the end (`community.actions.enquiry`).
    """

    solution = models.ForeignKey(
        Solution, verbose_name=_("solution"), on_delete=models.CASCADE, related_name="enquiries"
    )
    address = AddressField(_("address"), max_length=254, blank=True)
    address_key = FoldedKeyField(_("folded address"), source="address", max_length=254, blank=True)
    name = LineField(_("name"), max_length=120, blank=True)
    organisation = LineField(_("organisation"), max_length=200, blank=True)
    text = ProseField(_("question"), max_length=3000, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=EnquiryStatus, default=EnquiryStatus.WAITING, db_index=True
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        """Open ones can be answered; ended ones hold no words."""

        verbose_name = _("question from outside")
        verbose_name_plural = _("questions from outside")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.CheckConstraint(name="enquiry_known_status", condition=Q(status__in=EnquiryStatus.values)),
            models.CheckConstraint(
                name="enquiry_waiting_is_whole",
                condition=~Q(status=EnquiryStatus.WAITING)
                | (~Q(address="") & ~Q(name="") & ~Q(text="") & Q(ended_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="enquiry_ended_holds_no_words",
                condition=Q(status=EnquiryStatus.WAITING) | Q(text="", ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["address_key", "asked_at"], name="enquiry_address"),
            models.Index(fields=["solution", "asked_at"], name="enquiry_solution"),
        ]

    def __str__(self) -> str:
        """Return status and number: neither words nor who asked."""
        return f"{self.get_status_display()}, {self.pk}"
