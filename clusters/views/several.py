"""`/desk/several/` and `/review/several/`: one press for many things, its preview, and the press that takes it back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from clusters.actions.several import Done, press, take_back
from clusters.forms.several import SeveralForm
from clusters.tables.preview import PREVIEWED, preview_of
from clusters.tables.review_several import review_several_of
from clusters.tables.several import several_of
from clusters.views.parts import INVALID
from clusters.visibility import viewer

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class _Desk(LoginRequiredMixin, View):
    """What the two pages have in common: `kept` is where the session holds what the last press did."""

    page, kept, address = "clusters/several/several.html", "several", "clusters:several"
    preview, back = "clusters:several_preview", "clusters:several_back"

    def several(self, request: SignedInRequest) -> Any:
        """Return the lines that the reader may pick today."""
        return several_of(request.user, timezone.localdate())

    def show(self, request: SignedInRequest, several: Any, form: SeveralForm, *, status: int = 200) -> HttpResponse:
        """Render the lines; what was ticked stays ticked."""
        context = {
            "several": several,
            "form": form,
            "ticked": (request.POST or request.GET).getlist("pick"),
            "kept": request.session.get(self.kept),
            "preview": self.preview,
            "address": self.address,
            "back": self.back,
        }
        return render(request, self.page, context, status=status)


class _ReviewDesk(_Desk):
    """The coordinators' side of it."""

    page, kept, address = "clusters/several/review.html", "review_several", "clusters:review_several"
    preview, back = "clusters:review_several_preview", "clusters:review_several_back"

    def several(self, request: SignedInRequest) -> Any:
        """Return the lines, for coordinators alone."""
        on = timezone.localdate()
        if not viewer(request.user, on).is_coordinator:
            raise PermissionDenied(_("The review desk is for coordinators of a working group."))
        return review_several_of(request.user, on)


class SeveralView(_Desk):
    """The lines that a lead can tick, by what can be done to them."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: SignedInRequest) -> HttpResponse:
        """Show the lines, what the last press did, and the button that takes it back."""
        several = self.several(request)
        return self.show(request, several, SeveralForm(several=several))

    def post(self, request: SignedInRequest) -> HttpResponse:
        """Do it to all that are ticked; the page then tells it line by line."""
        several = self.several(request)
        form = SeveralForm(request.POST, several=several)
        if not form.is_valid():
            return self.show(request, several, form, status=INVALID)
        given = form.cleaned_data
        done = press(given["press"], given["pick"], by=request.user, reason=given["reason"], member=given.get("person"))
        _tell(request, done, ngettext("%(count)d thing done.", "%(count)d things done.", len(done.rows)))
        request.session[self.kept] = _kept(done)
        return redirect(self.address)


class PreviewView(_Desk):
    """`…/preview/`: who would get which mail, and who would not and why; sends nothing.

    A form that asks for a reason is posted, so that no reason stands in an address.
    """

    http_method_names = ["get", "head", "post", "options"]

    def post(self, request: SignedInRequest) -> HttpResponse:
        """Show the same for what was posted."""
        return self.get(request)

    def get(self, request: SignedInRequest) -> HttpResponse:
        """Show what the press would send, with the button that does it."""
        several = self.several(request)
        form = SeveralForm(request.POST or request.GET, several=several)
        if not form.is_valid():
            return self.show(request, several, form, status=INVALID)
        given = form.cleaned_data
        if given["press"] not in PREVIEWED:
            return redirect(self.address)
        lines = preview_of(given["press"], given["pick"], by=request.user, member=given.get("person"))
        context = {
            "sends": [line for line in lines if not line.why_not],
            "skips": [line for line in lines if line.why_not],
            "does_something": any(line.is_done for line in lines),
            "press": given["press"],
            "picks": given["pick"],
            "member": given.get("member"),
            "reason": given["reason"],
            "address": self.address,
            "is_review": isinstance(self, _ReviewDesk),
        }
        return render(request, "clusters/several/preview.html", context)


class SeveralBackView(_Desk):
    """`…/take-back/`."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest) -> HttpResponse:
        """Take the last press of this session back; a second press finds nothing to do."""
        kept = request.session.pop(self.kept, None)
        if kept is not None and kept["rows"]:
            done = take_back(kept["press"], kept["rows"], by=request.user)
            words = ngettext("%(count)d thing taken back.", "%(count)d things taken back.", len(done.rows))
            _tell(request, done, words)
            back = {facts["pk"] for facts in done.rows}
            left = [facts for facts in kept["rows"] if facts["pk"] not in back]
            request.session[self.kept] = {**_kept(done), "rows": left}
        else:
            messages.info(request, _("There is nothing to take back."))
        return redirect(self.address)


class ReviewSeveralView(_ReviewDesk, SeveralView):
    """The lines that a coordinator can tick."""


class ReviewPreviewView(_ReviewDesk, PreviewView):
    """The preview of a coordinator's press."""


class ReviewSeveralBackView(_ReviewDesk, SeveralBackView):
    """Takes a coordinator's press back."""


def _kept(done: Done) -> dict[str, Any]:
    """Return what the session keeps of a press: an answer for each line, and what taking back needs."""
    return {"press": done.press, "rows": done.rows, "answers": [asdict(answer) for answer in done.answers]}


def _tell(request: SignedInRequest, done: Done, words: str) -> None:
    """Say how many were done; why others were not stands on the page, line by line."""
    if done.rows:
        messages.success(request, words % {"count": len(done.rows)})
    else:
        messages.info(request, _("Nothing had to be done."))
