"""Notifications: the list, marking as read, and how often they come by mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.http import require_safe

from community import contributions, kinds
from community.access import get_subject, with_key
from community.actions.notification import choose_rhythms, mark_read
from community.forms.notification import RhythmsForm
from community.inbox import lines_of
from community.models import Message, NotificationPreference, User
from community.tables import Rows, page_of
from community.views.answers import account_of

UNREAD = "unread"


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """Show what was told to the reader, newest first: all of it, or what is unread."""
    user = account_of(request)
    is_unread = request.GET.get("show") == UNREAD
    rows = Message.objects.shown_to(user, timezone.now())
    page = page_of(rows.unread() if is_unread else rows, request.GET.get("page"), fetch=_fetch)
    views = [
        {"url": request.path, "icon": "list", "label": _("All"), "current": not is_unread},
        {"url": f"{request.path}?show={UNREAD}", "icon": "bell", "label": _("Unread"), "current": is_unread},
    ]
    context = {"page_obj": page, "lines": lines_of(page.object_list, user), "views": views, "is_unread": is_unread}
    return render(request, "community/notification/list.html", context)


def _fetch(rows: Rows) -> Rows:
    return rows.for_page()  # type: ignore[attr-defined, no-any-return]


class NotificationReadView(View):
    """Marks one notification as read, or all."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Mark, then show the list again as it was shown."""
        given = request.POST.get("message", "")
        if given and not given.isdecimal():
            raise Http404
        count = mark_read(by=account_of(request), messages=[int(given[:18])] if given else None)
        if not given:
            words = ngettext("%(count)d notification is read.", "%(count)d notifications are read.", count)
            messages.success(request, words % {"count": count})
        query = f"?show={UNREAD}" if request.POST.get("show") == UNREAD else ""
        answer = redirect("community:notifications")
        answer["Location"] += query
        return answer


class NotificationOpenView(View):
    """Leads to where one acts on a notification, which is read with that."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark as read and lead on; what is somebody else's or not to be seen any more is not there."""
        user = account_of(request)
        message = with_key(Message.objects.shown_to(user, timezone.now()).for_page(), pk)
        lines = lines_of([message], user) if message else []
        if not lines:
            raise Http404
        mark_read(by=user, messages=[pk])
        return redirect(lines[0].path)


class RhythmsView(View):
    """How often mails come: for all, or for one subject such as a cluster."""

    def get(self, request: HttpRequest, kind: str = "", pk: int = 0) -> HttpResponse:
        """Show the choices."""
        return self._page(request, self._form(account_of(request), _about(request, kind, pk)), kind, pk)

    def post(self, request: HttpRequest, kind: str = "", pk: int = 0) -> HttpResponse:
        """Keep the choices; what waits to be gathered follows them."""
        user, about = account_of(request), _about(request, kind, pk)
        form = self._form(user, about, request.POST)
        if not form.is_valid():
            return self._page(request, form, kind, pk, status=422)
        choose_rhythms(by=user, rhythms=form.rhythms, about=about)
        messages.success(request, _("Kept. Mails that wait follow it."))
        return redirect("community:rhythms")

    def _form(self, user: User, about: str, posted: Any = None) -> RhythmsForm:
        return RhythmsForm(posted, chosen=NotificationPreference.objects.chosen(user, about), is_for_one=bool(about))

    def _page(self, request: HttpRequest, form: RhythmsForm, kind: str, pk: int, status: int = 200) -> HttpResponse:
        user = account_of(request)
        subject = kinds.resolve(kind, pk) if kind else None
        context: dict[str, Any] = {"form": form, "subject": subject}
        if subject is None:
            context["subjects"] = _subjects(user)
        return render(request, "community/notification/rhythms.html", context, status=status)


def _about(request: HttpRequest, kind: str, pk: int) -> str:
    """Return what the choices are about, "" for all.

    Raises:
        Http404: there is no such subject, the reader may not see it, or nobody chooses for its kind.
    """
    if not kind:
        return ""
    if kind not in contributions.mail_subjects.codes():
        raise Http404
    get_subject(kind, pk, request.user)
    return f"{kind}:{pk}"


def _subjects(user: User) -> list[dict[str, Any]]:
    """Return what the reader may choose for one by one, with whether something was chosen."""
    chosen = NotificationPreference.objects.special(user)
    rows = []
    for kind in contributions.mail_subjects.codes():
        for pk, title in contributions.mail_subjects.get(kind)(user):
            rows.append({"kind": kind, "pk": pk, "title": title, "is_special": f"{kind}:{pk}" in chosen})
    return rows
