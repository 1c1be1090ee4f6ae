"""`/account/data/`: what is kept of the reader, corrected, agreed to, withdrawn and exported."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from community.actions import own_data as actions
from community.choices import ConsentPurpose
from community.consents import asked_of
from community.forms.own_data import CorrectionForm, OwnDataForm
from community.models import DataRequest, Member
from community.permissions import Refusal
from community.personal import SHOWN, parts_of
from community.personal_export import json_of, zip_of
from community.validators import is_key
from community.views.answers import account_of, answer_refusal

#: The part that withdrawing the consent to be named takes away; an upper app's, so it may be missing.
NAMING: Final = "factsheets.names"
#: Formats of the export: what makes it, and its type.
FORMATS: Final = {"json": (json_of, "application/json"), "zip": (zip_of, "application/zip")}


def own_member(request: HttpRequest) -> Member:
    """Return the person behind the reader's account.

    Raises:
        PermissionDenied: the account belongs to nobody.
    """
    member = account_of(request).member
    if member is None:
        raise PermissionDenied(_("Your account belongs to no person. Ask an administrator."))
    return member


@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """Show all that is kept of the reader."""
    member = own_member(request)
    parts = parts_of(member, most=SHOWN)
    context = {
        "member": member,
        "consents": list(asked_of(member)),
        "parts": parts,
        "named": next((part for part in parts if part.code == NAMING), None),
        "requests": {row.kind: row for row in DataRequest.objects.open().of_member(member)},
        "answered": list(DataRequest.objects.answered_to(member)),
    }
    return render(request, "community/own_data/detail.html", context)


@require_safe
def my_data_export(request: HttpRequest, form: str) -> HttpResponse:
    """Hand out all that is kept of the reader as a file."""
    if form not in FORMATS:
        raise Http404
    make, content_type = FORMATS[form]
    now = timezone.now()
    answer = HttpResponse(make(own_member(request), now), content_type=content_type)
    name = f"my-data-{timezone.localdate(now).isoformat()}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


class MyDataCorrectView(View):
    """`/account/data/correct/`: the reader's own entry."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the form with what stands there."""
        return self._page(request, OwnDataForm(instance=own_member(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it, or say what is wrong and what somebody else wrote meanwhile; typed text stays."""
        member = own_member(request)
        form = OwnDataForm(request.POST, instance=Member.objects.get(pk=member.pk))
        if not form.is_valid():
            return self._page(request, form, 422)
        try:
            actions.correct_own_data(
                by=account_of(request),
                seen_version=form.cleaned_data["seen_version"],
                values=form.values(),
                language=form.cleaned_data.get("language"),
            )
        except Refusal as refusal:
            if refusal.code != "stale":
                return answer_refusal(refusal)
            merged = form.merged(instance=Member.objects.get(pk=member.pk))
            return self._page(request, merged, 409, conflict=refusal.reason)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self._page(request, form, 422)
        messages.success(request, _("Your entry is saved."))
        return redirect("community:my_data")

    def _page(self, request: HttpRequest, form: OwnDataForm, status: int = 200, **more: Any) -> HttpResponse:
        return render(request, "community/own_data/correct.html", {"form": form, **more}, status=status)


class MyDataRequestView(View):
    """`/account/data/request/`: what only an administrator corrects."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the form with the words of a request that waits."""
        waiting = DataRequest.objects.open().of_member(own_member(request)).of_kind("correction").first()
        return self._page(request, CorrectionForm(instance=waiting))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send it to the administrators' desk."""
        own_member(request)
        form = CorrectionForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, 422)
        try:
            actions.ask_correction(by=account_of(request), text=form.cleaned_data["text"])
        except Refusal as refusal:
            return answer_refusal(refusal)
        messages.success(request, _("Your request waits on the administrators' desk. The answer will stand here."))
        return redirect("community:my_data")

    def _page(self, request: HttpRequest, form: CorrectionForm, status: int = 200) -> HttpResponse:
        return render(request, "community/own_data/request.html", {"form": form}, status=status)


class MyDataConsentView(View):
    """`/account/data/consents/<purpose>/`: agrees, or withdraws."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, purpose: str) -> HttpResponse:
        """Do what the button said; the words are those that stood beside it."""
        own_member(request)
        if purpose not in ConsentPurpose.values:
            raise Http404
        by, given = account_of(request), request.POST.get("wording", "")
        try:
            if request.POST.get("do") == "give":
                wording = int(given) if is_key(given) else None
                actions.give_own_consent(by=by, purpose=purpose, wording=wording)
                messages.success(request, _("Kept: you agreed. You can withdraw it here at any time."))
            elif request.POST.get("do") == "withdraw":
                actions.withdraw_own_consent(by=by, purpose=purpose)
                messages.success(request, _("Withdrawn. Documents that name you are being made anew."))
            else:
                messages.error(request, _("Nothing was chosen. Press one of the two buttons."))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("community:my_data")
