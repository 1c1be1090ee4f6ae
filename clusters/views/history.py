"""The page of a cluster's history."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View

from clusters.relatives import took_it_in
from clusters.rules.dossier import can_take_dossier
from clusters.rules.proposal_comments import can_read_comments, was_commented
from clusters.tables.history import page_of_history
from clusters.views.cluster import frame, load


@method_decorator(login_not_required, name="dispatch")
class ClusterHistoryView(View):
    """`/clusters/<reference>/history/`: what happened, newest first, filtered by what the address says."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show a page of events, those of clusters that were merged into this one too."""
        cluster = load(request, reference)
        if (kept := took_it_in(cluster, request.user)) is not None:
            return redirect("clusters:history", reference=kept.name, permanent=True)
        filters, page = page_of_history(cluster, request.user, request.GET)
        context = {"filter": filters, "form": filters.form, "page_obj": page, "clear_url": request.path}
        context["has_comments"] = bool(can_read_comments(request.user, cluster)) and was_commented(cluster)
        context["may_take_dossier"] = bool(can_take_dossier(request.user, cluster))
        return render(request, "clusters/cluster/history.html", {**frame(request, cluster, "history"), **context})
