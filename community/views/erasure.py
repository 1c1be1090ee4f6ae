"""Asking to be erased, taking that back, and what administrators answer about people's data."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from community.access import get_visible
from community.actions.erasure import ask_erasure, is_overdue, restricted_of, withdraw_erasure
from community.actions.erasure_job import erasure_under_way, order_erasure
from community.actions.erasure_letter import record_letter, withdraw_letter
from community.actions.own_data import close_correction
from community.choices import DataRequestKind
from community.forms.own_data import AnswerForm, EraseForm, LetterForm
from community.models import DataRequest, Member
from community.permissions import Refusal
from community.personal import parts_of
from community.rules.erasure import GOES, STAYS, obstacles, stayed, weighed
from community.views.answers import account_of, ask_again
from community.views.own_data import own_member
from community.visibility import is_administrator

#: So long the page tells what an erasure left.
STAYED_SHOWN = timedelta(days=365)


def _for_administrators(request: HttpRequest) -> None:
    if not is_administrator(request.user):
        raise PermissionDenied(_("Only administrators answer requests about personal data."))


def _asked_by(member: Member) -> DataRequest | None:
    """Return the open wish of a person to be erased."""
    return DataRequest.objects.open().of_member(member).of_kind(DataRequestKind.ERASURE).first()


class MyDataEraseView(View):
    """`/account/data/erase/`: what goes, what stays, what must be cleared; asks."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it with the button."""
        return self._page(request, own_member(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask, after password or factor; refused while something stands in the way that no waiting clears."""
        member = own_member(request)
        ask_again(request)
        try:
            ask_erasure(by=account_of(request))
        except Refusal as refusal:
            return self._page(request, member, refusal)
        messages.success(request, _("You asked to be erased. Until it is done you can take that back here."))
        return redirect("community:my_data")

    def _page(self, request: HttpRequest, member: Member, refusal: Refusal | None = None) -> HttpResponse:
        found = list(weighed(member, timezone.localdate()))
        context = {
            "goes": GOES,
            "stays": STAYS,
            "obstacles": [one for one, _is_lasting in found],
            "lasting": [one for one, is_lasting in found if is_lasting],
            "restricted": restricted_of(member),
            "asked": _asked_by(member),
            "days": settings.ERASURE_DAYS,
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
    now = timezone.now()
    context = {"rows": rows, "now": now, "stayed": stayed(now - STAYED_SHOWN)}
    return render(request, "community/own_data/requests.html", context)


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
    """`/data-requests/erase/<key>/`: an administrator looks at what would be done, types the name and has it done.

    Password or factor is asked for before; a form that was sent is done afterwards.
    """

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
        ask_again(request)
        return get_visible(Member.objects.not_erased().select_related("user"), request.user, key=key)

    def _page(
        self,
        request: HttpRequest,
        member: Member,
        form: EraseForm,
        status: int = 200,
        letter: LetterForm | None = None,
    ) -> HttpResponse:
        now = timezone.now()
        context = {
            "member": member,
            "form": form,
            "letter": letter or LetterForm(),
            "asked": _asked_by(member),
            "parts": parts_of(member, most=0),
            "obstacles": obstacles(member, timezone.localdate(now), waits=not is_overdue(member, now)),
            "restricted": restricted_of(member),
            "job": erasure_under_way(member),
            "goes": GOES,
            "stays": STAYS,
        }
        return render(request, "community/own_data/erase_person.html", context, status=status)


class ErasureLetterView(ErasePersonView):
    """`/data-requests/erase/<key>/letter/`: an administrator enters a letter that asks for it, or takes that back."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Lead to the page whose form it is."""
        return redirect("community:erase_person", key=self._load(request, key).key)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Enter the day on which it came, or take back what was entered; typed text stays."""
        member = self._load(request, key)
        if request.POST.get("do") == "withdraw":
            return self._withdraw(request, member)
        letter = LetterForm(request.POST)
        if not letter.is_valid():
            return self._page(request, member, EraseForm(member=member), 422, letter)
        try:
            record_letter(member=member, came_on=letter.cleaned_data["came_on"], by=account_of(request))
        except Refusal as refusal:
            letter.add_error("came_on" if refusal.code == "day" else None, str(refusal))
            return self._page(
                request, member, EraseForm(member=member), 409 if refusal.code == "state" else 422, letter
            )
        messages.success(request, _("Entered. It stands under “Waits for me” with its day."))
        return redirect("community:erase_person", key=member.key)

    def _withdraw(self, request: HttpRequest, member: Member) -> HttpResponse:
        asked = _asked_by(member)
        try:
            if asked is not None:
                withdraw_letter(request=asked, by=account_of(request))
                messages.success(
                    request, _("Taken back. Nobody is erased; the person is told where they have an address.")
                )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("community:erase_person", key=member.key)
