"""The roadmap's page, and each stage edited where it stands (htmx) or on a page of its own (without script)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django_htmx.http import reswap, retarget

from clusters import pictures
from clusters.actions import roadmap as actions
from clusters.forms.roadmap import CompleteForm, DropForm, NoteForm, SeenForm, StageForm
from clusters.models import Cluster, Stage
from clusters.permissions import can_work
from clusters.pictures.snapshot import RoadmapPictures
from clusters.rules.evidence import evidence_by_stage
from clusters.rules.joining import can_contribute
from clusters.rules.roadmap import end_warnings, outside_cluster
from clusters.tables.roadmap import Roadmap, roadmap_of
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, answer, ask, part_of, status_of
from community.forms.merging import MergingForm
from community.permissions import Refusal, Verdict
from community.validators import is_key

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

REGION = "clusters/roadmap/_roadmap.html"
PAGE = "clusters/roadmap/roadmap.html"
FORM = "clusters/roadmap/_stage_form.html"
FORM_PAGE = "clusters/roadmap/stage_form.html"


@method_decorator(login_not_required, name="dispatch")
class RoadmapView(View):
    """`/clusters/<reference>/roadmap/`: the picture, and the stages as a table or, for the lead, to work on."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show the roadmap to whoever sees the cluster."""
        cluster = load(request, reference)
        return render(request, PAGE, {**frame(request, cluster, "roadmap"), **region(request, cluster)})


class StageCreateView(View):
    """`/clusters/<reference>/roadmap/add/`."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show an empty form; `?leave` puts it away."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        if "leave" in request.GET:
            place = "clusters/roadmap/_stage_new.html"
            return render(request, place) if request.htmx else redirect("clusters:roadmap", cluster.name)
        form = StageForm(cluster=cluster, on=timezone.localdate())
        return _form_answer(request, cluster, form, _adding(cluster))

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Add the stage at the end; a form sent twice adds one."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        form = StageForm(request.POST, cluster=cluster, on=timezone.localdate())
        if not form.is_valid():
            return _form_answer(request, cluster, form, _adding(cluster), status=INVALID)
        try:
            stage = actions.add_stage(cluster=cluster, by=request.user, **form.values())
        except Refusal as refusal:
            return _form_answer(request, cluster, form, _adding(cluster), status=status_of(refusal, form))
        return saved_answer(request, cluster, stage, _("Stage %(number)d added."), closed="new")


class StageDetailView(View):
    """`/clusters/<reference>/roadmap/<pk>/`: one row, for leaving its form; without script, the roadmap at it."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the row as it is saved."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        stage = part_of(cluster.stages, pk)
        if not request.htmx:
            return redirect(_address(cluster, stage))
        context = {**region(request, cluster), "focus": stage.pk}
        context["row"] = context["roadmap"].row(stage.pk)
        return render(request, "clusters/roadmap/_stage_row.html", context)


class StageFormView(View):
    """Base of the pages that ask something before they write in a stage."""

    url_name = "stage_update"
    form_class: type[Any] = StageForm
    action: Callable[..., Stage]
    heading: Any
    button: Any
    done: Any
    kind = "primary"
    may: Callable[..., Verdict] = staticmethod(can_work)

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the form, filled from the stage as it is saved."""
        cluster, stage = self._load(request, reference, pk)
        form = self.form_class(**self._made_of(cluster, stage))
        return _form_answer(request, cluster, form, self._context(cluster, stage))

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write; a stale edit comes back with both texts, one that is refused with its sentence."""
        cluster, stage = self._load(request, reference, pk)
        made_of = self._made_of(cluster, stage)
        form = self.form_class(request.POST, **made_of)
        context = self._context(cluster, stage)
        if not form.is_valid():
            return _form_answer(request, cluster, form, context, status=INVALID)
        seen = form.cleaned_data["seen_version"]
        try:
            saved = type(self).action(stage=stage, by=request.user, seen_version=seen, **form.values())
        except Refusal as refusal:
            status = status_of(refusal, form)
            if refusal.code == "stale":
                form, context = form.merged(**made_of), {**context, "conflict": refusal.reason}
            return _form_answer(request, cluster, form, context, status=status)
        return saved_answer(request, cluster, saved, self.done, closed=str(stage.pk))

    def _load(self, request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, Stage]:
        """Return cluster and stage for somebody who may work on them."""
        cluster = load(request, reference)
        ask(type(self).may(request.user, cluster))
        return cluster, part_of(cluster.stages, pk)

    def _made_of(self, cluster: Cluster, stage: Stage) -> dict[str, Any]:
        return {"cluster": cluster, "stage": stage, "on": timezone.localdate()}

    def _context(self, cluster: Cluster, stage: Stage) -> dict[str, Any]:
        """Return the words around the form."""
        row = roadmap_of(cluster, on=timezone.localdate()).row(stage.pk)
        words = {"number": row.number}
        return {
            "row": row,
            "ident": f"stage-{stage.pk}",
            "open": stage.pk,
            "heading": self.heading % words,
            "button": self.button % words,
            "button_kind": self.kind,
            "action_url": reverse(f"clusters:{self.url_name}", args=[cluster.name, stage.pk]),
            "cancel_url": reverse("clusters:stage_detail", args=[cluster.name, stage.pk]),
            "is_edit": self.form_class is StageForm,
        }


