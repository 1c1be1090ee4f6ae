"""Appointments: made and ended through their actions, so that somebody always decides."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from community.actions.appointment import appoint, end_appointment, refuse_unfit
from community.admin.base import EntryAdmin, EntryForm, rehearse
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
    list_filter = ("working_group",)
    list_select_related = ("member", "working_group")
    search_fields = ("member__search_text",)
    ordering = ("working_group", "from_on", "pk")
    autocomplete_fields = ("member", "working_group")
    fields = ("member", "working_group", "from_on", "until_on", "absent_until")
    fixed_fields = ("member", "working_group", "from_on")

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
