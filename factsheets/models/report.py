"""Reports to the community of practice, and to whom they went."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models import Member, Message, User, WorkingGroup
from community.models.fields import LineField, ProseField
from factsheets.choices import ReportState
from factsheets.models.issue import Issue
from factsheets.querysets.report import CopReportQuerySet


class CopReport(models.Model):
    """A report of the factsheets of a time, for the whole mission or one working group.

    A draft is put together by coordinators: `factsheets` are those that it tells of. `state` changes only through
    `community.actions.transition`. Once sent it has its `reference` (the day, with a number from the second of a day
    on) and its `issue`, which holds all of its words; what is written here stays as it was sent.
    """

    working_group = models.ForeignKey(
        WorkingGroup,
        verbose_name=_("working group"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cop_reports",
    )
    title = LineField(_("title"), max_length=150)
    introduction = ProseField(_("introduction"), max_length=2000, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    factsheets = models.ManyToManyField(
        Issue, verbose_name=_("factsheets"), related_name="reported_in", limit_choices_to={"kind": "cluster"}
    )
    state = models.CharField(_("state"), max_length=10, choices=ReportState, default=ReportState.DRAFT)
    state_before = models.CharField(max_length=10, choices=ReportState, blank=True, default="", editable=False)
    state_since = models.DateTimeField(_("in this state since"), null=True, editable=False)
    reference = models.CharField(_("reference"), max_length=40, null=True, blank=True, unique=True, editable=False)
    issue = models.OneToOneField(
        Issue, verbose_name=_("issue"), null=True, blank=True, on_delete=models.PROTECT, related_name="report"
    )
    begun_by = models.ForeignKey(
        User, verbose_name=_("begun by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("begun at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    #: Set by `with_end_told`: whether it tells what came of a cluster since that last ended.
    tells_end: bool

    objects = CopReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report to the CoP")
        verbose_name_plural = _("reports to the CoP")
        ordering = ["-until_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="copreport_until_on_or_after_from"),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="copreport_known_state"),
            models.CheckConstraint(
                condition=Q(state=ReportState.DRAFT, reference__isnull=True)
                | Q(state=ReportState.SENT, reference__isnull=False),
                name="copreport_sent_has_reference",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return its public address, or where its draft is put together."""
        if self.reference:
            return reverse("factsheets:report", args=[self.reference])
        return reverse("factsheets:report_draft", args=[self.pk])

    @property
    def is_sent(self) -> bool:
        """Whether it went out."""
        return self.state == ReportState.SENT


class Delivery(models.Model):
    """A report on its way to one member; whether it arrived stands in the mail's row.

    Who wants no mail of reports has one all the same, which is kept in the list of notifications and never sent.
    Without a row of a mail that row was removed later.
    """

    report = models.ForeignKey(CopReport, verbose_name=_("report"), on_delete=models.PROTECT, related_name="deliveries")
    member = models.ForeignKey(Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="deliveries")
    message = models.OneToOneField(
        Message, verbose_name=_("mail"), null=True, blank=True, on_delete=models.SET_NULL, related_name="delivery"
    )

    class Meta:
        verbose_name = _("delivery of a report")
        verbose_name_plural = _("deliveries of reports")
        ordering = ["report", "pk"]
        constraints = [models.UniqueConstraint(fields=["report", "member"], name="delivery_once_a_member")]

    def __str__(self) -> str:
        return f"{self.report_id}"
