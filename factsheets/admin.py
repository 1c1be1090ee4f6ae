"""Issued documents in the Django admin: read only, because the database refuses every change anyway."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from community.admin.base import ReadOnly
from factsheets.models import CopReport, Delivery, Edition, Issue


class ReadOnlyMixin(ReadOnly):
    """Nothing can be added, changed or deleted; administrators may look."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: documents come from issuing."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False


class EditionInline(ReadOnlyMixin, admin.TabularInline):  # type: ignore[type-arg]
    """The editions of an issue."""

    model = Edition
    extra = 0
    fields = (
        "language",
        "revision",
        "why",
        "state",
        "made_at",
        "pages",
        "pdf_sha256",
        "data_sha256",
        "table_sha256",
        "pdf_problem",
    )
    readonly_fields = fields


@admin.register(Issue)
class IssueAdmin(ReadOnlyMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Versions of documents, found by reference or title."""

    list_display = ("reference", "version", "kind", "face", "title", "issued_at", "page")
    list_filter = ("kind", "face")
    search_fields = ("reference", "title")
    ordering = ("-issued_at", "-pk")
    show_full_result_count = False
    exclude = ("snapshot",)
    inlines = (EditionInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Issue]:
        """Leave the long snapshots in the database."""
        rows: QuerySet[Issue] = super().get_queryset(request).defer("snapshot")
        return rows

    @admin.display(description=_("page"))
    def page(self, issue: Issue) -> SafeString:
        """Link to the document's page."""
        return format_html('<a href="/clusters/{}/factsheet/">{}</a>', issue.reference, issue.reference)


@admin.register(CopReport)
class CopReportAdmin(ReadOnlyMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Reports to the community of practice."""

    list_display = ("from_on", "until_on", "working_group")
    list_select_related = ("working_group",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """To whom a report went."""

    list_display = ("report", "member", "message")
    list_select_related = ("report", "member", "message")
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow no lookup through relations from the address."""
        return "__" not in lookup
