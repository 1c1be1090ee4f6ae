"""Issued documents in the Django admin: read only, because the database refuses every change anyway."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from community.admin.base import ReadOnlyInline, RecordAdmin
from community.admin.pages import WithPage
from factsheets.models import CopReport, Delivery, Edition, Issue


class EditionInline(ReadOnlyInline):
    """The editions of an issue."""

    model = Edition
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
class IssueAdmin(WithPage, RecordAdmin):
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

    def address_of(self, row: Issue) -> str:
        """Return the page of what it is about, which leads to all its versions: one that is being made has none yet."""
        return row.subject_url


@admin.register(CopReport)
class CopReportAdmin(WithPage, RecordAdmin):
    """Reports to the community of practice."""

    list_display = ("from_on", "until_on", "working_group", "state", "page")
    list_select_related = ("working_group",)

    def address_of(self, row: CopReport) -> str:
        """Return the page of the report, or where its draft is put together."""
        return row.get_absolute_url()


@admin.register(Delivery)
class DeliveryAdmin(WithPage, RecordAdmin):
    """To whom a report went."""

    list_display = ("report", "member", "message", "page")
    list_select_related = ("report", "member", "message")
    show_full_result_count = False

    def address_of(self, row: Delivery) -> str:
        """Return the page of the report."""
        return row.report.get_absolute_url()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow no lookup through relations from the address."""
        return "__" not in lookup
