"""Files on a stage or an outcome: added, fetched, removed. Files of the room are fetched at the same address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from clusters.actions import evidence as actions
from clusters.forms.evidence import EvidenceForm, RemoveForm
from clusters.models import Cluster
from clusters.permissions import can_correct, can_work
from clusters.rules.evidence import evidence_by_outcome, evidence_by_stage, file_of, likely_holder
from clusters.rules.joining import can_contribute
from clusters.rules.room_files import room_file_of
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, part_of, status_of
from community.models import File
from community.permissions import Refusal
from community.views.answers import INERT, handed_out

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


@dataclass(frozen=True)
class Part:
    """A kind of part that has files: where it stands, who adds files to it and who removes any, and by which actions.

    `files` and `page` are names of addresses: the part's files, and the page on which it stands.
    """

    kind: str
    tab: str
    files: str
    page: str
    back: str | Promise
    kept: str | Promise
    rows: Callable[[Cluster], Any]
    by_row: Callable[..., dict[int, list[File]]]
    may_add: Callable[..., Any]
    may_keep: Callable[..., Any]
    add: Callable[..., File]
    remove: Callable[..., File]
    asks_why: bool = False


STAGE = Part(
    "stage",
    "roadmap",
    "clusters:stage_evidence",
    "clusters:roadmap",
    gettext_lazy("Back to the roadmap"),
    gettext_lazy("“%(title)s” is kept with the stage."),
    lambda cluster: cluster.stages,
    evidence_by_stage,
    can_contribute,
    can_work,
    lambda row, **given: actions.add_evidence(stage=row, **given),
    lambda row, **given: actions.remove_evidence(**given),
)
OUTCOME = Part(
    "outcome",
    "outcomes",
    "clusters:outcome_evidence",
    "clusters:outcomes",
    gettext_lazy("Back to the outcomes"),
    gettext_lazy("“%(title)s” is kept with the outcome."),
    lambda cluster: cluster.outcomes,
    evidence_by_outcome,
    can_correct,
    can_correct,
    lambda row, **given: actions.add_outcome_file(outcome=row, **given),
    lambda row, **given: actions.remove_outcome_file(outcome=row, **given),
    asks_why=True,
)
PARTS = {part.kind: part for part in (STAGE, OUTCOME)}


class PartFilesView(View):
    """The files of one part of a cluster, and the form that adds one."""

    part: ClassVar[Part]

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the form."""
        cluster, row = self._load(request, reference, pk)
        return self._page(request, cluster, row, EvidenceForm(rights_holder=likely_holder(request.user, cluster)))

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Keep the file; one that is refused comes back with its sentence, and has to be chosen again."""
        cluster, row = self._load(request, reference, pk)
        form = EvidenceForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, cluster, row, form, status=INVALID)
        try:
            file = self.part.add(row, by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, cluster, row, form, status=status_of(refusal, form))
        messages.success(request, self.part.kept % {"title": file.title})
        return redirect(self.part.files, cluster.name, row.pk)

    def _load(self, request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, Any]:
        """Return cluster and part for somebody who may add files."""
        cluster = load(request, reference)
        row = part_of(self.part.rows(cluster), pk)
        ask(self.part.may_add(request.user, cluster))
        return cluster, row

    def _page(
        self, request: SignedInRequest, cluster: Cluster, row: Any, form: EvidenceForm, *, status: int = 200
    ) -> HttpResponse:
        context = {
            **frame(request, cluster, self.part.tab),
            "row": row,
            "deliverable": getattr(row, "deliverable", ""),
            "form": form,
            "files": self.part.by_row(request.user, cluster).get(row.pk, []),
            "removes_all": bool(self.part.may_keep(request.user, cluster)),
            "action_url": reverse(self.part.files, args=[cluster.name, row.pk]),
            "back_url": f"{reverse(self.part.page, args=[cluster.name])}#{self.part.kind}-{row.pk}",
            "back": self.part.back,
        }
        return render(request, "clusters/evidence/files.html", context, status=status)


class StageEvidenceView(PartFilesView):
    """`/clusters/<reference>/roadmap/<pk>/files/`."""

    part = STAGE


class OutcomeEvidenceView(PartFilesView):
    """`/clusters/<reference>/outcomes/<pk>/files/`."""

    part = OUTCOME


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
    """`/clusters/<reference>/files/<pk>/remove/`: off its stage; or off its outcome, which asks why."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Ask once more."""
        cluster = load(request, reference)
        return self._page(request, cluster, self._own(request, cluster, pk), RemoveForm())

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Take it off."""
        cluster = load(request, reference)
        file = self._own(request, cluster, pk)
        part, form = PARTS[file.kind], RemoveForm(request.POST)
        if part.asks_why and not form.is_valid():
            return self._page(request, cluster, file, form, status=INVALID)
        why = {"reason": form.cleaned_data["reason"]} if part.asks_why else {}
        try:
            part.remove(part_of(part.rows(cluster), file.subject_id), file=file, by=request.user, **why)
        except Refusal as refusal:
            messages.error(request, str(refusal.reason))
        else:
            messages.success(request, _("“%(title)s” is removed.") % {"title": file.title})
        return redirect(part.files, cluster.name, file.subject_id)

    def _own(self, request: SignedInRequest, cluster: Cluster, pk: int) -> File:
        """Return a file that this person may remove: any for who keeps its part, their own where they add some."""
        file = _file(request, cluster, pk)
        part, is_own = PARTS[file.kind], file.uploaded_by_id == request.user.pk
        ask(part.may_add(request.user, cluster) if is_own else part.may_keep(request.user, cluster))
        return file

    def _page(
        self, request: SignedInRequest, cluster: Cluster, file: File, form: RemoveForm, *, status: int = 200
    ) -> HttpResponse:
        part = PARTS[file.kind]
        context = {
            **frame(request, cluster, part.tab),
            "file": file,
            "form": form if part.asks_why else None,
            "back_url": reverse(part.files, args=[cluster.name, file.subject_id]),
        }
        return render(request, "clusters/evidence/remove.html", context, status=status)


def _file(request: HttpRequest, cluster: Cluster, pk: int) -> File:
    """Return a file of the cluster's stages or outcomes.

    Raises:
        Http404: it is gone, of another cluster, or not open to this person.
    """
    file = file_of(request.user, cluster, pk)
    if file is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    return file
