"""Working groups and the titles they had."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.actions.working_group import retitle
from community.admin.base import EntryAdmin, ReadOnlyInline, rehearse
from community.admin.code import CodeForm
from community.admin.sheets import SheetAdmin
from community.forms.dates import DayField
from community.imports.working_group import WorkingGroupImport
from community.models import Appointment, WorkingGroup, WorkingGroupTitle
from community.validators import plain_line


class WorkingGroupForm(CodeForm):
    """A group; a new title holds from a day on, and the old one stays known."""

    new_title = forms.CharField(
        label=_("New title"),
        required=False,
        max_length=160,
        validators=[plain_line],
        help_text=_("Left empty, the title stays."),
    )
    new_title_from = DayField(
        label=_("Holds from"), required=False, help_text=_("The first day of the new title. The old one stays known.")
    )
    new_title_source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=300,
        validators=[plain_line],
        help_text=_("Where the new title stands, such as the minutes of a meeting."),
    )
    seen_besides = ("title",)

    def clean(self) -> dict[str, Any]:
        """Try the new title.

        Raises:
            ValidationError: the day is missing, or not after the beginning of the present title.
        """
        cleaned = super().clean()
        if self.instance.pk is not None and cleaned.get("new_title") and not self.errors:
            if cleaned.get("new_title_from") is None:
                raise ValidationError({"new_title_from": _("Give the day from which the new title holds.")})
            rehearse(lambda: self.rename(self.instance))
        return cleaned

    def rename(self, group: WorkingGroup) -> WorkingGroup:
        """Give the group its new title."""
        new = self.cleaned_data
        return retitle(
            working_group=group,
            title=new["new_title"],
            from_on=new["new_title_from"],
            source=new["new_title_source"],
            by=self.by,
        )


class TitleInline(ReadOnlyInline):
    """The titles over time."""

    model = WorkingGroupTitle
    fields = ("title", "from_on", "until_on", "source")
    readonly_fields = fields


class CoordinatorInline(ReadOnlyInline):
    """Who coordinates: appointed and ended under "Appointments"."""

    model = Appointment
    fields = ("member", "from_on", "until_on", "absent_until", "withdrawn_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        """Load the persons at once."""
        rows: QuerySet[Appointment] = super().get_queryset(request).select_related("member", "working_group")
        return rows


@admin.register(WorkingGroup)
class WorkingGroupAdmin(SheetAdmin, EntryAdmin):
    """Working groups."""

    form = WorkingGroupForm
    sheet = WorkingGroupImport
    list_display = ("code", "title", "is_active", "order")
    list_filter = ("is_active",)
    search_fields = ("code", "title")
    folded_in_memory = True
    ordering = ("order", "code", "pk")
    fixed_fields = ("code", "title")
    inlines = (TitleInline, CoordinatorInline)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Offer a new title only where there is an old one."""
        own = (None, {"fields": ("code", "title", "about", "order", "is_active")})
        new = (_("Give it a new title"), {"fields": ("new_title", "new_title_from", "new_title_source")})
        return (own,) if obj is None else (own, new)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the group; a new group's title begins its list of titles, a new title goes through its action."""
        super().save_model(request, obj, form, change)
        if not change:
            obj.titles.create(title=obj.title, from_on=timezone.localdate())
        elif form.cleaned_data.get("new_title"):
            form.rename(obj)
            for name in ("new_title", "new_title_from", "new_title_source"):
                if name in form.changed_data:
                    form.changed_data.remove(name)
