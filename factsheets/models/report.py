"""Reports to the community of practice, and to whom they went."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Member, Message, WorkingGroup
from factsheets.models.issue import Issue


class CopReport(models.Model):
    """A report of what was issued in a time, for the whole mission or one working group; its words are its issue."""

    issue = models.OneToOneField(Issue, verbose_name=_("issue"), on_delete=models.PROTECT, related_name="report")
    working_group = models.ForeignKey(
        WorkingGroup,
        verbose_name=_("working group"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cop_reports",
    )
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    factsheets = models.ManyToManyField(
        Issue, verbose_name=_("factsheets"), related_name="reported_in", limit_choices_to={"kind": "cluster"}
    )

    class Meta:
        verbose_name = _("report to the CoP")
        verbose_name_plural = _("reports to the CoP")
        ordering = ["-until_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="copreport_until_on_or_after_from"),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} – {self.until_on}"


class Delivery(models.Model):
    """A report on its way to one member; whether it arrived stands in the mail's row."""

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
