"""What peer exchanges add to the desk, to pages of people and organisations, and to what is known of a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community.access import named_members
from community.actions.exchange_departure import (
    ahead_of_departure,
    ended_by_departure,
    erase_exchanges,
    follow_departure,
)
from community.contributions import Departure, DeskItem, PersonalRecords
from community.models import ExchangeWish, Member, Organisation, PeerExchange, User
from community.querysets.cut import cut_or_whole
from community.visibility import is_cop, member_of

#: So many exchanges stand in the section of another page.
SHOWN: Final = 6


def exchange_items(user: User, on: date) -> Iterator[DeskItem]:
    """Yield who would like to take part in what a person offers or asks for, and what took place; one query."""
    me = member_of(user)
    if me is None or not is_cop(user):
        return
    for row in PeerExchange.objects.waiting_for(me, on).with_wish_count().order_by("pk"):
        if row.is_open:
            count = row.wish_count  # type: ignore[attr-defined]
            why = ngettext("%(count)d person would like to", "%(count)d people would like to", count)
            yield DeskItem(
                verb=_("Agree with somebody"),
                title=row.topic,
                why=why % {"count": count},
                url=reverse("community:exchange", args=[row.pk]),
                since=row.first_wish_at,  # type: ignore[attr-defined]
            )
        else:
            yield DeskItem(
                verb=_("Say what came of it"),
                title=row.topic,
                why=_("You agreed on it, and its days are over") if row.has_days else _("You agreed on it long ago"),
                url=reverse("community:exchange_verb", args=[row.pk, "finish"]),
                since=row.state_since,
            )


def exchanges_of_member(request: HttpRequest, member: Member) -> dict[str, Any] | None:
    """Return a person's exchanges that the reader may see; None where there is none."""
    return _section(request, PeerExchange.objects.of_member(member))


def exchanges_of_organisation(request: HttpRequest, organisation: Organisation) -> dict[str, Any] | None:
    """Return an organisation's exchanges that the reader may see; None where there is none."""
    return _section(request, PeerExchange.objects.of_organisation(organisation))


def _section(request: HttpRequest, found: Any) -> dict[str, Any] | None:
    shown = cut_or_whole(found.visible_to(request.user).for_page(), SHOWN, request.GET, "exchanges")
    sides = [pk for row in shown.rows for pk in (row.offered_by_id, row.asked_by_id) if pk is not None]
    return {"rows": shown.rows, "found": shown, "named": named_members(request.user, sides)} if shown else None


def _taken_part(member: Member) -> QuerySet[PeerExchange]:
    return PeerExchange.objects.of_member(member).order_by("pk")


def _export(row: PeerExchange) -> dict[str, Any]:
    return {
        "form": row.kind,
        "topic": row.topic,
        "description": row.description,
        "status": row.status,
        "what_came_of_it": row.what_came_of_it,
        "at": row.created_at,
    }


def _wished(member: Member) -> QuerySet[ExchangeWish]:
    return ExchangeWish.objects.filter(member=member).select_related("exchange").order_by("pk")


def _export_wish(row: ExchangeWish) -> dict[str, Any]:
    return {"exchange": row.exchange.topic, "note": row.note, "at": row.said_at}


DEPARTURE: Final = Departure(follow_departure, ahead_of_departure, ended_by_departure)
RECORDS: Final[dict[str, PersonalRecords]] = {
    "community.exchanges": PersonalRecords(
        gettext_lazy("Exchanges with peers"), _taken_part, _export, erase=erase_exchanges
    ),
    "community.exchange_wishes": PersonalRecords(
        gettext_lazy("Exchanges that you would like to take part in"),
        _wished,
        _export_wish,
    ),
}
