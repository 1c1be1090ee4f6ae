"""Saying "I would like to" to an exchange, and the verbs of its life."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from community.access import get_visible
from community.actions import exchange as actions
from community.actions.transition import transition
from community.exchange_lifecycle import EXCHANGE
from community.forms.exchange import ExchangeVerbForm, WishForm
from community.lifecycle import Verb
from community.models import PeerExchange
from community.permissions import Refusal, Verdict
from community.rules import exchange as rules
from community.views.answers import account_of, keep_line
from community.views.exchange import exchange_context

STATUS = {"forbidden": 403, "state": 409, "stale": 409}
#: What each verb's form asks.
ASKS: dict[str, tuple[str, ...]] = {
    "agree_exchange": ("wish", "starts_on", "ends_on"),
    "finish_exchange": ("came",),
    "correct_exchange": ("came", "seen"),
    "call_off_exchange": ("reason",),
    "withdraw_exchange": ("reason",),
}


class ExchangeWishView(View):
    """Say "I would like to", or take it back."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say it with a line, or take it back with `take_back` in the form."""
        exchange = get_visible(PeerExchange.objects.for_page(), request.user, pk=pk)
        form = WishForm(request.POST)
        if not form.is_valid():
            context = exchange_context(request, exchange, form)
            return render(request, "community/exchange/detail.html", context, status=422)
        by = account_of(request)
        try:
            if "take_back" in request.POST:
                actions.take_back_wish(exchange=exchange, by=by)
                messages.success(request, _("Taken back."))
            else:
                note, instead = form.cleaned_data["note"], "instead" in request.POST
                actions.wish_exchange(exchange=exchange, by=by, note=note, instead=instead)
                messages.success(request, _("Sent. You get a mail once it is agreed with you, or with somebody else."))
        except Refusal as refusal:
            keep_line(form, refusal)
            context = exchange_context(request, exchange, form)
            return render(request, "community/exchange/detail.html", context, status=422)
        return redirect("community:exchange", pk=pk)


class ExchangeVerbView(View):
    """`/exchanges/<pk>/<verb>/`: GET says what will happen and asks, POST does it."""

    def get(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Show the verb's page; one that may not be pressed says why, with 403 where the person may not."""
        exchange, row = self._load(request, pk, verb)
        attempt = EXCHANGE.attempt(exchange, row.code, by=account_of(request), at=timezone.now(), is_asking=True)
        verdict = EXCHANGE.judge(attempt)
        status = 403 if verdict.code == "forbidden" else 200
        return self._page(request, exchange, row, self._form(exchange, row, verdict), verdict, status=status)

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Do the verb; a refusal keeps what was typed and says why."""
        exchange, row = self._load(request, pk, verb)
        by = account_of(request)
        asked = EXCHANGE.judge(EXCHANGE.attempt(exchange, row.code, by=by, at=timezone.now(), is_asking=True))
        form = self._form(exchange, row, asked, request.POST)
        if not asked and asked.code in STATUS:
            return self._page(request, exchange, row, form, asked, status=STATUS[asked.code])
        if not form.is_valid():
            return self._page(request, exchange, row, form, None, status=422)
        given = dict(form.cleaned_data)
        seen = given.pop("seen", "") or None
        try:
            transition(exchange, row.code, by=by, seen=seen, reason=given.pop("reason", ""), **given)
        except Refusal as refusal:
            verdict = Verdict(False, refusal.reason, refusal.code, refusal.obstacles)
            if refusal.code == "stale":
                exchange.refresh_from_db()
                again = {**request.POST.dict(), "seen": rules.seen_hash(exchange)}
                form = self._form(exchange, row, asked, again)
            return self._page(request, exchange, row, form, verdict, status=STATUS.get(refusal.code, 422))
        messages.success(request, str(row.done))
        return redirect("community:exchange", pk=pk)

    def _load(self, request: HttpRequest, pk: int, verb: str) -> tuple[PeerExchange, Verb]:
        """Return the exchange and the verb's row.

        Raises:
            Http404: no such verb, or the person may not see the exchange.
        """
        row = EXCHANGE.verbs.get(f"{verb.replace('-', '_')}_exchange")
        if row is None or "_" in verb or not row.has_page:
            raise Http404(_("There is no such page."))
        return get_visible(PeerExchange.objects.for_page(), request.user, pk=pk), row

    def _form(self, exchange: PeerExchange, row: Verb, verdict: Verdict, data: Any = None) -> ExchangeVerbForm:
        """Return the verb's form; who would like to is read only by who may choose."""
        wishes: list[tuple[int, str]] = []
        if row.code == "agree_exchange" and verdict:
            for wish in exchange.wishes.select_related("member", "organisation"):
                parts = (wish.member.name, wish.organisation.known_as if wish.organisation else "", wish.note)
                wishes.append((wish.pk, " · ".join(part for part in parts if part)))
        initial = {"came": exchange.what_came_of_it, "seen": rules.seen_hash(exchange)}
        return ExchangeVerbForm(data, asks=ASKS.get(row.code, ()), wishes=wishes, initial=initial)

    def _page(
        self,
        request: HttpRequest,
        exchange: PeerExchange,
        verb: Verb,
        form: ExchangeVerbForm,
        verdict: Verdict | None,
        *,
        status: int,
    ) -> HttpResponse:
        ends = request.method == "GET" or (verdict is not None and verdict.code in STATUS.keys() - {"stale"})
        is_shut = verdict is not None and not verdict and ends
        context = {"exchange": exchange, "verb": verb, "form": form, "verdict": verdict, "is_shut": is_shut}
        return render(request, "community/exchange/verb.html", context, status=status)
