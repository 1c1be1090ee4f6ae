"""Clusters in the Django admin: looked at, never moved; every verb stands on the cluster's page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clusters.imports.cluster import ClusterImport
from clusters.models import Cluster, Decision, Objective, Outcome, Participation, Stage
from community.admin.base import ReadOnlyInline, RecordAdmin
from community.admin.sheets import SheetAdmin


def link_to(cluster: Cluster) -> SafeString:
    """Return a link to the cluster's page, where everything is done."""
    return format_html('<a href="{}">{}</a>', cluster.get_absolute_url(), _("Open its page"))


class ObjectiveInline(ReadOnlyInline):
    """What the cluster wants to reach."""

    model = Objective
    fields = ("text", "criterion", "measured", "is_reached", "is_partly")
    readonly_fields = fields


class StageInline(ReadOnlyInline):
    """The roadmap."""

    model = Stage
    fields = ("title", "planned_start_on", "planned_end_on", "actual_start_on", "actual_end_on", "status")
    readonly_fields = fields


class ParticipationInline(ReadOnlyInline):
    """Who takes part."""

    model = Participation
    fk_name = "cluster"
    fields = ("member", "organisation", "role", "status", "from_on", "until_on")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participation]:
        """Load persons and organisations at once."""
        rows: QuerySet[Participation] = super().get_queryset(request).select_related("member", "organisation")
        return rows


class DecisionInline(ReadOnlyInline):
    """What was decided: append-only."""

    model = Decision
    fields = ("verb", "capacity", "working_group", "decided_by", "decided_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        """Load persons and groups at once."""
        rows: QuerySet[Decision] = super().get_queryset(request).select_related("working_group", "decided_by")
        return rows


class OutcomeInline(ReadOnlyInline):
    """What came of it."""

    model = Outcome
    fields = ("kind", "title", "reached_on")
    readonly_fields = fields


@admin.register(Cluster)
class ClusterAdmin(SheetAdmin, RecordAdmin):
    """All clusters but other people's drafts."""

    sheet = ClusterImport
    list_display = ("name", "title", "state", "working_group", "lead_organisation", "starts_on", "ends_on", "page")
    list_filter = ("state", "working_group", "focus", "is_recorded_afterwards")
    list_select_related = ("working_group", "lead_organisation")
    search_fields = ("search_text",)
    ordering = ("-updated_at", "-pk")
    exclude = ("search_text", "draft_code")
    readonly_fields = (
        "page",
        "state",
        "state_since",
        "submitted_at",
        "approved_at",
        "is_recorded_afterwards",
        "version",
    )
    inlines = (ObjectiveInline, StageInline, ParticipationInline, DecisionInline, OutcomeInline)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Lead to the cluster's page first."""
        return ["page", *(name for name in super().get_fields(request, obj) if name != "page")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cluster]:
        """Keep what the administrator may see: all but drafts of others."""
        rows: Any = super().get_queryset(request)
        seen: QuerySet[Cluster] = rows.visible_to(request.user)
        return seen

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as the register does."""
        rows: Any = queryset
        return (rows.matching(search_term) if search_term.strip() else rows), False

    @admin.display(description=_("page"))
    def page(self, cluster: Cluster) -> SafeString:
        """Link to the cluster's page."""
        return link_to(cluster)


@admin.register(Decision)
class DecisionAdmin(RecordAdmin):
    """All decisions, newest first."""

    list_display = ("decided_at", "verb", "cluster", "capacity", "working_group", "page")
    list_filter = ("verb", "capacity", "working_group")
    list_select_related = ("cluster", "working_group")
    search_fields = ("cluster__reference",)
    ordering = ("-decided_at", "-pk")
    fields = (
        "page",
        "cluster",
        "verb",
        "capacity",
        "working_group",
        "decided_by",
        "decided_at",
        "checklist",
        "content_hash",
    )
    readonly_fields = fields

    @admin.display(description=_("page"))
    def page(self, decision: Decision) -> SafeString:
        """Link to the cluster's page."""
        return link_to(decision.cluster)
