"""What stands in the way of an erasure, what it takes away and what stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from community import contributions
from community.contributions import Words
from community.models import Event, File, Member, User
from community.permissions import Obstacle
from community.rules.appointment import leaves_nobody

LAST_ADMINISTRATOR: Final = _("This is the last administrator. Somebody else must become one first.")
LAST_COORDINATOR: Final = _("This is the last coordinator. Somebody else must be appointed first.")
#: What goes, and what stays without the name.
GOES: Final[tuple[Words, ...]] = (
    _("Name, e-mail address, languages, expertise and the text about the person."),
    _("The account with passwords, passkeys and devices; nobody signs in with it again."),
    _("Mails and notifications to the person, what they follow, and links that were sent to them."),
    _("Their comments, messages and notes to others, and drafts that nobody else knows of."),
    _("The words of what they did in the history; the steps themselves stay."),
    _("Issued documents that name the person, in free text too: they are withdrawn and made anew without the name."),
)
STAYS: Final[tuple[Words, ...]] = (
    _("Every decision, with its day and in which role it was taken, by “Former member” and a number."),
    _("Clusters, needs, results and answers that others rest on, without the name."),
    _("Evidence of reported figures, such as lists of those present: restricted until its retention date."),
)


@dataclass(frozen=True)
class Stayed:
    """What an erasure left: evidence that is restricted until its day, and (what, number) of rows with the name."""

    member: Member
    at: datetime
    files: tuple[File, ...]
    traces: tuple[tuple[Words, int], ...]


def stayed(since: datetime) -> list[Stayed]:
    """Return what erasures since then left, the newest first; nothing of those that left nothing. Three queries."""
    events = list(Event.objects.filter(verb="erase_member", at__gte=since).order_by("-at", "-pk"))
    left = [event for event in events if event.data.get("files") or event.data.get("traces")]
    members = Member.objects.in_bulk([event.subject_id for event in left])
    files = File.objects.in_bulk([key for event in left for key in event.data.get("files", [])])
    found = []
    for event in left:
        kept = [files[key] for key in event.data.get("files", []) if key in files and files[key].removed_at is None]
        traces = [(_called(model), pk) for model, pk in event.data.get("traces", [])]
        if event.subject_id in members and (kept or traces):
            found.append(Stayed(members[event.subject_id], event.at, tuple(kept), tuple(traces)))
    return found


def _called(model: str) -> Words:
    """Return what a model is called, of those that are there still."""
    try:
        return apps.get_model(model)._meta.verbose_name or model
    except LookupError:
        return model


def obstacles(member: Member, on: date, *, waits: bool = True) -> list[Obstacle]:
    """Return what must be cleared before a person is erased.

    Args:
        waits: also what a person clears who has time, such as handing over a cluster; False once they waited.
    """
    return [one for one, is_lasting in weighed(member, on) if waits or is_lasting]


def weighed(member: Member, on: date) -> Iterator[tuple[Obstacle, bool]]:
    """Yield what must be cleared before a person is erased, and whether no waiting clears it."""
    user = member.user
    if user is not None and user.is_active:
        if user.is_staff and not User.objects.administrators().exclude(pk=user.pk).exists():
            yield Obstacle(LAST_ADMINISTRATOR), True
        if leaves_nobody(member, on):
            yield Obstacle(LAST_COORDINATOR), True
    for found in contributions.erasure_obstacles:
        yield from found(member, on)
