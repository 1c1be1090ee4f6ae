"""What persons ask of the administrators about their own data: to be erased, or to have something corrected."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import DataRequestKind, DataRequestStatus
from community.models.fields import ProseField
from community.models.member import Member
from community.models.user import User
from community.querysets.data_request import DataRequestQuerySet


class DataRequest(models.Model):
    """One request, open until it is done, refused or withdrawn; one of a kind is open at a time.

    `due_at` is when the clock does what nobody did: an erasure. A correction has none. `text` are the person's own
    words, `answer` those of who closed it; an erasure empties both. `recorded_by` entered an erasure that was asked
    otherwise than here: `asked_at` is then the day on which the letter came.
    """

    member = models.ForeignKey(Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(_("what is asked"), max_length=10, choices=DataRequestKind)
    status = models.CharField(_("status"), max_length=10, choices=DataRequestStatus, default=DataRequestStatus.OPEN)
    text = ProseField(_("in their words"), max_length=2000, blank=True)
    answer = ProseField(_("answer"), max_length=2000, blank=True)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    due_at = models.DateTimeField(_("done by itself at"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        User, verbose_name=_("recorded by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, verbose_name=_("closed by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about personal data")
        verbose_name_plural = _("requests about personal data")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind"],
                condition=Q(status=DataRequestStatus.OPEN),
                name="datarequest_one_open_of_a_kind",
            ),
            models.CheckConstraint(condition=Q(kind__in=DataRequestKind.values), name="datarequest_known_kind"),
            models.CheckConstraint(condition=Q(status__in=DataRequestStatus.values), name="datarequest_known_status"),
            models.CheckConstraint(
                condition=Q(status=DataRequestStatus.OPEN, closed_at__isnull=True)
                | ~Q(status=DataRequestStatus.OPEN) & Q(closed_at__isnull=False),
                name="datarequest_closed_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(kind=DataRequestKind.ERASURE) | Q(due_at__isnull=True),
                name="datarequest_only_erasure_is_due",
            ),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=True, recorded_at__isnull=True)
                | Q(recorded_by__isnull=False, recorded_at__isnull=False, kind=DataRequestKind.ERASURE),
                name="datarequest_recorded_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def told_at(self) -> datetime:
        """When the person was told that it waits: when they asked here, or when a letter was entered."""
        return self.recorded_at or self.asked_at
