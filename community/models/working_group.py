"""Standing working groups, their titles over time, and who coordinates them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models.fields import CodeKeyField, FoldedKeys, LineField, ProseField
from community.models.member import Member
from community.querysets.period import PeriodQuerySet
from community.querysets.working_group import AppointmentQuerySet, WorkingGroupQuerySet

if TYPE_CHECKING:
    from django.db.models import QuerySet


class WorkingGroup(FoldedKeys, models.Model):
    """A standing thematic group, known by its stable code ("WG2").

    `title` repeats the newest row of `titles`, so that lists need no second
    query; `actions.working_group.retitle` writes both.
    """

    code = models.SlugField(_("code"), max_length=20, unique=True)
    code_key = CodeKeyField(_("folded code"), max_length=20)
    title = LineField(_("title"), max_length=160)
    about = ProseField(_("about"), max_length=2000, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("open for clusters"), default=True)

    objects = WorkingGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("working group")
        verbose_name_plural = _("working groups")
        ordering = ["order", "code", "pk"]
        constraints = [models.UniqueConstraint(fields=["code_key"], name="working_group_code_key_unique")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def title_on(self, on: date) -> str:
        """Return the title that held on the day `on`, the present one where none is known."""
        row = self.titles.current(on).order_by(F("from_on").desc(nulls_last=True), "-pk").first()
        return row.title if row else self.title

    def coordinators(self, on: date) -> QuerySet[Member]:
        """Return the persons appointed to this group on the day `on`, absent ones too."""
        current = Appointment.objects.current(on).of_group(self)
        return Member.objects.filter(pk__in=current.values("member"))


class WorkingGroupTitle(models.Model):
    """One title of a working group, from one day to another."""

    working_group = models.ForeignKey(
        WorkingGroup, verbose_name=_("working group"), on_delete=models.PROTECT, related_name="titles"
    )
    title = LineField(_("title"), max_length=160)
    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    source = LineField(_("source"), max_length=300, blank=True)

    objects = PeriodQuerySet["WorkingGroupTitle"].as_manager()

    class Meta:
        verbose_name = _("title of a working group")
        verbose_name_plural = _("titles of working groups")
        ordering = ["working_group", "from_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="workinggrouptitle_until_on_or_after_from",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.UniqueConstraint(
                fields=["working_group"], condition=Q(until_on__isnull=True), name="workinggrouptitle_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Appointment(models.Model):
    """A member coordinates a working group, or the whole mission where `working_group` is empty.

    `absent_until` is the last day of an absence; the appointment itself goes on. `withdrawn_at` says that it was a
    mistake, or was called off before it began: it holds on no day any more, and the row stays.
    """

    member = models.ForeignKey(Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="appointments")
    working_group = models.ForeignKey(
        WorkingGroup,
        verbose_name=_("working group"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appointments",
    )
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)
    absent_until = models.DateField(_("absent until"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["working_group", "from_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="appointment_until_on_or_after_from",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.UniqueConstraint(
                fields=["member", "working_group"],
                condition=Q(until_on__isnull=True),
                name="appointment_one_open_per_group",
                violation_error_message=_("This member coordinates that group already."),
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(until_on__isnull=True, working_group__isnull=True),
                name="appointment_one_open_for_mission",
                violation_error_message=_("This member coordinates the mission already."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(until_on__isnull=False),
                name="appointment_withdrawn_is_not_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.working_group or _('the whole mission')}"
