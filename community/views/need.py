"""The needs board: list, one need, raising and rewording it, "me too"."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from community.access import get_visible, named_members
from community.actions import need as actions
from community.choices import NeedStatus, Vocabulary
from community.contributions import sections_of
from community.filters import NeedFilter
from community.forms.need import MeTooForm, NeedForm, NeedStatusForm
from community.models import Need, Term
from community.permissions import Refusal
from community.rights import can_edit_need, can_raise_need, can_say_me_too, can_set_need_status
from community.similar import solutions_near
from community.similar_people import naming, people_near
from community.surroundings import Places
from community.tables import Rows
from community.views.answers import account_of, answer_refusal, keep_line, keep_typed
from community.views.listing import NounListView
from community.visibility import member_of


@method_decorator(login_not_required, name="dispatch")
class NeedListView(NounListView):
    """Needs, newest first."""

    template_name = "community/need/list.html"
    filter_class = NeedFilter

    def rows(self, request: HttpRequest) -> Rows:
        """Return the needs that the reader may see."""
        return Need.objects.visible_to(request.user)

    def fetch(self, rows: Rows) -> Rows:
        """Load organisation, terms, territories and the count of "me too"."""
        return rows.for_page()  # type: ignore[attr-defined, no-any-return]

    def more(self, request: HttpRequest, page: Any) -> dict[str, Any]:
        """Say who may be named and whether the reader may raise a need."""
        named = named_members(request.user, [need.raised_by_id for need in page])
        return {"named": named, "may_raise": can_raise_need(request.user)}


@method_decorator(login_not_required, name="dispatch")
class NeedView(View):
    """One need with everybody who has it, and what the apps know of it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draw the page."""
        need = get_visible(Need.objects.for_page(), request.user, pk=pk)
        return render(request, "community/need/detail.html", need_context(request, need))


class NeedCreateView(View):
    """Raise a need."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the empty form; `?challenge=` ticks a challenge by its code."""
        if not (verdict := can_raise_need(request.user)):
            raise PermissionDenied(verdict.reason)
        ticked = Term.objects.of(Vocabulary.CHALLENGE).in_use().with_code(request.GET.get("challenge", ""))
        form = NeedForm(initial={"challenges": list(ticked)})
        return render(request, "community/need/form.html", {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Raise it, or say what is missing."""
        form = NeedForm(request.POST)
        if not form.is_valid():
            return render(request, "community/need/form.html", {"form": form}, status=422)
        try:
            need = actions.raise_need(by=account_of(request), **form.values())
        except Refusal as refusal:
            keep_typed(form, refusal)
            return render(request, "community/need/form.html", {"form": form}, status=422)
        messages.success(request, _("Your need is raised. Everybody in the community can see it and join it."))
        return redirect("community:need", pk=need.pk)


class NeedUpdateView(View):
    """Reword a need."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draw the form with the present words."""
        need = get_visible(Need, request.user, pk=pk)
        if not (verdict := can_edit_need(request.user, need)):
            raise PermissionDenied(verdict.reason)
        return render(request, "community/need/form.html", {"form": NeedForm(instance=need), "need": need})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save it, or show what is wrong and what somebody else wrote meanwhile."""
        need = get_visible(Need, request.user, pk=pk)
        form = NeedForm(request.POST, instance=get_visible(Need, request.user, pk=pk))
        context: dict[str, Any] = {"form": form, "need": need}
        if not form.is_valid():
            return render(request, "community/need/form.html", context, status=422)
        seen = form.cleaned_data["seen_version"]
        try:
            actions.reword_need(need=need, by=account_of(request), seen_version=seen, **form.values())
        except Refusal as refusal:
            if refusal.code != "stale":
                return answer_refusal(refusal)
            merged = form.merged(instance=get_visible(Need, request.user, pk=pk))
            context |= {"conflict": refusal.reason, "form": merged}
            return render(request, "community/need/form.html", context, status=409)
        messages.success(request, _("The need is saved."))
        return redirect("community:need", pk=pk)


class NeedMeTooView(View):
    """Say "me too", or take it back."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say it with a note, or take it back with `take_back` in the form."""
        need = get_visible(Need.objects.for_page(), request.user, pk=pk)
        form = MeTooForm(request.POST)
        if not form.is_valid():
            return render(request, "community/need/detail.html", need_context(request, need, form), status=422)
        by = account_of(request)
        try:
            if "take_back" in request.POST:
                actions.take_back_me_too(need=need, by=by)
                messages.success(request, _("You no longer say “me too” here."))
            else:
                note, instead = form.cleaned_data["note"], "instead" in request.POST
                actions.say_me_too(need=need, by=by, note=note, instead=instead)
                messages.success(request, _("You say “me too”. You will hear when a cluster takes this need up."))
        except Refusal as refusal:
            keep_line(form, refusal)
            return render(request, "community/need/detail.html", need_context(request, need, form), status=422)
        return redirect("community:need", pk=pk)


class NeedStatusView(View):
    """Say how far a need has come."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Set the status with its note."""
        need = get_visible(Need.objects.for_page(), request.user, pk=pk)
        form = NeedStatusForm(request.POST)
        if not form.is_valid():
            context = need_context(request, need) | {"status_form": form, "form": form}
            return render(request, "community/need/detail.html", context, status=422)
        status, note = NeedStatus(form.cleaned_data["status"]), form.cleaned_data["note"]
        try:
            after = actions.set_need_status(need=need, status=status, by=account_of(request), note=note)
        except Refusal as refusal:
            return answer_refusal(refusal)
        messages.success(request, _("Noted: %(status)s.") % {"status": after.get_status_display()})
        return redirect("community:need", pk=pk)


def need_context(request: HttpRequest, need: Any, form: MeTooForm | None = None) -> dict[str, Any]:
    """Return what the page of one need shows to this reader."""
    said = list(need.me_toos.select_related("member", "organisation"))
    me = member_of(request.user)
    status = NeedStatus.OPEN if need.is_open else need.status
    places = Places()
    solutions = solutions_near(need, request.user, places) if need.is_open else []
    people = people_near(need, request.user, solutions, places) if need.is_open else []
    return {
        "need": need,
        "said": said,
        "named": named_members(request.user, [need.raised_by_id, *(row.member_id for row in said)]),
        "has_said": me is not None and any(row.member_id == me.pk for row in said),
        "may_say": can_say_me_too(request.user, need),
        "may_edit": can_edit_need(request.user, need),
        "may_set_status": can_set_need_status(request.user, need),
        "me_too_form": form or MeTooForm(),
        "status_form": NeedStatusForm(initial={"status": status, "note": need.status_note}),
        "solutions_near": solutions,
        "people_near": people,
        "with_people": naming(people),
        "sections": sections_of("need", request, need),
    }
