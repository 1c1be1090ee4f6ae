"""Asking to be erased, taking that back, and what administrators answer about people's data."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from community.access import get_visible
from community.actions.erasure import ask_erasure, restricted_of, withdraw_erasure
from community.actions.erasure_job import erasure_under_way, order_erasure
from community.actions.own_data import close_correction
from community.choices import DataRequestKind
from community.forms.own_data import AnswerForm, EraseForm
from community.models import DataRequest, Member
from community.permissions import Refusal
from community.personal import parts_of
from community.rules.erasure import GOES, STAYS, obstacles
from community.views.answers import account_of
from community.views.own_data import own_member
from community.visibility import is_administrator


def _for_administrators(request: HttpRequest) -> None:
    if not is_administrator(request.user):
        raise PermissionDenied(_("Only administrators answer requests about personal data."))


class MyDataEraseView(View):
    """`/account/data/erase/`: what goes, what stays, what must be cleared; asks."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it with the button."""
        return self._page(request, own_member(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask; refused while something stands in the way that no waiting clears."""
        member = own_member(request)
        try:
            ask_erasure(by=account_of(request))
        except Refusal as refusal:
            return self._page(request, member, refusal)
        messages.success(request, _("You asked to be erased. Until it is done you can take that back here."))
        return redirect("community:my_data")

    def _page(self, request: HttpRequest, member: Member, refusal: Refusal | None = None) -> HttpResponse:
        context = {
            "goes": GOES,
            "stays": STAYS,
            "obstacles": obstacles(member, timezone.localdate()),
            "lasting": obstacles(member, timezone.localdate(), waits=False),
            "restricted": restricted_of(member),
            "asked": DataRequest.objects.open().of_member(member).of_kind(DataRequestKind.ERASURE).first(),
        }
        return render(request, "community/own_data/erase.html", context, status=422 if refusal else 200)


class MyDataKeepView(View):
    """`/account/data/erase/withdraw/`: takes the wish back."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take it back; nothing happens where there is none."""
        own_member(request)
        withdraw_erasure(by=account_of(request))
        messages.success(request, _("You stay. Nothing is erased."))
        return redirect("community:my_data")


@require_safe
def data_requests(request: HttpRequest) -> HttpResponse:
    """Show administrators what people ask about their data, the oldest first."""
    _for_administrators(request)
    rows = list(DataRequest.objects.open().for_page())
    return render(request, "community/own_data/requests.html", {"rows": rows, "now": timezone.now()})


class DataRequestView(View):
    """`/data-requests/<pk>/`: a correction is answered."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what was asked; an erasure is done on its own page."""
        asked = self._load(request, pk)
        if asked.kind == DataRequestKind.ERASURE:
            return redirect("community:erase_person", key=asked.member.key)
        return self._page(request, asked, AnswerForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep the answer; typed text stays where it was refused."""
        asked, form = self._load(request, pk), AnswerForm(request.POST)
        if not form.is_valid():
            return self._page(request, asked, form, 422)
        try:
            is_done = form.cleaned_data["is_done"] == "yes"
            close_correction(request=asked, is_done=is_done, answer=form.cleaned_data["answer"], by=account_of(request))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self._page(request, asked, form, 409 if refusal.code == "state" else 422)
        messages.success(request, _("The person reads your answer on their page."))
        return redirect("community:data_requests")

    def _load(self, request: HttpRequest, pk: int) -> DataRequest:
        _for_administrators(request)
        return get_visible(DataRequest.objects.open().for_page(), request.user, pk=pk)

    def _page(self, request: HttpRequest, asked: DataRequest, form: AnswerForm, status: int = 200) -> HttpResponse:
        return render(request, "community/own_data/answer.html", {"asked": asked, "form": form}, status=status)


class ErasePersonView(View):
    """`/data-requests/erase/<key>/`: an administrator looks at what would be done, types the name and has it done."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show the preview."""
        member = self._load(request, key)
        return self._page(request, member, EraseForm(member=member))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Have the person erased, and lead to where it is; or say what must be cleared first."""
        member = self._load(request, key)
        form = EraseForm(request.POST, member=member)
        if not form.is_valid():
            return self._page(request, member, form, 422)
        try:
            job = order_erasure(member=member, by=account_of(request))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self._page(request, member, form, 409 if refusal.code == "state" else 422)
        messages.success(request, _("The erasure was asked for. This page says where it is and what came of it."))
        return redirect("community:job", job.pk)

    def _load(self, request: HttpRequest, key: str) -> Member:
        _for_administrators(request)
        return get_visible(Member.objects.not_erased().select_related("user"), request.user, key=key)

    def _page(self, request: HttpRequest, member: Member, form: EraseForm, status: int = 200) -> HttpResponse:
        context = {
            "member": member,
            "form": form,
            "asked": DataRequest.objects.open().of_member(member).of_kind(DataRequestKind.ERASURE).first(),
            "parts": parts_of(member, most=0),
            "obstacles": obstacles(member, timezone.localdate()),
            "restricted": restricted_of(member),
            "job": erasure_under_way(member),
            "goes": GOES,
            "stays": STAYS,
        }
        return render(request, "community/own_data/erase_person.html", context, status=status)
