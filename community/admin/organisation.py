"""Organisations: entered by anybody who needs one, confirmed here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from community.actions.organisation import verify_organisation
from community.admin.base import EntryAdmin, TakenAwayInline
from community.admin.filters import ValuesFilter
from community.admin.merging import MergeAdmin, MergedFilter
from community.admin.sheets import SheetAdmin
from community.admin.user import carry_out
from community.imports.organisation import OrganisationImport
from community.models import Organisation, Partnership


class PartnershipInline(TakenAwayInline):
    """The consortia in which the organisation stands."""

    model = Partnership
    verbose_name_plural = _("Consortia. “Delete” is for mistakes; what is over gets a last day")
    autocomplete_fields = ("project",)
    fields = ("project", "role", "from_on", "until_on")


@admin.register(Organisation)
class OrganisationAdmin(MergeAdmin, SheetAdmin, EntryAdmin):
    """Organisations; the unconfirmed ones are one press away."""

    sheet = OrganisationImport
    list_display = ("name", "short_name", "country", "kind", "is_verified", "merged_into")
    list_filter = ("is_verified", ("country", ValuesFilter), "kind", MergedFilter)
    list_select_related = ("kind", "merged_into")
    search_fields = ("search_text",)
    ordering = ("name_key", "pk")
    autocomplete_fields = ("kind", "territory")
    readonly_fields = ("merged_into", "created_at")
    fields = (
        "name",
        "short_name",
        "country",
        "kind",
        "territory",
        "website",
        "is_verified",
        "merged_into",
        "created_at",
    )
    inlines = (PartnershipInline,)
    actions = ("verify", "merge_two")

    @admin.action(description=_("Confirm the chosen organisations"))
    def verify(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Confirm organisations."""

        def confirm(row: Organisation) -> object:
            return verify_organisation(organisation=row, by=request.user)  # type: ignore[arg-type]

        words = {"one": "%(count)s organisation confirmed.", "many": "%(count)s organisations confirmed."}
        carry_out(request, queryset, confirm, **words)
