"""What becomes of exchanges and wishes when somebody leaves the community or is erased.

What they hold open, and what is agreed and has not begun, ends with who opened it and opens again without its other
side. What has begun is left to the other side, who says what came of it or calls it off. Their wishes are deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import search
from community.actions.transition import transition
from community.choices import OPEN_EXCHANGES, ExchangeStatus
from community.events import record
from community.models import Event, ExchangeWish, Member, PeerExchange, User
from community.rules.exchange import began_by, is_here

#: How far an exchange is that a departure moves.
MOVED: Final = (*OPEN_EXCHANGES, ExchangeStatus.AGREED)
LAPSE, FREE, LEAVE = "lapse_exchange", "free_exchange", "leave_exchange"


def follow_departure(member: Member, by: User | None, at: datetime) -> list[int]:
    """Move the exchanges of somebody who leaves, and delete their wishes; one event each.

    Return the keys of what ended. Each exchange is locked and read again, in the order of the keys, so that who agreed
    with this person meanwhile is seen.
    A no-op for what was moved before. The caller's transaction holds the person's row.
    """
    today, ended = timezone.localdate(at), []
    sided = PeerExchange.objects.of_member(member).order_by().values_list("pk", flat=True)
    wished = ExchangeWish.objects.filter(member=member).order_by().values_list("exchange", flat=True)
    for pk in sorted({*sided, *wished}):
        row = PeerExchange.objects.select_for_update(of=("self",)).get(pk=pk)
        verb = _verb_for(row, member, today)
        if verb and not (verb == LEAVE and Event.objects.about(row).of_verbs([LEAVE]).exists()):
            transition(row, verb, by=by, at=at, gone=[member.user_id])
        if verb == LAPSE:
            ended.append(pk)
        if ExchangeWish.objects.filter(exchange=row, member=member).delete()[0]:
            record(verb="take_back_wish", subject=row, by=by, at=at)
    return ended


def erase_exchanges(member: Member) -> int:
    """Let a departure's effects follow for an erased person, and empty the words of what they opened and is withdrawn.

    So also of what ended when they left, or was withdrawn by them, before: nobody else reads it any more. What is
    searched goes with the words. When it would have suited them goes from all that they opened: it tells of their days
    alone. The topic stays, as questions of needs do: it is what the others were told by. Return how many ended now.
    """
    ended = follow_departure(member, None, timezone.now())
    rows = PeerExchange.objects.filter(Q(pk__in=ended) | Q(pk__in=PeerExchange.objects.opened_by(member).values("pk")))
    for row in rows.order_by("pk"):
        before = row.description, row.timing
        row.timing = ""
        if row.status == ExchangeStatus.CANCELLED:
            row.description = ""
        if (row.description, row.timing) != before:
            said = {"description": row.description, "timing": "", "search_text": search.search_text_of(row)}
            rows.filter(pk=row.pk).update(**said, version=F("version") + 1)
    return len(ended)


def _verb_for(row: PeerExchange, member: Member, today: date) -> str:
    """Return what becomes of an exchange without this person; "" where nothing does."""
    is_opener, is_partner = row.opener == member, row.partner == member
    if row.status not in MOVED or not (is_opener or is_partner):
        return ""
    other = row.partner if is_opener else row.opener
    if row.status == ExchangeStatus.AGREED and is_here(other):
        if began_by(row, today):
            return LEAVE
        return LAPSE if is_opener else FREE
    return LAPSE


def ahead_of_departure(member: Member) -> list[str]:
    """Say what would become of somebody's exchanges if they left today."""
    said, today = [], timezone.localdate()
    words = {
        LAPSE: _("“%(topic)s” is open: it is withdrawn, and who would like to is told"),
        FREE: _("“%(topic)s” is agreed and has not begun: it is open again without them"),
        LEAVE: _("“%(topic)s” is agreed: the other side says what came of it, or calls it off"),
    }
    agreed = _("“%(topic)s” is agreed and has not begun: it is withdrawn, and the other side is told")
    rows = PeerExchange.objects.of_member(member).select_related("offered_by", "asked_by")
    for row in rows.order_by("pk"):
        if verb := _verb_for(row, member, today):
            is_agreed = verb == LAPSE and row.status == ExchangeStatus.AGREED
            said.append((agreed if is_agreed else words[verb]) % {"topic": row.topic})
    if count := ExchangeWish.objects.filter(member=member, exchange__status__in=OPEN_EXCHANGES).count():
        words_of_wishes = ngettext(
            "would like to take part in %(count)d exchange", "would like to take part in %(count)d exchanges", count
        )
        said.append(words_of_wishes % {"count": count})
    return said


def ended_by_departure(keys: Sequence[int]) -> list[str]:
    """Say which exchanges ended with a departure and have not been opened again."""
    rows = PeerExchange.objects.filter(pk__in=keys, status=ExchangeStatus.CANCELLED).order_by("pk")
    return [_("exchange “%(topic)s”") % {"topic": row.topic} for row in rows]
