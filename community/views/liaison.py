"""Entering, changing and ending the liaisons of a working group or a cluster."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views import View

from community import contributions, kinds
from community.access import get_subject, get_visible
from community.actions import liaison as actions
from community.forms.liaison import EndLiaisonForm, LiaisonForm
from community.models import Liaison
from community.permissions import Refusal
from community.rules.liaison import can_keep_liaisons
from community.views.answers import account_of, answer_refusal, keep_typed


def _kept(request: HttpRequest, kind: str, pk: int) -> Model:
    """Return the working group or cluster whose liaisons the person keeps.

    Raises:
        Http404: the person may not see it.
        PermissionDenied: they may see it, but keep no liaisons of it.
    """
    subject = get_subject(kind, pk, request.user)
    if not (verdict := can_keep_liaisons(request.user, subject)):
        raise PermissionDenied(verdict.reason)
    return subject


def _loaded(request: HttpRequest, pk: int) -> tuple[Liaison, Model]:
    """Return a liaison that the person keeps, and whose it is."""
    liaison = get_visible(Liaison, request.user, pk=pk)
    kind = "working_group" if liaison.working_group_id else liaison.kind
    return liaison, _kept(request, kind, liaison.working_group_id or liaison.subject_id or 0)


def _form(request: HttpRequest, subject: Model, *args: Any, **kwargs: Any) -> LiaisonForm:
    return LiaisonForm(*args, **_made_of(request, subject), **kwargs)


def _made_of(request: HttpRequest, subject: Model) -> dict[str, Any]:
    """Return what a form is made of besides the liaison: who may keep contact, and for whom names are shown."""
    keeper = contributions.liaison_keepers.get(kinds.of(subject).code)
    return {"people": keeper.people(subject), "user": request.user}


def _page(
    request: HttpRequest, subject: Model, form: Form | LiaisonForm, status: int = 200, **more: Any
) -> HttpResponse:
    back = contributions.liaison_keepers.get(kinds.of(subject).code).page(subject)
    context = {"form": form, "subject": subject, "back_url": back, **more}
    return render(request, "community/liaison/form.html", context, status=status)


def _done(subject: Model) -> HttpResponse:
    return redirect(contributions.liaison_keepers.get(kinds.of(subject).code).page(subject) + "#h-liaisons")


class LiaisonCreateView(View):
    """`/liaisons/<kind>/<pk>/add/`."""

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """Draw the empty form."""
        subject = _kept(request, kind, pk)
        return _page(request, subject, _form(request, subject))

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """Enter it, or say what is missing."""
        subject = _kept(request, kind, pk)
        form = _form(request, subject, request.POST)
        if not form.is_valid():
            return _page(request, subject, form, 422)
        try:
            actions.keep_liaison(subject=subject, by=account_of(request), values=form.values())
        except Refusal as refusal:
            keep_typed(form, refusal)
            return _page(request, subject, form, 422)
        messages.success(request, _("The liaison is entered."))
        return _done(subject)


class LiaisonUpdateView(View):
    """`/liaisons/<pk>/edit/`."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draw the form with the present words."""
        liaison, subject = _loaded(request, pk)
        return _page(request, subject, _form(request, subject, instance=liaison), liaison=liaison)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save it, or show what is wrong and what somebody else wrote meanwhile."""
        liaison, subject = _loaded(request, pk)
        form = _form(request, subject, request.POST, instance=_loaded(request, pk)[0])
        if not form.is_valid():
            return _page(request, subject, form, 422, liaison=liaison)
        seen = form.cleaned_data["seen_version"]
        try:
            actions.change_liaison(liaison=liaison, by=account_of(request), seen_version=seen, values=form.values())
        except Refusal as refusal:
            if refusal.code != "stale":
                return answer_refusal(refusal)
            merged = form.merged(**_made_of(request, subject), instance=_loaded(request, pk)[0])
            return _page(request, subject, merged, 409, liaison=liaison, conflict=refusal.reason)
        except ValidationError as error:
            form.add_error("from_on", error.messages)
            return _page(request, subject, form, 422, liaison=liaison)
        messages.success(request, _("The liaison is saved."))
        return _done(subject)


def _ended(until_on: date) -> str:
    """Return what is said of an end: with its last day where that is not over yet."""
    if until_on < timezone.localdate():
        return _("The liaison has ended. It stays to be read.")
    words = _("The liaison ends with %(day)s. Until then it holds; afterwards it stays to be read.")
    return words % {"day": date_format(until_on, "j F Y")}


class LiaisonEndView(View):
    """`/liaisons/<pk>/end/`."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the last day."""
        liaison, subject = _loaded(request, pk)
        form = EndLiaisonForm(initial={"until_on": timezone.localdate()})
        return _page(request, subject, form, liaison=liaison, is_ending=True)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End it; it stays on the page among those of before."""
        liaison, subject = _loaded(request, pk)
        form = EndLiaisonForm(request.POST)
        if not form.is_valid():
            return _page(request, subject, form, 422, liaison=liaison, is_ending=True)
        try:
            actions.end_liaison(liaison=liaison, by=account_of(request), until_on=form.cleaned_data["until_on"])
        except ValidationError as error:
            form.add_error("until_on", error.messages)
            return _page(request, subject, form, 422, liaison=liaison, is_ending=True)
        except Refusal as refusal:
            return answer_refusal(refusal)
        messages.success(request, _ended(form.cleaned_data["until_on"]))
        return _done(subject)
