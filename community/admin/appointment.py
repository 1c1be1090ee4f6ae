"""Appointments: made, ended and withdrawn through their actions, so that somebody always decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.actions.absence import DAY_GONE, note_absence
from community.actions.appointment import (
    appoint,
    end_appointment,
    lock_to_change,
    resume_appointment,
    withdraw_appointment,
)
from community.admin.base import EntryForm, rehearse
from community.admin.chosen import ReasonForm, WithChosen, must_confirm
from community.admin.confirming import refuse_unconfirmed
from community.admin.filters import HoldsFilter, NamedEmptyFilter
from community.admin.sheets import SheetAdmin
from community.admin.user import carry_out
from community.imports.working_group import AppointmentImport
from community.models import Appointment, Event, Member, User

PAST = _(
    "The last day is past, so it stays as it was. Let the person go on from today by “Let the chosen appointments go "
    "on” in the list, or appoint them anew."
)


class AppointmentForm(EntryForm):
    """Who coordinates which group, from when until when."""

    refuse_unconfirmed: Callable[[], None]

    def clean(self) -> dict[str, Any]:
        """Try the action, so that its refusal stands above the form; ask who appoints themselves who they are.

        Raises:
            ValidationError: the action refuses, the last day is past, or password or factor are asked for.
        """
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if self.instance.pk is None:
            wanted = {name: cleaned.get(name) for name in ("member", "working_group", "from_on", "until_on")}
            rehearse(partial(appoint, by=self.by, **wanted))  # type: ignore[arg-type]
        elif "until_on" in self.changed_data and (self.initial["until_on"] or date.max) < timezone.localdate():
            raise ValidationError(PAST)
        elif self.is_ended_earlier(cleaned.get("until_on")):
            row = Appointment.objects.get(pk=self.instance.pk)
            rehearse(partial(end_appointment, appointment=row, last_on=cleaned["until_on"], by=self.by))
        elif "until_on" in self.changed_data:
            row = Appointment.objects.get(pk=self.instance.pk)
            rehearse(partial(resume_appointment, appointment=row, last_on=cleaned.get("until_on"), by=self.by))
        if "absent_until" in self.changed_data:
            self._try_absence(cleaned.get("absent_until"))
        self._ask_themselves(cleaned)
        return cleaned

    def lock_before(self) -> None:
        """Lock the person and all who decide, in the order of the actions."""
        lock_to_change(self.instance, on=timezone.localdate())

    def _try_absence(self, until: date | None) -> None:
        """Try to note an absence, so that its refusal stands above the form.

        Raises:
            ValidationError: the day has gone, or the appointment holds no more.
        """
        if self.instance.pk is not None:
            row = Appointment.objects.get(pk=self.instance.pk)
            rehearse(partial(note_absence, appointment=row, until=until, by=self.by))
        elif until is not None and until < timezone.localdate():
            raise ValidationError(DAY_GONE)

    def _ask_themselves(self, cleaned: dict[str, Any]) -> None:
        """Ask an administrator who gives themselves a right for password or factor."""
        gives = self.instance.pk is None or ("until_on" in self.changed_data and not self._ends(cleaned))
        member: Member | None = cleaned.get("member") if self.instance.pk is None else self.instance.member
        if gives and member is not None and member.user_id == self.by.pk:
            self.refuse_unconfirmed()

    def _ends(self, cleaned: dict[str, Any]) -> bool:
        return self.is_ended_earlier(cleaned.get("until_on"))

    def is_ended_earlier(self, until: date | None) -> bool:
        """Tell whether the last day moves forward."""
        before = self.initial.get("until_on")
        return until is not None and (before is None or until < before)


@admin.register(Appointment)
class AppointmentAdmin(SheetAdmin, WithChosen):
    """Appointments end with a last day, or are withdrawn as a mistake; nobody takes the last coordinator away."""

    form = AppointmentForm
    sheet = AppointmentImport
    list_display = ("member", "working_group", "from_on", "until_on", "absent_until", "withdrawn_at")
    list_filter = (HoldsFilter, ("working_group", NamedEmptyFilter))
    list_select_related = ("member", "working_group")
    search_fields = ("member__search_text",)
    ordering = ("working_group", "from_on", "pk")
    autocomplete_fields = ("member", "working_group")
    fields = ("member", "working_group", "from_on", "until_on", "absent_until")
    fixed_fields = ("member", "working_group", "from_on")
    readonly_fields = ("withdrawn_at", "withdrawn_because")
    actions = ("end_today", "go_on", "withdraw_chosen")
    chosen_pages = ("withdraw",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Let the form ask again."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refuse_unconfirmed = staticmethod(partial(refuse_unconfirmed, request))
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show when and why it was withdrawn where it was."""
        return (
            self.fields
            if obj is None or obj.withdrawn_at is None
            else (*self.fields, "withdrawn_at", "withdrawn_because")
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Leave what was withdrawn as it is."""
        return super().has_change_permission(request, obj) and (obj is None or obj.withdrawn_at is None)

    @admin.display(description=_("why it was withdrawn"))
    def withdrawn_because(self, row: Appointment) -> str:
        """Return the reason that was given; an erasure may have emptied it."""
        events = Event.objects.about(row).of_verbs(["withdraw_appointment", "call_off_appointment"])
        event = events.select_related("detail").first()
        detail = getattr(event, "detail", None)
        return str((detail.body or {}).get("reason", "")) if detail is not None else ""

    @admin.action(description=_("End the chosen appointments: today is their last day"))
    def end_today(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        """End appointments; whoever decides last stays."""
        today = timezone.localdate()

        def end(row: Appointment) -> object:
            return end_appointment(appointment=row, last_on=today, by=request.user)  # type: ignore[arg-type]

        carry_out(request, queryset, end, one="%(count)s appointment ended.", many="%(count)s appointments ended.")

    @admin.action(description=_("Let the chosen appointments go on: take their last day away"))
    def go_on(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        """Take the end of appointments back; of what has ended, begin anew today."""
        if queryset.filter(member__user=request.user.pk).exists() and must_confirm(request):
            return

        def resume(row: Appointment) -> object:
            found = resume_appointment(appointment=row, by=request.user)  # type: ignore[arg-type]
            if found.pk != row.pk and row.until_on is not None:
                words = gettext("%(person)s: the appointment until %(day)s stays as it was. A new one begins today.")
                names = {"person": row.member.name, "day": date_format(row.until_on, "j F Y")}
                messages.info(request, words % names)
            return found

        words = {"one": "%(count)s appointment goes on.", "many": "%(count)s appointments go on."}
        carry_out(request, queryset, resume, **words)

    @admin.action(description=_("Withdraw the chosen appointments, they were a mistake… (asks why)"))
    def withdraw_chosen(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> HttpResponse | None:
        """Lead to the page that asks why."""
        return self.lead_to_chosen(request, "withdraw", queryset)

    def withdraw_view(self, request: HttpRequest, rows: QuerySet[Appointment]) -> HttpResponse | None:
        """Ask why, and let the appointments count no more."""
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            title = gettext("Withdraw appointments that were a mistake")
            return self.draw(request, "withdraw", title=title, rows=rows, form=form)

        def withdraw(row: Appointment) -> object:
            reason = form.cleaned_data["reason"]
            found = withdraw_appointment(appointment=row, reason=reason, by=request.user)  # type: ignore[arg-type]
            if found.withdrawn_at is None:
                words = gettext("%(person)s acted as coordinator meanwhile, which stands: today is the last day.")
                messages.warning(request, words % {"person": row.member.name})
            return found

        words = {"one": "%(count)s appointment taken back.", "many": "%(count)s appointments taken back."}
        carry_out(request, rows, withdraw, **words)
        return None

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
            note_absence(appointment=row, until=obj.absent_until, by=form.by)
            return
        if form.is_ended_earlier(obj.until_on):
            end_appointment(appointment=obj, last_on=obj.until_on, by=form.by)
        elif "until_on" in form.changed_data:
            resume_appointment(appointment=obj, last_on=obj.until_on, by=form.by)
        if "until_on" in form.changed_data:
            form.changed_data.remove("until_on")
        # Only this one: what became of the rest meanwhile is the actions' to say.
        if "absent_until" in form.changed_data:
            note_absence(appointment=obj, until=obj.absent_until, by=form.by)
            form.changed_data.remove("absent_until")

    def keep(self, by: User, row: Any, changes: dict[str, Any], *, is_new: bool) -> None:
        """Leave a new appointment's event to its action."""
        if not is_new:
            super().keep(by, row, changes, is_new=is_new)
