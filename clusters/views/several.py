"""`/desk/several/`: one press for many things, and the press that takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from clusters.actions.several import Done, press, take_back
from clusters.forms.several import SeveralForm
from clusters.tables.several import several_of
from clusters.views.parts import INVALID

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

#: Where the session keeps what the last press did, so that it can be taken back.
KEPT = "several"


class SeveralView(LoginRequiredMixin, View):
    """The lines that a lead can tick, by what can be done to them."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: SignedInRequest) -> HttpResponse:
        """Show the lines, and the button that takes the last press back."""
        several = several_of(request.user, timezone.localdate())
        context = {"several": several, "form": SeveralForm(several=several), "kept": request.session.get(KEPT)}
        return render(request, "clusters/several/several.html", context)

    def post(self, request: SignedInRequest) -> HttpResponse:
        """Do it to all that are ticked; what is refused is told line by line."""
        several = several_of(request.user, timezone.localdate())
        form = SeveralForm(request.POST, several=several)
        if not form.is_valid():
            context = {"several": several, "form": form, "ticked": request.POST.getlist("pick")}
            return render(request, "clusters/several/several.html", context, status=INVALID)
        given = form.cleaned_data
        done = press(given["press"], given["pick"], by=request.user, reason=given["reason"], member=given.get("person"))
        _tell(request, done, ngettext("%(count)d thing done.", "%(count)d things done.", len(done.rows)))
        if done.rows:
            request.session[KEPT] = {"press": done.press, "rows": done.rows}
        return redirect("clusters:several")


class SeveralBackView(LoginRequiredMixin, View):
    """`/desk/several/take-back/`."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest) -> HttpResponse:
        """Take the last press of this session back; a second press finds nothing to do."""
        kept = request.session.pop(KEPT, None)
        if kept is not None:
            done = take_back(kept["press"], kept["rows"], by=request.user)
            _tell(
                request, done, ngettext("%(count)d thing taken back.", "%(count)d things taken back.", len(done.rows))
            )
        else:
            messages.info(request, _("There is nothing to take back."))
        return redirect("clusters:several")


def _tell(request: SignedInRequest, done: Done, words: str) -> None:
    """Say how many were done, and of the others why not."""
    if done.rows:
        messages.success(request, words % {"count": len(done.rows)})
    for title, reason in done.refused:
        messages.warning(request, f"{title}: {reason}")
    if not done.rows and not done.refused:
        messages.info(request, _("Nothing had to be done."))
