"""Vocabularies, territories and the words of pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import texts
from community.admin.base import EntryAdmin
from community.admin.code import CodeForm
from community.admin.fields import LabelsField
from community.admin.filters import ValuesFilter
from community.admin.sheets import SheetAdmin
from community.imports.vocabulary import TermImport, TerritoryImport
from community.models import Term, Territory, Text
from community.texts import PLACES


class TermForm(CodeForm):
    """A term with a label per language."""

    code_within = ("vocabulary",)

    labels = LabelsField(label=_("Labels"))


@admin.register(Term)
class TermAdmin(SheetAdmin, EntryAdmin):
    """Terms; one in use is retired, never deleted."""

    form = TermForm
    sheet = TermImport
    list_display = ("label", "vocabulary", "code", "order", "is_retired")
    list_filter = ("vocabulary", "is_retired")
    search_fields = ("code", "labels")
    folded_in_memory = True
    ordering = ("vocabulary", "order", "pk")
    fixed_fields = ("vocabulary", "code")


class TerritoryForm(CodeForm):
    """A territory, known by its code and NUTS version."""

    code_within = ("nuts_version",)


@admin.register(Territory)
class TerritoryAdmin(SheetAdmin, EntryAdmin):
    """Territories with their NUTS version."""

    form = TerritoryForm
    sheet = TerritoryImport
    list_display = ("name", "code", "nuts_version", "level", "country", "is_programme_region")
    list_filter = ("level", ("nuts_version", ValuesFilter), "is_programme_region", ("country", ValuesFilter))
    search_fields = ("name", "code")
    folded_in_memory = True
    ordering = ("country", "code", "nuts_version", "pk")
    autocomplete_fields = ("maps_to",)
    fixed_fields = ("code", "nuts_version")


@admin.register(Text)
class TextAdmin(EntryAdmin):
    """Words of pages, in CommonMark."""

    list_display = ("code", "language", "title", "changed_at")
    list_filter = ("language",)
    search_fields = ("code", "title")
    ordering = ("code", "language", "pk")
    fields = ("code", "language", "title", "body", "changed_at")
    readonly_fields = ("changed_at",)
    fixed_fields = ("code", "language")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the places where words may stand, and the languages of the pages."""
        if db_field.name == "code":
            hint = _("On which page, and where on it, the words stand.")
            return forms.ChoiceField(label=_("Place"), choices=[("", "–"), *PLACES.items()], help_text=hint)
        if db_field.name == "language":
            return forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Note when the words were changed, and show them."""
        obj.changed_at = timezone.now()
        super().save_model(request, obj, form, change)
        transaction.on_commit(texts.forget, robust=True)
