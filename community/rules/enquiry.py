"""How often somebody from outside may write, and for how long a question waits for its writer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from community.dates import written_moment
from community.folding import fold_key
from community.models import Enquiry, Solution
from community.permissions import ALLOWED, Verdict, refused
from community.rules.solution import has_reachable_contact

#: Mails to one address within 24 hours, so that no mailbox is bombed from here.
MOST_AN_ADDRESS: Final = 3
#: Questions about one solution that were passed on within 24 hours, so that no contact's is either.
MOST_A_SOLUTION: Final = 20
#: Questions about one solution, asked within 24 hours, that nobody confirmed. Who has no mailbox behind the addresses
#: can fill this count, so it is far above the other and above what one client may send ("enquiry" in the settings);
#: it bounds the mails to strangers and the rows.
MOST_UNCONFIRMED: Final = 200
MANY: Final = _("Very many ask about this solution today. Ask again tomorrow.")
FULL: Final = _(
    "Very many ask about this solution today. Your question is kept. Press the link in your mail again after %(free)s,"
    " until %(until)s."
)
FULL_TOO_LONG: Final = _(
    "Very many ask about this solution today, and the link in your mail ends before that is over, on %(until)s. If you"
    " still want to ask, open the solution and write once more after %(free)s."
)
UNREACHABLE: Final = _(
    "%(reason)s Your question is kept until %(until)s: where that has changed by then, the link in your mail sends it."
)
#: How long the link in the mail acts.
LASTS_DAYS: Final = 3
#: A mail that never left is not waited for longer than this after the question was asked.
WAITS_DAYS: Final = 7
#: Name and address are emptied so long after the question was passed on, taken back or had run out.
FORGOTTEN_AFTER: Final = timedelta(days=7)


def within_limits(solution: Solution, address: str, at: datetime) -> Verdict:
    """Tell whether one more question may be asked: from this address, and about this solution."""
    lately = Enquiry.objects.asked_since(at - timedelta(days=1))
    if lately.filter(address_key=fold_key(address)).count() >= MOST_AN_ADDRESS:
        return refused(
            _("From this address %(most)d questions were asked within a day. Ask again tomorrow.")
            % {"most": MOST_AN_ADDRESS}
        )
    if not (may_pass := has_room_for_contact(solution, at)):
        return may_pass
    if lately.about(solution).unconfirmed().count() >= MOST_UNCONFIRMED:
        return refused(MANY)
    return ALLOWED


def has_room_for_contact(solution: Solution, at: datetime) -> Verdict:
    """Tell whether the contact of a solution may get one more question: those that reached them lately count alone."""
    return ALLOWED if room_from(solution, at) is None else refused(MANY)


def room_from(solution: Solution, at: datetime) -> datetime | None:
    """Return from when the contact may get one more question; None: at once."""
    day = timedelta(days=1)
    last = Enquiry.objects.about(solution).passed_on_since(at - day).ended_at_newest(MOST_A_SOLUTION)
    return None if last is None else last + day


def may_pass_on(solution: Solution, until: datetime, at: datetime) -> Verdict:
    """Tell whether a question goes to the contact now, whose link acts until a moment; if not, what becomes of it.

    Who is refused has code "kept": the question waits, and the same link sends it later.
    """
    if (free := room_from(solution, at)) is not None:
        words = {"free": written_moment(free), "until": written_moment(until)}
        return refused((FULL if free < until else FULL_TOO_LONG) % words, "kept")
    if not (reachable := has_reachable_contact(solution)):
        return refused(UNREACHABLE % {"reason": reachable.reason, "until": written_moment(until)}, "kept")
    return ALLOWED
