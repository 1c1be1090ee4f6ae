"""Who may do what with a peer exchange, and why not."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from community.access import named_members
from community.choices import ExchangeCapacity, ExchangeStatus, Standing
from community.models import Member, PeerExchange
from community.permissions import ALLOWED, Verdict, refused
from community.rights import MEMBERS_ONLY, Viewer
from community.visibility import is_administrator, is_cop, member_of

if TYPE_CHECKING:
    from community.lifecycle import Attempt

C = ExchangeCapacity
#: Exchanges that one person may hold open at a time.
MOST_OPEN: Final = 20
#: Exchanges that one person may say "I would like to" to within a day, and lines to one of them: each is a mail.
MOST_WISHES_A_DAY: Final = 20
MOST_LINES_HERE: Final = 5
MANY_WISHES = _(
    "Your line is not sent. You said this to %(most)d exchanges within a day: say it here tomorrow. Copy the line if"
    " you leave this page."
)
MANY_LINES = _(
    "Your line is not sent. You sent %(most)d here within a day: send this one tomorrow. Copy it if you leave this"
    " page."
)
STALE = _("This exchange was changed while you were reading. Read what is new, then decide.")


def exchange_capacities(user: Viewer, exchange: PeerExchange, on: date) -> frozenset[str]:
    """Return as what `user` acts on an exchange (None: the registry); no query beyond the person's own row."""
    if user is None:
        return frozenset({C.CLOCK.value})
    held = {C.ADMINISTRATOR.value} if is_administrator(user) else set()
    me = member_of(user)
    if me is not None and is_cop(user):
        offers, asks = exchange.offered_by_id == me.pk, exchange.asked_by_id == me.pk
        opens, joins = (offers, asks) if exchange.is_offer else (asks, offers)
        held |= ({C.OPENER.value} if opens else set()) | ({C.PARTNER.value} if joins else set())
    return frozenset(held)


def is_here(member: Member | None) -> bool:
    """Tell whether a side of an exchange is still a member, so that somebody can agree and act for it."""
    return member is not None and member.standing == Standing.MEMBER and member.erased_at is None


def can_open_exchange(user: Viewer) -> Verdict:
    """Members of the community offer and ask."""
    return ALLOWED if is_cop(user) else refused(MEMBERS_ONLY, "forbidden")


def can_edit_exchange(user: Viewer, exchange: PeerExchange) -> Verdict:
    """Who opened it words it while it is open; an administrator may, too."""
    if not exchange_capacities(user, exchange, date.min) & {C.OPENER.value, C.ADMINISTRATOR.value}:
        return refused(_("Only who offered or asked may change this."), "forbidden")
    if not exchange.is_open:
        return refused(_("It is agreed or closed: its words stay as the other side read them."), "state")
    return ALLOWED


def can_wish(user: Viewer, exchange: PeerExchange) -> Verdict:
    """Any other member says "I would like to" while the exchange is open."""
    if not is_cop(user):
        return refused(MEMBERS_ONLY, "forbidden")
    me = member_of(user)
    if me is not None and exchange.opener is not None and me.pk == exchange.opener.pk:
        return refused(_("You opened this exchange yourself."), "forbidden")
    if not exchange.is_open:
        return refused(
            _("It is no longer open: it is “%(status)s”.") % {"status": exchange.get_status_display()}, "state"
        )
    opener = exchange.opener
    if not is_here(opener):
        return refused(_("Who opened it has left the community."), "state")
    if opener is None or opener.user is None or not opener.user.is_active:
        return refused(_("Who opened it has no account at present, so no mail would arrive."), "state")
    return ALLOWED


def has_room_for_wish(exchange: PeerExchange, said_to: list[int]) -> Verdict:
    """Tell whether one more line may go out; `said_to` are the keys of the exchanges of a day, once for each line.

    A line that takes the place of another one is told to the same person, and counts no further exchange.
    """
    if said_to.count(exchange.pk) >= MOST_LINES_HERE:
        return refused(MANY_LINES % {"most": MOST_LINES_HERE})
    if len({*said_to} - {exchange.pk}) >= MOST_WISHES_A_DAY:
        return refused(MANY_WISHES % {"most": MOST_WISHES_A_DAY})
    return ALLOWED


def exchange_wrong_state(attempt: Attempt) -> Verdict:
    """Say what state the exchange is in instead."""
    label = attempt.subject.get_status_display()
    return refused(_("This can't be done now: the exchange is “%(status)s”.") % {"status": label}, "state")


def exchange_four_eyes(attempt: Attempt) -> Verdict:
    """No verb of an exchange needs a second pair of eyes."""
    return ALLOWED


def seen_hash(exchange: PeerExchange) -> str:
    """Return what tells one wording of an exchange from the next: every change raises its version."""
    return str(exchange.version)


def has_opener(attempt: Attempt) -> Verdict:
    """Who opened it is a member, asked under the lock of the exchange: they may be leaving at this moment."""
    if is_here(attempt.subject.opener):
        return ALLOWED
    return refused(_("Who opened it has left the community."), "state")


def has_chosen(attempt: Attempt) -> Verdict:
    """Somebody would like to, and the form says who of them."""
    if not attempt.subject.wishes.exists():
        return refused(_("Nobody has said “I would like to” yet."), "requirement")
    if attempt.subject.wishes.filter(pk=attempt.details.get("wish")).exists():
        return ALLOWED
    return refused(_("Choose with whom you agree."), "form")


def began_by(exchange: PeerExchange, on: date) -> bool:
    """Tell whether an exchange may have taken place by the day `on`; one without days may have at once."""
    return exchange.starts_on is None or exchange.starts_on <= on


def has_begun(attempt: Attempt) -> Verdict:
    """Nothing came of an exchange before its first day."""
    first = attempt.subject.starts_on
    if first is None or began_by(attempt.subject, attempt.on):
        return ALLOWED
    words = _(
        "It begins on %(day)s: say what came of it from that day on. If it was earlier, call it off and agree anew."
    )
    return refused(words % {"day": date_format(first, "j F Y")}, "requirement")


def says_otherwise(attempt: Attempt) -> Verdict:
    """A correction changes something."""
    if str(attempt.details.get("came", "")).strip() != attempt.subject.what_came_of_it:
        return ALLOWED
    return refused(_("These words stand there already."), "form")


def has_words(attempt: Attempt) -> Verdict:
    """What came of it is said: it is what others learn from."""
    if str(attempt.details.get("came", "")).strip():
        return ALLOWED
    return refused(_("Say what came of it; one sentence is enough."), "form")


def named_sides(user: Viewer, exchange: PeerExchange, wishing: list[int]) -> set[int]:
    """Return whose names `user` may read on the page of an exchange; one query at most.

    Who agreed reads the other side's name, and who opened reads who would like to: both press with that knowledge.
    """
    sides = [one for one in (exchange.offered_by_id, exchange.asked_by_id) if one is not None]
    named = named_members(user, [*sides, *wishing])
    held = exchange_capacities(user, exchange, date.min)
    if held & {C.OPENER.value, C.PARTNER.value} and exchange.status in (ExchangeStatus.AGREED, ExchangeStatus.DONE):
        named |= set(sides)
    return named | set(wishing) if C.OPENER.value in held else named
