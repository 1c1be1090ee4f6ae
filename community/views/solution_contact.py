"""Writing to the contact of a solution, whose address is never shown."""

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

from community.access import get_visible
from community.actions.contact import write_to_contact
from community.forms.solution import ContactForm
from community.models import Solution
from community.permissions import Refusal
from community.rules.solution import can_write_to_contact
from community.views import enquiry
from community.views.answers import account_of
from community.visibility import is_cop


@method_decorator(login_not_required, name="dispatch")
class SolutionContactView(View):
    """`/solutions/<pk>/contact/`: members write at once, everybody else by a link to their own mailbox."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Hand whoever is no member of the community to the form that asks for an address."""
        if request.method in ("GET", "HEAD", "POST") and not is_cop(request.user):
            return enquiry.ask(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form."""
        return self._page(request, self._load(request, pk), ContactForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send it; what is refused comes back with its sentence and the text."""
        solution = self._load(request, pk)
        form = ContactForm(request.POST)
        if not form.is_valid():
            return self._page(request, solution, form, status=422)
        try:
            write_to_contact(solution=solution, by=account_of(request), text=form.cleaned_data["text"])
        except Refusal as refusal:
            form.add_error(None, str(refusal.reason))
            return self._page(request, solution, form, status=422)
        messages.success(request, _("Sent. The answer comes to your own mailbox."))
        return redirect("community:solution", pk=pk)

    def _load(self, request: HttpRequest, pk: int) -> Solution:
        """Return a solution whose contact the person may write to.

        Raises:
            Http404: the person may not see it.
            PermissionDenied: they may see it, but not write.
        """
        solution = get_visible(Solution.objects.select_related("contact__user", "project"), request.user, pk=pk)
        if not (verdict := can_write_to_contact(request.user, solution)):
            raise PermissionDenied(verdict.reason)
        return solution

    def _page(self, request: HttpRequest, solution: Solution, form: ContactForm, *, status: int = 200) -> HttpResponse:
        context = {"solution": solution, "form": form}
        return render(request, "community/solution/contact.html", context, status=status)
