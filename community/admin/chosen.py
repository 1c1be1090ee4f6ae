"""Pages of the admin that show the rows chosen in a list, and what would be done with each, before it is done."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.admin.base import EntryAdmin
from community.admin.confirming import ASKED_IN_LIST, refuse_unconfirmed
from community.validators import is_key
from community.visibility import is_administrator

#: So many rows are looked at on one page.
MOST: Final = 50


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=gettext_lazy("Why was it a mistake?"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        max_length=500,
    )


class WithChosen(EntryAdmin):
    """Gives an admin pages about chosen rows: `chosen_pages` names each by the method `<name>_view(request, rows)`."""

    chosen_pages: tuple[str, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        """Add the pages' addresses."""
        view = self.admin_site.admin_view(self.chosen_view)
        own = [path(f"{name}/", view, {"name": name}, name=self._page_name(name)) for name in self.chosen_pages]
        return [*own, *super().get_urls()]

    def lead_to_chosen(self, request: HttpRequest, name: str, rows: QuerySet[Any]) -> HttpResponse | None:
        """Lead from the list to a page about the chosen rows; too many are refused there."""
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(keys) > MOST:
            messages.error(request, _("Choose at most %(most)d at a time: each is looked at.") % {"most": MOST})
            return None
        return HttpResponseRedirect(reverse(f"admin:{self._page_name(name)}", query={"pk": keys}))

    def chosen_view(self, request: HttpRequest, *, name: str) -> HttpResponse:
        """Show the page about the rows that the address names, or do what it asks about.

        Raises:
            PermissionDenied: for everybody but administrators.
        """
        if not is_administrator(request.user):
            raise PermissionDenied
        keys = [key for key in request.GET.getlist("pk")[:MOST] if is_key(key)]
        rows = self.get_queryset(request).filter(pk__in=keys).order_by("pk")
        answer: HttpResponse | None = None
        if rows:
            answer = getattr(self, f"{name}_view")(request, rows)
        else:
            messages.error(request, _("Choose rows in the list first."))
        opts = self.opts
        return answer or HttpResponseRedirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))

    def draw(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        """Draw a page of the admin."""
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/community/{template}.html", {**shared, **context})

    def _page_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"


def must_confirm(request: HttpRequest) -> bool:
    """Tell whether an administrator has to give password or factor first, and say where."""
    try:
        refuse_unconfirmed(request, ASKED_IN_LIST)
    except ValidationError as error:
        messages.error(request, error.message)
        return True
    return False
