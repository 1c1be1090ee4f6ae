"""Mails about peer exchanges: who would like to, what was agreed, what became of it, and what would fit.

No mail shows an address. The two mails of an agreement are answered to the other side, as both are told before they
press; they are forgotten once they have left.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community import notifications
from community.contributions import MailTopic
from community.lifecycle import Attempt
from community.models import Event, ExchangeWish, Member, Message, PeerExchange, User
from community.rules.exchange import is_here
from community.similar_exchanges import exchanges_near

WISHED = "community/exchange_wished"
AGREED = "community/exchange_agreed"
FITS = "community/exchange_fits"
ENDED = "community/exchange_ended"

ANSWERS = MailTopic(
    _("Your exchanges with peers"),
    _("Somebody would like to take part in what you offer or ask for; an agreement; what became of it."),
    lambda template, audience: template.startswith("community/exchange_") and template != FITS,
    order=13,
    why_at_once=_("Somebody waits for your answer."),
)
FITTING = MailTopic(
    _("Exchanges that fit yours"),
    _("Somebody offers what you ask for, or asks for what you offer."),
    lambda template, audience: template == FITS,
    order=56,
)


def _account(member: Member | None) -> User | None:
    """Return the account of a person who is still a member: who left is told nothing more."""
    return member.user if member is not None and is_here(member) else None


def pass_on_wish(exchange: PeerExchange, wish: ExchangeWish, event: Event) -> None:
    """Tell who opened an exchange that somebody would like to, with their line."""
    if (to := _account(exchange.opener)) is not None:
        notifications.queue(
            WISHED, to=to, subject=exchange, event=event, is_secret=True, sender=wish.member.name, note=wish.note
        )


def tell_of_fit(exchange: PeerExchange, event: Event, *, by: User) -> None:
    """Tell those whose open exchange on the other side fits a new one."""
    told: set[int] = {by.pk}
    for hit in exchanges_near(exchange):
        to = _account(hit.row.opener)
        if to is not None and to.pk not in told:
            told.add(to.pk)
            notifications.queue(FITS, to=to, subject=exchange, event=event, own=hit.row.topic)


def tell(attempt: Attempt) -> None:
    """Write the outbox rows of a verb: each account once, never who pressed, but of an agreement both."""
    row: PeerExchange = attempt.subject
    is_agreement = attempt.verb.code == "agree_exchange"
    is_theirs = attempt.verb.has_page and not is_agreement
    told = {attempt.by.pk} if attempt.by is not None and is_theirs else set(attempt.details.get("gone", ()))
    for audience in attempt.verb.tells:
        for to, other in _recipients(audience, row):
            if to.pk in told:
                continue
            told.add(to.pk)
            shown = _contact(other) if is_agreement and audience == "sides" else {}
            notifications.queue(
                _template(attempt, audience),
                to=to,
                subject=row,
                event=attempt.event,
                is_secret=bool(shown),
                audience=audience,
                reason=attempt.reason,
                **shown,
            )


def _contact(other: Member | None) -> dict[str, Any]:
    """Return the name of the other side, and where an answer to the mail goes."""
    account = _account(other)
    if other is None:
        return {}
    return {"other": other.name} | ({"reply_to": account.email} if account is not None else {})


def _template(attempt: Attempt, audience: str) -> str:
    """Return the mail of a verb: who is not chosen hears that, not of an agreement of two others."""
    if attempt.verb.code == "agree_exchange" and audience == "others":
        return "community/exchange_taken"
    names = {
        "agree": AGREED,
        "finish": "community/exchange_done",
        "correct": "community/exchange_corrected",
        "call": "community/exchange_called_off",
        "lapse": ENDED,
        "free": "community/exchange_free",
        "leave": "community/exchange_left",
    }
    return names.get(attempt.verb.code.split("_")[0], "community/exchange_withdrawn")


def _recipients(audience: str, row: PeerExchange) -> Iterator[tuple[User, Member | None]]:
    """Yield the accounts of an audience, each with the person on the other side."""
    if audience == "others":
        for wish in row.wishes.select_related("member__user"):
            if wish.member_id not in (row.offered_by_id, row.asked_by_id) and (to := _account(wish.member)):
                yield to, None
        return
    pairs = [(row.opener, row.partner)] + ([(row.partner, row.opener)] if audience == "sides" else [])
    for member, other in pairs:
        if (to := _account(member)) is not None:
            yield to, other


@notifications.leads_to("peer_exchange")
def path_of_exchange(exchange: PeerExchange, message: Message) -> str | None:
    """Return the list of exchanges where the recipient does not see this one any more, else None: its page."""
    if message.to is None or PeerExchange.objects.visible_to(message.to).filter(pk=exchange.pk).exists():
        return None
    return reverse("community:exchanges")


@notifications.provides("peer_exchange")
def exchange_context(exchange: PeerExchange, message: Message) -> dict[str, Any]:
    """Return what the templates say of an exchange."""
    return {"title": exchange.topic, "form": exchange.get_kind_display(), "is_offer": exchange.is_offer}
