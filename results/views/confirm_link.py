"""The page behind the link of a question: GET shows, as often as a scanner likes; POST answers. No account."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from clusters.views.parts import INVALID, status_of
from community import links
from community.models import User
from community.permissions import Refusal
from community.views.answers import secret
from results.actions import answer as actions
from results.forms.confirmation import AnswerForm
from results.models import UptakeConfirmation
from results.notifications.confirmation import facts_of
from results.querysets.confirmation import PURPOSE

#: What a link that does not act answers.
STATUS = {"unknown": 404, "closed": 410, "wrong_account": 403}


@method_decorator([login_not_required, never_cache], name="dispatch")
class ConfirmView(View):
    """`/confirm/<token>/`: the adopting organisation confirms, corrects or refuses what a cluster states."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show what is stated and what is asked; nothing changes."""
        try:
            _link, row = actions.open_confirmation(token, by=_signed_in(request))
        except Refusal as refusal:
            return self._ended(request, token, refusal)
        return self._page(request, row, AnswerForm(row=row))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Answer, or send a fresh link to the address of one that has run out; what was typed stays."""
        if "anew" in request.POST:
            return self._anew(request, token)
        by = _signed_in(request)
        try:
            link, row = actions.open_confirmation(token, by=by)
        except Refusal as refusal:
            return self._ended(request, token, refusal)
        form = AnswerForm(request.POST, request.FILES, row=row)
        if not form.is_valid():
            return self._page(request, row, form, status=INVALID)
        try:
            row = actions.answer_adopter(link=link, by=by, **form.values())
        except Refusal as refusal:
            return self._refused(request, token, row, form, refusal)
        return secret(render(request, "results/confirm/thanks.html", {"row": row, "uptake": row.uptake}))

    def _refused(
        self, request: HttpRequest, token: str, row: UptakeConfirmation, form: AnswerForm, refusal: Refusal
    ) -> HttpResponse:
        """Say why, with all that was typed; what is stated is shown as it is now."""
        if refusal.code in STATUS:
            return self._ended(request, token, refusal)
        status = status_of(refusal)
        form.add_error(None, str(refusal.reason))
        if refusal.code == "stale":
            row.uptake.refresh_from_db()
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["seen_statement"] = str(row.uptake.statement)  # type: ignore[index]
        return self._page(request, row, form, status=status)

    def _anew(self, request: HttpRequest, token: str) -> HttpResponse:
        link = links.find(token, PURPOSE)
        if link is not None:
            actions.ask_for_new_link(link=link)
        return secret(render(request, "results/confirm/sent.html"))

    def _page(
        self, request: HttpRequest, row: UptakeConfirmation, form: AnswerForm, *, status: int = 200
    ) -> HttpResponse:
        context = {
            "row": row,
            "uptake": row.uptake,
            "cluster": row.uptake.cluster,
            "facts": facts_of(row.uptake),
            "asker": row.asked_by.get_full_name(),
            "form": form,
        }
        return secret(render(request, "results/confirm/link.html", context, status=status))

    def _ended(self, request: HttpRequest, token: str, refusal: Refusal) -> HttpResponse:
        """Say why the link does not act, and what there is to do instead."""
        link = links.find(token, PURPOSE)
        can_renew = link is not None and actions.can_renew(link, at=timezone.now())
        context = {
            "reason": refusal.reason,
            "code": refusal.code,
            "can_renew": refusal.code == "closed" and can_renew,
        }
        page = render(request, "results/confirm/ended.html", context, status=STATUS.get(refusal.code, 409))
        return secret(page)


def _signed_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
