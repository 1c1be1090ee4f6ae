"""Who reads a draft before it is proposed: one page with the readers, a search, and two buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions.draft_share import share_draft, unshare_draft
from clusters.forms.proposal_choices import found_members, known_members
from clusters.models import Cluster
from clusters.permissions import can_edit_proposal
from community.access import get_visible
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class DraftShareView(LoginRequiredMixin, View):
    """`/clusters/<reference>/edit/readers/`: proposer and named lead show the draft to members."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the readers, and members whom the query finds."""
        cluster = self._open(request, reference)
        query = request.GET.get("q", "")
        readers = [share.member for share in cluster.shares.select_related("member")]
        here = {cluster.proposer_id, cluster.lead_id, *(member.pk for member in readers)}
        context = {
            "cluster": cluster,
            "readers": readers,
            "query": query,
            "found": [member for member in found_members(request.user, query) if member.pk not in here],
        }
        part = "clusters/proposal/_found_readers.html"
        return render(request, part if request.htmx else "clusters/proposal/readers.html", context)

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Share with a member, or take a reader off."""
        cluster = self._open(request, reference)
        if key := request.POST.get("remove", ""):
            if unshare_draft(cluster=cluster, reader_key=key, by=request.user):
                messages.success(request, _("The draft is hidden from one reader again."))
            return redirect("clusters:draft_readers", cluster.name)
        reader = known_members(request.user, [request.POST.get("reader", "")], ()).get(request.POST.get("reader", ""))
        if reader is None:
            messages.error(request, _("Choose a member from the directory."))
            return redirect("clusters:draft_readers", cluster.name)
        try:
            if share_draft(cluster=cluster, reader=reader, by=request.user):
                messages.success(request, _("%(name)s reads the draft now.") % {"name": reader.name})
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("clusters:draft_readers", cluster.name)

    def _open(self, request: SignedInRequest, reference: str) -> Cluster:
        """Return the draft.

        Raises:
            Http404: the person may not see it.
            PermissionDenied: the person may not write in it; says why.
        """
        cluster = get_visible(Cluster.objects.by_name(reference).for_page(), request.user)
        verdict = can_edit_proposal(request.user, cluster)
        if not verdict:
            raise PermissionDenied(str(verdict.reason))
        return cluster
