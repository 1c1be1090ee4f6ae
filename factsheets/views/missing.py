"""`/factsheets/missing/`: what should be there and is not, and the button that has it made."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from clusters.views.parts import ask, status_of
from community.permissions import Refusal
from community.views.answers import account_of
from factsheets.actions.missing import ask_for_missing, missing_for
from factsheets.damage_summary import damage_for
from factsheets.permissions import can_catch_up

#: So many are named.
SHOWN = 100


class MissingView(View):
    """What is missing, for coordinators and administrators."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List it."""
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Have all of it made by a job, and lead to its page."""
        ask(can_catch_up(request.user))
        try:
            job = ask_for_missing(by=account_of(request))
        except Refusal as refusal:
            return self._page(request, status=status_of(refusal))
        return redirect("community:job", job.pk)

    def _page(self, request: HttpRequest, status: int = 200) -> HttpResponse:
        """Draw the list.

        Raises:
            PermissionDenied: it is none of the person's business.
        """
        ask(can_catch_up(request.user))
        account = account_of(request)
        labels = [label for label, _subject in missing_for(account)]
        context = {"labels": labels[:SHOWN], "count": len(labels), "damage": damage_for(account, SHOWN)}
        return render(request, "factsheets/missing/show.html", context, status=status)
