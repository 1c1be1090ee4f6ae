"""What waits because of exchanges between peers: who would like to, and what came of it.

Exchanges are public, their people are not (decision 0120): no name stands in these facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.permissions import is_gone
from clusters.rules.reminders import Person, Silence
from community.choices import ExchangeStatus
from community.models import ExchangeWish, Member, PeerExchange


def waiting_exchanges(on: date) -> Iterator[Silence]:
    """Yield open exchanges for which somebody wished, and agreed ones by the day on which they are over; one query."""
    first = ExchangeWish.objects.filter(exchange=OuterRef("pk")).order_by("said_at", "pk")
    rows = PeerExchange.objects.annotate(wished_at=Subquery(first.values("said_at")[:1]))
    rows = rows.filter(status__in=[ExchangeStatus.OFFERED, ExchangeStatus.ASKED, ExchangeStatus.AGREED])
    for row in rows.select_related("offered_by__user", "asked_by__user").order_by("pk"):
        wished_at: Any = row.wished_at  # type: ignore[attr-defined]
        if row.is_open and wished_at is not None:
            # Who opened it anew after it was called off is not asked at once for what waited before.
            begins = max(wished_at, row.state_since or wished_at)
            yield _silence("exchange_wish", row, timezone.localdate(begins), (row.opener,))
        elif row.status == ExchangeStatus.AGREED and (ended := row.over_on) is not None:
            rule = "exchange_done" if row.has_days else "exchange_undated"
            yield _silence(rule, row, ended, (row.opener, row.partner), since=_agreed_on(row))


def _agreed_on(row: PeerExchange) -> date:
    """Return the day of the agreement: nobody waited before it."""
    return timezone.localdate(row.state_since) if row.state_since else date.min


def _silence(rule: str, row: PeerExchange, anchor: date, sides: tuple[Member | None, ...], **more: Any) -> Silence:
    return Silence(
        rule,
        key=f"peer_exchange:{row.pk}",
        anchor=anchor,
        people={"side": tuple(person for member in sides if member is not None for person in _side(row, member))},
        part_id=row.pk,
        kind="peer_exchange",
        title=row.topic,
        url=reverse("community:exchange", args=[row.pk]),
        **more,
    )


def _side(row: PeerExchange, member: Member) -> tuple[Person, ...]:
    """Return a side as facts, by what they do in it."""
    offers = row.offered_by_id == member.pk
    name = str(_("who offers it") if offers else _("who asks for it"))
    user = member.user
    is_active = user is None or user.is_active
    return (Person(user.pk if user else None, name, is_active, has_left=is_gone(member)),)
