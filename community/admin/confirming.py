"""What an administrator is asked for again before it is done: password or factor, with nothing lost that was typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

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
from django.utils.translation import gettext_lazy

from community.actions.account import deactivate_account, reactivate_account, set_administrator
from community.models import User
from community.permissions import Words
from community.validators import is_key
from community.visibility import is_administrator

#: As what the sign-in library is asked; it knows several applications, which all want the same.
APP = "allauth.mfa"
ASKED = gettext_lazy(
    "This changes who can sign in or what they may do, so show first that it is you: "
    '<a href="{}" target="_blank" rel="noopener">give your password or factor in a new tab</a>. Come back here, where '
    "everything stands as you typed it, and save again."
)
#: In a list, which shows no choice of rows any more.
ASKED_IN_LIST = gettext_lazy(
    "This changes who can sign in or what they may do, so show first that it is you: "
    '<a href="{}" target="_blank" rel="noopener">give your password or factor in a new tab</a>. Come back here, choose '
    "the rows and the action once more, and press again. Nothing was done."
)
#: So many accounts are asked about at a time.
MOST: Final = 50
KEEPS = gettext_lazy(
    "An administrator keeps all lists and accounts, reads every room, answers what people ask about their data, and "
    "can make further administrators."
)


@dataclass(frozen=True)
class Change:
    """What is done to chosen accounts after the administrator was asked again: `do(user=…, by=…)`."""

    title: Words
    told: Words
    do: Callable[..., object]


CHANGES: Final = {
    "make_administrators": Change(
        gettext_lazy("Make administrators"), KEEPS, partial(set_administrator, is_staff=True)
    ),
    "end_administrators": Change(
        gettext_lazy("No longer administrators"),
        gettext_lazy("They stay members with all that they work on, and keep no lists any more."),
        partial(set_administrator, is_staff=False),
    ),
    "close_administrators": Change(
        gettext_lazy("Deactivate administrators"),
        gettext_lazy("Their sign-ins end at once, for good; what they did stays. They can be activated again."),
        deactivate_account,
    ),
    "open_administrators": Change(gettext_lazy("Activate administrators"), KEEPS, reactivate_account),
}


def refuse_unconfirmed(request: HttpRequest, words: Words = ASKED) -> None:
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
        raise ValidationError(format_html(str(words), address), code="unconfirmed")


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
        for code in CHANGES:
            page = view(self.administrators_view)
            own.append(path(f"{code.replace('_', '-')}/", page, {"code": code}, name=f"community_user_{code}"))
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

    def administrators_view(self, request: HttpRequest, *, code: str) -> HttpResponse:
        """Ask for password or factor, show whom a change of `CHANGES` would be about, and do it.

        Raises:
            ReauthenticationRequired: it is asked for now; whom the address names is asked about afterwards.
        """
        if not is_administrator(request.user):
            raise PermissionDenied
        raise_if_reauthentication_required(request, app=APP)
        rows, change = self._chosen(request), CHANGES[code]
        if not rows:
            messages.error(request, _("Choose accounts in the list first."))
        elif request.method == "POST":
            self._each(request, rows, lambda user, by: change.do(user=user, by=by))  # type: ignore[attr-defined]
        else:
            return self._page(request, "administrators", title=change.title, told=change.told, rows=rows)
        return HttpResponseRedirect(reverse("admin:community_user_changelist"))

    def lead_to(self, request: HttpRequest, code: str, rows: QuerySet[User]) -> HttpResponse | None:
        """Lead from the list to the page that asks about the chosen accounts; too many are refused there."""
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(keys) > MOST:
            messages.error(request, _("Choose at most %(most)d accounts at a time.") % {"most": MOST})
            return None
        return HttpResponseRedirect(reverse(f"admin:community_user_{code}", query={"pk": keys}))

    def _chosen(self, request: HttpRequest) -> QuerySet[User]:
        keys = [key for key in request.GET.getlist("pk")[:MOST] if is_key(key)]
        rows: QuerySet[User] = self.get_queryset(request).filter(pk__in=keys)  # type: ignore[attr-defined]
        return rows.select_related("member").order_by("pk")

    def _page(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}  # type: ignore[attr-defined]
        return TemplateResponse(request, f"admin/community/{name}.html", {**shared, **context})
