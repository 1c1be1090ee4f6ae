"""Appointments: made and ended through their actions, so that somebody always decides."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.actions.appointment import appoint, end_appointment, refuse_unfit, resume_appointment
from community.admin.base import EntryAdmin, EntryForm, rehearse
from community.admin.filters import HoldsFilter
from community.admin.user import carry_out
from community.models import Appointment, User


class AppointmentForm(EntryForm):
    """Who coordinates which group, from when until when."""

    def clean(self) -> dict[str, Any]:
        """Try the action, so that its refusal stands above the form."""
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if self.instance.pk is None:
            wanted = {name: cleaned.get(name) for name in ("member", "working_group", "from_on", "until_on")}
            rehearse(partial(appoint, by=self.by, **wanted))  # type: ignore[arg-type]
        elif self.is_ended_earlier(cleaned.get("until_on")):
            row = Appointment.objects.get(pk=self.instance.pk)
            rehearse(partial(end_appointment, appointment=row, last_on=cleaned["until_on"], by=self.by))
        elif "until_on" in self.changed_data:
            rehearse(partial(refuse_unfit, self.instance.member))
        return cleaned

    def is_ended_earlier(self, until: date | None) -> bool:
        """Tell whether the last day moves forward."""
        before = self.initial.get("until_on")
        return until is not None and (before is None or until < before)


@admin.register(Appointment)
class AppointmentAdmin(EntryAdmin):
    """Appointments end with a last day; nobody takes the last coordinator away."""

    form = AppointmentForm
    list_display = ("member", "working_group", "from_on", "until_on", "absent_until")
    list_filter = (HoldsFilter, "working_group")
    list_select_related = ("member", "working_group")
    search_fields = ("member__search_text",)
    ordering = ("working_group", "from_on", "pk")
    autocomplete_fields = ("member", "working_group")
    fields = ("member", "working_group", "from_on", "until_on", "absent_until")
    fixed_fields = ("member", "working_group", "from_on")
    actions = ("end_today", "go_on")

    @admin.action(description=_("End the chosen appointments: today is their last day"))
    def end_today(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        """End appointments; whoever decides last stays."""
        today = timezone.localdate()

        def end(row: Appointment) -> object:
            return end_appointment(appointment=row, last_on=today, by=request.user)  # type: ignore[arg-type]

        carry_out(request, queryset, end, one="%(count)s appointment ended.", many="%(count)s appointments ended.")

    @admin.action(description=_("Let the chosen appointments go on: take their last day away"))
    def go_on(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        """Take the end of appointments back."""

        def resume(row: Appointment) -> object:
            return resume_appointment(appointment=row, by=request.user)  # type: ignore[arg-type]

        words = {"one": "%(count)s appointment goes on.", "many": "%(count)s appointments go on."}
        carry_out(request, queryset, resume, **words)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Appoint or end through the action; the rest is saved as it is."""
        if not change:
            row = appoint(
                member=obj.member,
                working_group=obj.working_group,
                from_on=obj.from_on,
                until_on=obj.until_on,
                by=form.by,
            )
            obj.pk = row.pk
            obj._state.adding = False
            if obj.absent_until is not None:
                obj.save(update_fields=["absent_until"])
            return
        if form.is_ended_earlier(obj.until_on):
            end_appointment(appointment=obj, last_on=obj.until_on, by=form.by)
            form.changed_data.remove("until_on")
        super().save_model(request, obj, form, change)

    def keep(self, by: User, row: Any, changes: dict[str, Any], *, is_new: bool) -> None:
        """Leave a new appointment's event to its action."""
        if not is_new:
            super().keep(by, row, changes, is_new=is_new)