class StageUpdateView(StageFormView):
    """`/clusters/<reference>/roadmap/<pk>/edit/`."""

    action = staticmethod(actions.update_stage)
    heading = gettext_lazy("Edit stage %(number)d")
    button = gettext_lazy("Save stage %(number)d")
    done = gettext_lazy("Stage %(number)d saved.")


class StageCompleteView(StageFormView):
    """`/clusters/<reference>/roadmap/<pk>/complete/`."""

    url_name = "stage_complete"
    form_class = CompleteForm
    action = staticmethod(actions.complete_stage)
    heading = gettext_lazy("Mark stage %(number)d done")
    button = gettext_lazy("Mark stage %(number)d done")
    done = gettext_lazy("Stage %(number)d marked done.")


class StageDropView(StageFormView):
    """`/clusters/<reference>/roadmap/<pk>/drop/`."""

    url_name = "stage_drop"
    form_class = DropForm
    action = staticmethod(actions.drop_stage)
    heading = gettext_lazy("Drop stage %(number)d")
    button = gettext_lazy("Drop stage %(number)d")
    done = gettext_lazy("Stage %(number)d dropped.")
    kind = "final"


class StageNoteView(StageFormView):
    """`/clusters/<reference>/roadmap/<pk>/note/`: how it stands, from whoever takes part."""

    url_name = "stage_note"
    form_class = NoteForm
    action = staticmethod(actions.note_stage)
    may = staticmethod(can_contribute)
    heading = gettext_lazy("How stage %(number)d stands")
    button = gettext_lazy("Save the note on stage %(number)d")
    done = gettext_lazy("Note on stage %(number)d saved.")

    def _context(self, cluster: Cluster, stage: Stage) -> dict[str, Any]:
        """Lead back to the roadmap: who only takes part has no row to go back to."""
        return {**super()._context(cluster, stage), "cancel_url": _address(cluster, stage)}


class StagePressView(View):
    """Base of the verbs of one press: start and reopen."""

    action: Callable[..., Stage]
    done: Any

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Do it; a refusal shows the roadmap as it is now, with the sentence on top."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        stage = part_of(cluster.stages, pk)
        form = SeenForm(request.POST)
        seen = form.cleaned_data["seen_version"] if form.is_valid() else -1
        try:
            saved = type(self).action(stage=stage, by=request.user, seen_version=seen)
        except Refusal as refusal:
            context = {"conflict": refusal.reason, "focus": stage.pk}
            return region_answer(request, cluster, context, status=status_of(refusal))
        return saved_answer(request, cluster, saved, self.done)


class StageStartView(StagePressView):
    """`/clusters/<reference>/roadmap/<pk>/start/`."""

    action = staticmethod(actions.start_stage)
    done = gettext_lazy("Stage %(number)d is under way.")


class StageReopenView(StagePressView):
    """`/clusters/<reference>/roadmap/<pk>/reopen/`."""

    action = staticmethod(actions.reopen_stage)
    done = gettext_lazy("Stage %(number)d reopened.")


