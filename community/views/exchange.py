"""Peer exchanges: the list with what fits together, one exchange, offering, asking and rewording."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from community.access import get_visible, named_members
from community.actions import exchange as actions
from community.choices import Vocabulary
from community.exchange_lifecycle import EXCHANGE
from community.exchange_sentences import exchange_history
from community.filters import ExchangeFilter
from community.forms.exchange import ExchangeForm, WishForm
from community.models import PeerExchange, Term
from community.permissions import Refusal
from community.rules import exchange as rules
from community.similar_exchanges import exchanges_near, fitting_pairs
from community.tables import Rows
from community.views.answers import account_of, answer_refusal, keep_typed
from community.views.listing import NounListView
from community.visibility import member_of


@method_decorator(login_not_required, name="dispatch")
class ExchangeListView(NounListView):
    """Offers and requests, newest first; before them what fits together."""

    template_name = "community/exchange/list.html"
    filter_class = ExchangeFilter

    def rows(self, request: HttpRequest) -> Rows:
        """Return the exchanges that the reader may see."""
        return PeerExchange.objects.visible_to(request.user)

    def fetch(self, rows: Rows) -> Rows:
        """Load the sides, terms, places, languages and the count of wishes."""
        return rows.for_page()  # type: ignore[attr-defined, no-any-return]

    def more(self, request: HttpRequest, page: Any) -> dict[str, Any]:
        """Say who may be named, whether the reader may open one, and on the bare first page what fits together."""
        return {
            "named": named_members(request.user, _sides(page)),
            "may_open": rules.can_open_exchange(request.user),
            "fitting": fitting_pairs() if not request.GET else None,
        }


def _sides(rows: Any) -> list[int]:
    """Return the keys of all persons who have a side."""
    return [pk for row in rows for pk in (row.offered_by_id, row.asked_by_id) if pk is not None]


@method_decorator(login_not_required, name="dispatch")
class ExchangeView(View):
    """One exchange: what it is, who would like to, what fits, what came of it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draw the page."""
        exchange = get_visible(PeerExchange.objects.for_page(), request.user, pk=pk)
        return render(request, "community/exchange/detail.html", exchange_context(request, exchange))


class ExchangeCreateView(View):
    """`/exchanges/offer/` and `/exchanges/ask/`."""

    is_offer = True

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the empty form; `?challenge=` ticks a challenge by its code."""
        if not (verdict := rules.can_open_exchange(request.user)):
            raise PermissionDenied(verdict.reason)
        ticked = Term.objects.of(Vocabulary.CHALLENGE).in_use().with_code(request.GET.get("challenge", ""))
        return self._page(request, ExchangeForm(initial={"challenges": list(ticked)}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open it, or say what is missing."""
        if not (verdict := rules.can_open_exchange(request.user)):
            raise PermissionDenied(verdict.reason)
        form = ExchangeForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            exchange = actions.open_exchange(by=account_of(request), is_offer=self.is_offer, values=form.values())
        except Refusal as refusal:
            keep_typed(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("It is open. You get a mail when somebody would like to."))
        return redirect("community:exchange", pk=exchange.pk)

    def _page(self, request: HttpRequest, form: ExchangeForm, *, status: int = 200) -> HttpResponse:
        context = {"form": form, "is_offer": self.is_offer}
        return render(request, "community/exchange/form.html", context, status=status)


class ExchangeUpdateView(View):
    """`/exchanges/<pk>/edit/`."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draw the form with the present words."""
        exchange = self._load(request, pk)
        return self._page(request, ExchangeForm(instance=exchange), exchange)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save it, or show what is wrong and what somebody else wrote meanwhile."""
        exchange = self._load(request, pk)
        form = ExchangeForm(request.POST, instance=self._load(request, pk))
        if not form.is_valid():
            return self._page(request, form, exchange, status=422)
        seen = form.cleaned_data["seen_version"]
        try:
            actions.change_exchange(exchange=exchange, by=account_of(request), seen_version=seen, values=form.values())
        except Refusal as refusal:
            if refusal.code != "stale":
                return answer_refusal(refusal)
            merged = form.merged(instance=self._load(request, pk))
            return self._page(request, merged, exchange, status=409, conflict=refusal.reason)
        messages.success(request, _("The exchange is saved."))
        return redirect("community:exchange", pk=pk)

    def _load(self, request: HttpRequest, pk: int) -> PeerExchange:
        """Return an exchange that the person may word.

        Raises:
            Http404: the person may not see it.
            PermissionDenied: they may see it, but not word it.
        """
        exchange = get_visible(PeerExchange, request.user, pk=pk)
        if not (verdict := rules.can_edit_exchange(request.user, exchange)):
            raise PermissionDenied(verdict.reason)
        return exchange

    def _page(
        self, request: HttpRequest, form: ExchangeForm, exchange: PeerExchange, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        context = {"form": form, "exchange": exchange, "is_offer": exchange.is_offer, **more}
        return render(request, "community/exchange/form.html", context, status=status)


def exchange_context(request: HttpRequest, exchange: Any, form: WishForm | None = None) -> dict[str, Any]:
    """Return what the page of one exchange shows to this reader."""
    me = member_of(request.user)
    wishes = list(exchange.wishes.select_related("member", "organisation"))
    held = rules.exchange_capacities(request.user, exchange, timezone.localdate())
    offers = EXCHANGE.offers(exchange, by=account_of(request), at=timezone.now()) if held else []
    return {
        "exchange": exchange,
        "wishes": wishes,
        "named": rules.named_sides(request.user, exchange, [row.member_id for row in wishes]),
        "has_wished": me is not None and any(row.member_id == me.pk for row in wishes),
        "may_wish": rules.can_wish(request.user, exchange),
        "may_edit": rules.can_edit_exchange(request.user, exchange),
        "offers": [(offer, offer.verb.slug.removesuffix("-exchange")) for offer in offers],
        "wish_form": form or WishForm(),
        "fits": exchanges_near(exchange) if exchange.is_open else [],
        "history": exchange_history(exchange) if held else [],
    }
