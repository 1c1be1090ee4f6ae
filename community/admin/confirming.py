"""What an administrator is asked for again before it is done: password or factor, with nothing lost that was typed."""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.account.internal.flows.reauthentication import (
    is_reauthentication_required,
    raise_if_reauthentication_required,
)
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community.actions.account import set_administrator
from community.models import User
from community.validators import is_key
from community.visibility import is_administrator

#: As what the sign-in library is asked; it knows several applications, which all want the same.
APP = "allauth.mfa"
ASKED = gettext_lazy(
    "This changes who can sign in or what they may do, so show first that it is you: "
    '<a href="{}" target="_blank" rel="noopener">give your password or factor in a new tab</a>. Come back here, where '
    "everything stands as you typed it, and save again."
)


def refuse_unconfirmed(request: HttpRequest) -> None:
    """Refuse a form whose sender gave no password or factor within the last minutes.

    Raises:
        ValidationError: with the way to do so in a new tab.
    """
    try:
        is_asked = is_reauthentication_required(request, app=APP)
    except ImmediateHttpResponse:  # an account with nothing to be asked for: the new tab says what to do
        is_asked = True
    if is_asked:
        address = reverse("admin:community_user_confirm")
        raise ValidationError(format_html(str(ASKED), address), code="unconfirmed")


class AsksAgain:
    """Gives the admin of accounts the page that the new tab ends on, and those that make and end administrators."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Let the form ask again."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        form.refuse_unconfirmed = staticmethod(partial(refuse_unconfirmed, request))
        return form

    def get_urls(self) -> list[URLPattern]:
        """Add the pages' addresses."""
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [path("confirm/", view(self.confirm_view), name="community_user_confirm")]
        for name, is_staff in (("make_administrators", True), ("end_administrators", False)):
            address, told = f"{name.replace('_', '-')}/", {"is_staff": is_staff}
            own.append(path(address, view(self.administrators_view), told, name=f"community_user_{name}"))
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def confirm_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for password or factor, then say that the form can be saved.

        Raises:
            ReauthenticationRequired: it is asked for now.
        """
        if not is_administrator(request.user):
            raise PermissionDenied
        raise_if_reauthentication_required(request, app=APP)
        return self._page(request, "confirmed", title=_("It is you"))

    def administrators_view(self, request: HttpRequest, *, is_staff: bool) -> HttpResponse:
        """Ask for password or factor, show who would become or be an administrator no more, and do it.

        Raises:
            ReauthenticationRequired: it is asked for now; whom the address names is asked about afterwards.
        """
        if not is_administrator(request.user):
            raise PermissionDenied
        raise_if_reauthentication_required(request, app=APP)
        rows = self._chosen(request)
        back = HttpResponseRedirect(reverse("admin:community_user_changelist"))
        if not rows:
            messages.error(request, _("Choose accounts in the list first."))
        elif request.method == "POST":
            self._each(request, rows, lambda user, by: set_administrator(user=user, is_staff=is_staff, by=by))  # type: ignore[attr-defined]
        else:
            title = ngettext("Make an administrator", "Make administrators", len(rows))
            title = title if is_staff else _("No longer administrators")
            return self._page(request, "administrators", title=title, rows=rows, is_staff=is_staff)
        return back

    def lead_to(self, page: str, rows: QuerySet[User]) -> HttpResponse:
        """Lead from the list to the page that asks about the chosen accounts."""
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:50])
        return HttpResponseRedirect(reverse(f"admin:community_user_{page}", query={"pk": keys}))

    def _chosen(self, request: HttpRequest) -> QuerySet[User]:
        keys = [key for key in request.GET.getlist("pk")[:50] if is_key(key)]
        rows: QuerySet[User] = self.get_queryset(request).filter(pk__in=keys)  # type: ignore[attr-defined]
        return rows.select_related("member").order_by("pk")

    def _page(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}  # type: ignore[attr-defined]
        return TemplateResponse(request, f"admin/community/{name}.html", {**shared, **context})
