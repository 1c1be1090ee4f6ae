"""Needs and solutions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from community.admin.base import EntryAdmin
from community.admin.filters import NamedEmptyFilter
from community.admin.pages import WithPage
from community.admin.sheets import SheetAdmin
from community.imports.keep import KeepImport
from community.imports.solution import SolutionImport
from community.models import Need, Solution


@admin.register(Need)
class NeedAdmin(WithPage, EntryAdmin):
    """Needs that members raised; an administrator corrects their words, and says how far one is on its page."""

    may_add = False
    list_display = ("question", "raised_by", "organisation", "urgency", "status", "raised_at", "page")
    list_filter = ("status", "urgency")
    list_select_related = ("raised_by", "organisation")
    search_fields = ("search_text",)
    ordering = ("-raised_at", "-pk")
    autocomplete_fields = ("organisation", "territories", "challenges", "solution_types")
    readonly_fields = ("raised_by", "raised_at", "status", "status_note")


@admin.register(Solution)
class SolutionAdmin(WithPage, SheetAdmin, EntryAdmin):
    """The catalogue of solutions; an administrator corrects words, a coordinator publishes on the solution's page."""

    sheet = SolutionImport
    more_sheets = (KeepImport,)

    list_display = ("title", "project", "type", "maturity", "status", "page")
    list_filter = ("status", ("type", NamedEmptyFilter), ("maturity", NamedEmptyFilter))
    list_select_related = ("project", "type", "maturity")
    search_fields = ("search_text",)
    ordering = ("title_key", "pk")
    autocomplete_fields = ("project", "type", "maturity", "challenges", "tested_in", "contact")
    readonly_fields = ("status",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Note who wrote the words; of something that was published before they are its next version."""
        obj.written_by = request.user
        if change and form.changed_data and obj.published_at is not None:
            obj.published_version += 1
        super().save_model(request, obj, form, change)
