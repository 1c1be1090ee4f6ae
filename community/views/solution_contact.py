"""Writing to the contact of a solution, whose address is never shown."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.decorators import method_decorator

from community.access import get_visible
from community.actions.contact import write_to_contact
from community.models import Solution, User
from community.rules.solution import can_write_to_contact
from community.views import enquiry
from community.views.contact import ContactView
from community.visibility import is_cop


@method_decorator(login_not_required, name="dispatch")
class SolutionContactView(ContactView):
    """`/solutions/<pk>/contact/`: members write at once, everybody else by a link to their own mailbox."""

    template_name = "community/solution/contact.html"
    subject_name = "solution"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Hand whoever is no member of the community to the form that asks for an address."""
        if request.method in ("GET", "HEAD", "POST") and not is_cop(request.user):
            return enquiry.ask(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def subject(self, request: HttpRequest, **keys: Any) -> Solution:
        """Return a solution whose contact the person may write to."""
        rows = Solution.objects.select_related("contact__user", "project")
        solution = get_visible(rows, request.user, pk=keys["pk"])
        if not (verdict := can_write_to_contact(request.user, solution)):
            raise PermissionDenied(verdict.reason)
        return solution

    def write(self, subject: Solution, *, by: User, text: str) -> None:
        """Send the words to its contact."""
        write_to_contact(solution=subject, by=by, text=text)
