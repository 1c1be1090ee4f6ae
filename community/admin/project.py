"""Projects and their consortia."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from community.admin.base import EntryAdmin, TakenAwayInline
from community.admin.code import CodeForm
from community.admin.fields import CountriesField, WordsField
from community.admin.sheets import SheetAdmin
from community.imports.project import PartnershipImport, ProjectImport
from community.models import Partnership, Project


class ProjectForm(CodeForm):
    """A project; lists are written with commas."""

    countries = CountriesField(label=_("Countries"))
    uncertain = WordsField(label=_("Uncertain fields"))


class PartnershipInline(TakenAwayInline):
    """The consortium: lead partner, project partners, associated partners."""

    model = Partnership
    verbose_name_plural = _("The consortium. “Delete” is for mistakes; what is over gets a last day")
    autocomplete_fields = ("organisation",)
    fields = ("organisation", "role", "from_on", "until_on")


@admin.register(Project)
class ProjectAdmin(SheetAdmin, EntryAdmin):
    """Projects, with their partners below."""

    form = ProjectForm
    sheet = ProjectImport
    more_sheets = (PartnershipImport,)
    list_display = ("acronym", "title", "family", "type", "starts_on", "ends_on")
    list_filter = ("family", "type")
    search_fields = ("search_text",)
    ordering = ("family", "acronym_key", "pk")
    autocomplete_fields = ("specific_objective",)
    fixed_fields = ("code",)
    inlines = (PartnershipInline,)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Make the code of the acronym while the project is new."""
        return {"code": ("acronym",)} if obj is None else {}
