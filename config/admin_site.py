"""The Django admin's site: its words, and lists that never break on a hand-made address.

It stands outside of the apps, because their admin modules register on it while it is made.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import FieldError, SuspiciousOperation, ValidationError
from django.db import DatabaseError, OperationalError, transaction
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

#: What Django, the drivers and the databases raise on values that no link of ours holds.
UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    RecursionError,
    FieldError,
    ValidationError,
    SuspiciousOperation,
    DatabaseError,
    re.error,
)
#: Of what a database calls operational, this is about the statement that an address made: for SQLite a pattern or
#: number that it does not take, for PostgreSQL one beyond its limits. All else is the machine's: locked, full, gone.
_STATEMENTS_OF_SQLITE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG)
_LIMITS_OF_POSTGRES = "54"
#: Whose rows are kept here. The libraries' own pages would show secrets in clear, and take factors off or prove
#: addresses, where our pages ask again who it is, tell the person and record it.
KEPT_HERE: Final = frozenset({"community", "clusters", "results", "factsheets"})
NOT_UNDERSTOOD = _("The address asked for something that this list does not know. Here is the whole list.")

View = Callable[..., HttpResponseBase]


def forgiving(view: View) -> View:
    """Answer a query string that cannot be read with the same address without it, and say so.

    The page is rendered inside, because lists are read from the database while they are drawn. Without a query
    string nothing is caught: an error there is one of ours; so is a locked or lost database with any address. What
    was sent is not to blame the address for, as long as the page can be looked at with it.
    """

    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.GET:
            return view(request, *args, **kwargs)
        if any("\x00" in value for pair in request.GET.lists() for value in (pair[0], *pair[1])):
            return _to_clean_address(request)
        try:
            return _drawn(view, request, *args, **kwargs)
        except UNREADABLE as error:
            if is_of_the_machine(error) or (request.method == "POST" and _is_read(view, request, *args, **kwargs)):
                raise
            return _to_clean_address(request)

    return read


def _drawn(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    with transaction.atomic():
        answer = view(request, *args, **kwargs)
        if isinstance(answer, SimpleTemplateResponse) and not answer.is_rendered:
            answer = answer.render()
    return answer


def _is_read(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> bool:
    """Tell whether the page of an address can be looked at."""
    looked = copy(request)
    looked.method, looked.POST = "GET", QueryDict()
    try:
        _drawn(view, looked, *args, **kwargs)
    except UNREADABLE:
        return False
    return True


def is_of_the_machine(error: Exception) -> bool:
    """Tell whether no address can help what a database raised: it is locked, full or gone."""
    if not isinstance(error, OperationalError):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF not in _STATEMENTS_OF_SQLITE
    return not str(getattr(error.__cause__, "pgcode", None) or "").startswith(_LIMITS_OF_POSTGRES)


def _to_clean_address(request: HttpRequest) -> HttpResponse:
    messages.warning(request, NOT_UNDERSTOOD)
    return HttpResponseRedirect(request.path)


class RegistryAdminSite(admin.AdminSite):
    """The registry's administration; entered through the site's own sign-in."""

    site_header = _("Cluster registry: administration")
    site_title = _("Administration")
    index_title = _("What administrators keep")
    site_url = "/desk/"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register the models of our own apps; those of libraries have their pages elsewhere, or none."""
        models: Any = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        kept = [model for model in models if model._meta.app_label in KEPT_HERE]
        super().register(kept, admin_class, **options)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the account's own page, which tells the address and ends other sign-ins."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]
        """Wrap every view, so that no query string ends in an error page."""
        wrapped: View = super().admin_view(forgiving(view), cacheable)
        return wrapped


class RegistryAdminConfig(AdminConfig):
    """The Django admin with this site in the place of the stock one."""

    default_site = "config.admin_site.RegistryAdminSite"
