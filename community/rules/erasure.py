"""What stands in the way of an erasure, what it takes away and what stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from community import contributions
from community.choices import Standing
from community.contributions import Words
from community.models import Appointment, Member, User
from community.permissions import Obstacle

LAST_ADMINISTRATOR: Final = _("This is the last administrator. Somebody else must become one first.")
LAST_COORDINATOR: Final = _("This is the last coordinator. Somebody else must be appointed first.")
#: What goes, and what stays without the name.
GOES: Final[tuple[Words, ...]] = (
    _("Name, e-mail address, languages, expertise and the text about the person."),
    _("The account with passwords, passkeys and devices; nobody signs in with it again."),
    _("Mails and notifications to the person, what they follow, and links that were sent to them."),
    _("Their comments, messages and notes to others, and drafts that nobody else knows of."),
    _("The words of what they did in the history; the steps themselves stay."),
    _("Issued documents that name the person: they are withdrawn and made anew without the name."),
)
STAYS: Final[tuple[Words, ...]] = (
    _("Every decision, with its day and in which role it was taken, by “Former member” and a number."),
    _("Clusters, needs, results and answers that others rest on, without the name."),
    _("Evidence of reported figures, such as lists of those present: restricted until its retention date."),
)


def obstacles(member: Member, on: date, *, waits: bool = True) -> list[Obstacle]:
    """Return what must be cleared before a person is erased.

    Args:
        waits: also what a person clears who has time, such as handing over a cluster; False once they waited.
    """
    return [one for one, is_lasting in _all(member, on) if waits or is_lasting]


def _all(member: Member, on: date) -> Iterator[tuple[Obstacle, bool]]:
    user = member.user
    if user is not None and user.is_active:
        if user.is_staff and not User.objects.administrators().exclude(pk=user.pk).exists():
            yield Obstacle(LAST_ADMINISTRATOR), True
        deciding = Appointment.objects.current(on)
        deciding = deciding.filter(member__user__is_active=True, member__standing=Standing.MEMBER)
        if deciding.filter(member=member).exists() and not deciding.exclude(member=member).exists():
            yield Obstacle(LAST_COORDINATOR), True
    for found in contributions.erasure_obstacles:
        yield from found(member, on)
