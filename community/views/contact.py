"""Writing by a form to somebody whose address is never shown."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from community import kinds
from community.forms.solution import ContactForm
from community.models import User
from community.permissions import Refusal
from community.views.answers import account_of


class ContactView(View):
    """The form and its sending; a child says what is written about or to whom, and which action sends."""

    http_method_names = ["get", "head", "post", "options"]
    form_class: ClassVar[type[ContactForm]] = ContactForm
    template_name: ClassVar[str]
    #: What the template calls the subject.
    subject_name: ClassVar[str]

    def subject(self, request: HttpRequest, **keys: Any) -> Model:
        """Return what the reader may write about.

        Raises:
            Http404: the reader may not see it.
            PermissionDenied: they may see it, but not write.
        """
        raise NotImplementedError

    def write(self, subject: Any, *, by: User, text: str) -> None:
        """Send the words.

        Raises:
            Refusal: they may not be sent.
        """
        raise NotImplementedError

    def get(self, request: HttpRequest, **keys: Any) -> HttpResponse:
        """Show the form."""
        return self._page(request, self.subject(request, **keys), self.form_class())

    def post(self, request: HttpRequest, **keys: Any) -> HttpResponse:
        """Send it; what is refused comes back with its sentence and the text."""
        subject, form = self.subject(request, **keys), self.form_class(request.POST)
        if not form.is_valid():
            return self._page(request, subject, form, status=422)
        try:
            self.write(subject, by=account_of(request), text=form.cleaned_data["text"])
        except Refusal as refusal:
            form.add_error(None, str(refusal.reason))
            return self._page(request, subject, form, status=422)
        messages.success(request, _("Sent. The answer comes to your own mailbox."))
        return redirect(kinds.url(subject) or "/")

    def _page(self, request: HttpRequest, subject: Model, form: ContactForm, *, status: int = 200) -> HttpResponse:
        return render(request, self.template_name, {self.subject_name: subject, "form": form}, status=status)
