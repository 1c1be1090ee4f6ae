"""Writing to the contact of a solution without an account, and the page behind the link that sends it."""

from __future__ import annotations

from typing import Final

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from community.access import get_visible
from community.actions import enquiry as actions
from community.forms.enquiry import EnquiryForm
from community.models import Solution, User
from community.permissions import Refusal
from community.rules.enquiry import LASTS_DAYS
from community.rules.solution import has_reachable_contact
from community.views.answers import secret

#: What a link that does not act answers.
STATUS: Final = {"unknown": 404, "closed": 410}
_FORM: Final = "community/enquiry/form.html"


def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form to somebody who is no member, or take it; the answer is the same whosever the address is.

    Raises:
        Http404: the solution is not theirs to see.
        PermissionDenied: no mail would reach its contact.
    """
    rows = Solution.objects.select_related("contact__user", "project")
    solution = get_visible(rows, request.user, pk=pk)
    if not (verdict := has_reachable_contact(solution)):
        raise PermissionDenied(verdict.reason)
    if request.method != "POST":
        address = request.user.email if isinstance(request.user, User) else ""
        return _page(request, solution, EnquiryForm(initial={"address": address}))
    form = EnquiryForm(request.POST)
    if not form.is_valid():
        return _page(request, solution, form.drawn_anew(), status=422)
    if form.is_by_machine:
        return _sent(request, solution)
    if not ratelimit.consume(request, action="enquiry"):
        form.add_error(None, _("Many questions came from your connection. Send it later, or tomorrow."))
        return _page(request, solution, form, status=429)
    try:
        actions.ask_contact(solution=solution, **form.values())
    except Refusal as refusal:
        form.add_error(None, str(refusal.reason))
        return _page(request, solution, form, status=422)
    return _sent(request, solution)


def _page(request: HttpRequest, solution: Solution, form: EnquiryForm, *, status: int = 200) -> HttpResponse:
    return render(request, _FORM, {"solution": solution, "form": form, "days": LASTS_DAYS}, status=status)


def _sent(request: HttpRequest, solution: Solution) -> HttpResponse:
    return render(request, "community/enquiry/sent.html", {"solution": solution, "days": LASTS_DAYS})


@method_decorator([login_not_required, never_cache], name="dispatch")
class EnquiryView(View):
    """`/enquiries/<token>/`: GET shows what will be sent, as often as a scanner likes; POST sends it or forgets it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the question, to whom it goes, and both buttons; nothing changes."""
        try:
            _link, row = actions.open_enquiry(token)
        except Refusal as refusal:
            return self._ended(request, refusal)
        return secret(render(request, "community/enquiry/confirm.html", {"row": row, "solution": row.solution}))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Send it, or forget it where “drop” was pressed."""
        try:
            link, row = actions.open_enquiry(token)
            is_dropped = "drop" in request.POST
            (actions.drop_enquiry if is_dropped else actions.pass_on_enquiry)(link=link)
        except Refusal as refusal:
            return self._ended(request, refusal)
        context = {"solution": row.solution, "is_dropped": is_dropped}
        return secret(render(request, "community/enquiry/done.html", context))

    def _ended(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        """Say why nothing is sent here."""
        context = {"reason": refusal.reason, "code": refusal.code}
        page = render(request, "community/enquiry/ended.html", context, status=STATUS.get(refusal.code, 409))
        return secret(page)