def region(request: HttpRequest, cluster: Cluster) -> dict[str, Any]:
    """Return what the picture and the stages show, and which rows this person has open for editing."""
    on = timezone.localdate()
    roadmap = roadmap_of(cluster, on=on, files=evidence_by_stage(request.user, cluster))
    opened = request.POST.getlist("open") or request.GET.getlist("open")
    return {
        "cluster": cluster,
        "roadmap": roadmap,
        "pictures": _pictures(cluster, roadmap),
        "may_work": bool(can_work(request.user, cluster)) if request.user.is_authenticated else False,
        "may_contribute": request.user.is_authenticated and bool(can_contribute(request.user, cluster)),
        "shows_age": request.user.is_authenticated,
        "has_started": cluster.baseline_frozen_at is not None,
        "end_warnings": end_warnings(cluster, cluster.ends_on),
        "opened": {int(key) for key in opened if is_key(key)},
        "is_adding": "new" in opened,
    }


def _pictures(cluster: Cluster, roadmap: Roadmap) -> RoadmapPictures:
    """Return both drawings and the legend."""
    drawn = [row.drawn() for row in roadmap.rows]
    common: dict[str, Any] = {
        "on": timezone.localdate(),
        "title": cluster.title,
        "start": cluster.starts_on,
        "end": cluster.ends_on,
    }
    wide = pictures.roadmap(drawn, ident="roadmap-wide", **common)
    return RoadmapPictures(
        wide=wide,
        narrow=pictures.roadmap(drawn, ident="roadmap-narrow", wide=False, **common),
        legend=pictures.legend(
            drawn, on=common["on"], has_today="p-today" in wide, has_first=roadmap.has_later_baseline
        ),
    )


def _adding(cluster: Cluster) -> dict[str, Any]:
    """Return the words around the form of a new stage."""
    return {
        "row": None,
        "ident": "stage-new",
        "open": "new",
        "heading": _("Add a stage"),
        "button": _("Add this stage"),
        "button_kind": "primary",
        "action_url": reverse("clusters:stage_create", args=[cluster.name]),
        "cancel_url": reverse("clusters:stage_create", args=[cluster.name], query={"leave": "1"}),
    }


def _form_answer(
    request: SignedInRequest, cluster: Cluster, form: MergingForm, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the form in its row, or on a page of its own."""
    around = {} if request.htmx else frame(request, cluster, "roadmap")
    return answer(request, FORM_PAGE, FORM, {**around, "cluster": cluster, "form": form, **context}, status=status)


def region_answer(request: SignedInRequest, cluster: Cluster, context: dict[str, Any], *, status: int) -> HttpResponse:
    """Render the whole roadmap with a sentence on top; nothing was changed."""
    around = {} if request.htmx else frame(request, cluster, "roadmap")
    return answer(request, PAGE, REGION, {**around, **region(request, cluster), **context}, status=status)


def saved_answer(
    request: SignedInRequest, cluster: Cluster, stage: Stage, sentence: Any, *, closed: str = "", focus_on: str = "edit"
) -> HttpResponse:
    """Say what was done; htmx gets the whole roadmap anew, in which other open forms stay as they are."""
    order = list(cluster.stages.all())
    words = str(sentence) % {"number": order.index(stage) + 1}
    words = f"{words} {outside_cluster(stage, cluster)}".strip()
    return told_answer(
        request, cluster, words, _address(cluster, stage), {"focus": stage.pk, "focus_on": focus_on}, closed=closed
    )


def told_answer(
    request: SignedInRequest,
    cluster: Cluster,
    words: str,
    where: str,
    focus: dict[str, Any],
    *,
    closed: str = "",
) -> HttpResponse:
    """Say `words` and lead to the address `where`; htmx gets the whole roadmap anew instead.

    Args:
        focus: which stage and which of its controls get the focus (`focus`, `focus_on`).
        closed: the stage whose form is closed by what was done, or "new".
    """
    messages.success(request, words)
    if not request.htmx:
        return redirect(where)
    context = {**region(request, cluster), **focus, "announce": words, "oob": True}
    context["opened"].discard(focus.get("focus"))
    context["is_adding"] = context["is_adding"] and closed != "new"
    return reswap(retarget(render(request, REGION, context), "#roadmap"), "outerHTML")


def _address(cluster: Cluster, stage: Stage) -> str:
    """Return the address of a stage on the roadmap's page."""
    return f"{reverse('clusters:roadmap', args=[cluster.name])}#stage-{stage.pk}"
