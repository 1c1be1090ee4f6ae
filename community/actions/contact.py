"""Writing to the contact of a solution, or to a member: one mail each, neither address nor name comes back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community import person_mails, solution_mails
from community.events import record
from community.models import Member, Solution, User
from community.permissions import Refusal, Verdict, refused
from community.rules.contact import TO_CONTACT, TO_MEMBER, can_write_to_member, within_limits
from community.rules.solution import can_write_to_contact
from community.validators import plain_text

LONGEST_MESSAGE: Final = 3000


@transaction.atomic
def write_to_contact(*, solution: Solution, by: User, text: str, at: datetime | None = None) -> None:
    """Send a member's words to the contact of a solution.

    The mail names who wrote and answers go to that address. The event counts towards the limits and holds no words;
    the words are forgotten once the mail has left. One person at a time, so that two presses at once count as two.

    Raises:
        Refusal: not allowed, nothing written, or too many within a day.
    """
    at = at or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    row = Solution.objects.select_related("contact__user").get(pk=solution.pk)
    _check(can_write_to_contact(by, row), _writable(text), within_limits(by, row, at))
    event = record(verb=TO_CONTACT, subject=row, by=by, at=at)
    solution_mails.pass_on(row, event, by=by, text=text.strip())


@transaction.atomic
def write_to_member(*, member: Member, by: User, text: str, at: datetime | None = None) -> None:
    """Send a member's words to another one, whom the writer sees in the directory; else as `write_to_contact`.

    Raises:
        Refusal: not allowed, nothing written, or too many within a day.
    """
    at = at or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    row = Member.objects.shown_to(by).select_related("user").filter(pk=member.pk).first()
    if row is None:
        raise Refusal(_("This person does not stand in the directory any more."), "state")
    _check(can_write_to_member(by, row), _writable(text), within_limits(by, row, at))
    event = record(verb=TO_MEMBER, subject=row, by=by, at=at)
    person_mails.pass_on(row, event, by=by, text=text.strip())


def _check(*verdicts: Verdict) -> None:
    """Refuse with the first reason there is."""
    for verdict in verdicts:
        if not verdict:
            raise Refusal.of(verdict)


def _writable(text: str) -> Verdict:
    """Return whether a message may be sent as it is."""
    if not text.strip():
        return refused(_("Write what you want to know."))
    if len(text) > LONGEST_MESSAGE:
        return refused(_("Write at most %(most)d characters.") % {"most": LONGEST_MESSAGE})
    try:
        plain_text(text)
    except ValidationError as error:
        return refused(" ".join(error.messages))
    return Verdict(True)
