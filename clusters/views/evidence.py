"""Files on a stage: added, fetched, removed. Files of the room are fetched at the same address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions.evidence import add_evidence, remove_evidence
from clusters.forms.evidence import EvidenceForm
from clusters.models import Cluster, Stage
from clusters.permissions import can_work
from clusters.rules.evidence import evidence_by_stage, file_of, likely_holder
from clusters.rules.joining import can_contribute
from clusters.rules.room_files import room_file_of
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, part_of, status_of
from community.models import File
from community.permissions import Refusal
from community.views.answers import INERT, handed_out

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class StageEvidenceView(View):
    """`/clusters/<reference>/roadmap/<pk>/files/`: the files of a stage, and the form that adds one."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the form."""
        cluster, stage = self._load(request, reference, pk)
        return self._page(request, cluster, stage, EvidenceForm(rights_holder=likely_holder(request.user, cluster)))

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Keep the file; one that is refused comes back with its sentence, and has to be chosen again."""
        cluster, stage = self._load(request, reference, pk)
        form = EvidenceForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, cluster, stage, form, status=INVALID)
        try:
            file = add_evidence(stage=stage, by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, cluster, stage, form, status=status_of(refusal, form))
        messages.success(request, _("“%(title)s” is kept with the stage.") % {"title": file.title})
        return redirect("clusters:stage_evidence", cluster.name, stage.pk)

    def _load(self, request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, Stage]:
        """Return cluster and stage for somebody who may add files."""
        cluster = load(request, reference)
        stage = part_of(cluster.stages, pk)
        ask(can_contribute(request.user, cluster))
        return cluster, stage

    def _page(
        self, request: SignedInRequest, cluster: Cluster, stage: Stage, form: EvidenceForm, *, status: int = 200
    ) -> HttpResponse:
        context = {
            **frame(request, cluster, "roadmap"),
            "stage": stage,
            "form": form,
            "files": evidence_by_stage(request.user, cluster).get(stage.pk, []),
            "removes_all": bool(can_work(request.user, cluster)),
        }
        return render(request, "clusters/evidence/stage.html", context, status=status)


@method_decorator(login_not_required, name="dispatch")
class FileView(View):
    """`/clusters/<reference>/files/<pk>/`: the file itself, to be saved and never shown in the site's own name."""

    @method_decorator(csp_replace(INERT))
    def get(self, request: HttpRequest, reference: str, pk: int) -> HttpResponse:
        """Hand out the bytes to whoever may fetch them."""
        cluster = load(request, reference)
        file = room_file_of(request.user, cluster, pk) or _file(request, cluster, pk)
        return handed_out(file)


class FileRemoveView(View):
    """`/clusters/<reference>/files/<pk>/remove/`."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Ask once more."""
        cluster = load(request, reference)
        file = self._own(request, cluster, pk)
        return render(request, "clusters/evidence/remove.html", {**frame(request, cluster, "roadmap"), "file": file})

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Take it off its stage."""
        cluster = load(request, reference)
        file = self._own(request, cluster, pk)
        try:
            remove_evidence(file=file, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal.reason))
        else:
            messages.success(request, _("“%(title)s” is removed.") % {"title": file.title})
        return redirect("clusters:stage_evidence", cluster.name, file.subject_id)

    def _own(self, request: SignedInRequest, cluster: Cluster, pk: int) -> File:
        """Return a file that this person may remove: their own, or any for who keeps the roadmap."""
        file = _file(request, cluster, pk)
        is_own = file.uploaded_by_id == request.user.pk
        ask(can_contribute(request.user, cluster) if is_own else can_work(request.user, cluster))
        return file


def _file(request: HttpRequest, cluster: Cluster, pk: int) -> File:
    """Return a file of the cluster's stages.

    Raises:
        Http404: it is gone, of another cluster, or not open to this person.
    """
    file = file_of(request.user, cluster, pk)
    if file is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    return file
