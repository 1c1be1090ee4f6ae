"""Mails about absences of coordinators: to the person, to who coordinates beside them, and to the stand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import notifications
from community.contributions import MailTopic
from community.models import Appointment, Event, Message, User

ABSENCE: Final = "community/absence"
TOPIC: Final = MailTopic(
    gettext_lazy("Absences of coordinators"),
    gettext_lazy("Who coordinates is away or back: whoever decides beside them or instead, and whose proposal waits."),
    lambda template, audience: template.endswith("/absence"),
    order=32,
)
#: What is told, by the verb of the event and to whom.
SAID: Final = {
    ("note_absence", "self"): gettext_lazy(
        "%(who)s noted that you are away until %(last)s. Until then others decide on what waits for %(group)s."
    ),
    ("note_absence", "beside"): gettext_lazy(
        "%(person)s, who coordinates %(group)s with you, is away until %(last)s. Until then you decide without them."
    ),
    ("note_absence", "stand_in"): gettext_lazy(
        "Nobody who coordinates %(group)s is there until %(all)s. Until then you may decide on its proposals, too."
    ),
    ("end_absence", "self"): gettext_lazy("%(who)s noted that you are back."),
    ("end_absence", "beside"): gettext_lazy("%(person)s, who coordinates %(group)s with you, is back."),
    ("end_absence", "stand_in"): gettext_lazy(
        "Somebody who coordinates %(group)s is back: its proposals wait for them again."
    ),
}


def nobody_until(row: Appointment, on: date, *, besides: bool = False) -> date | None:
    """Return the last day on which nobody of a group is there; None where somebody is, and of the whole mission.

    `besides`: leave the appointment itself out of account, to ask whether the others are there.
    """
    if row.working_group_id is None:
        return None
    held = Appointment.objects.current(on).deciders().filter(working_group=row.working_group_id)
    days = [one.absent_until for one in (held.exclude(pk=row.pk) if besides else held)]
    away = [day for day in days if day is not None and day >= on]
    if len(away) < len(days):
        return None
    return min(away, default=on)


def tell(row: Appointment, event: Event) -> None:
    """Tell an absence, or its end, to all whom it concerns: each account once, never who noted it."""
    told = {event.by_id}
    for audience, account in _audiences(row, timezone.localdate(event.at), is_back=event.verb == "end_absence"):
        if account.pk not in told:
            told.add(account.pk)
            notifications.queue(ABSENCE, to=account, subject=row, event=event, verb=event.verb, audience=audience)


def _audiences(row: Appointment, on: date, *, is_back: bool) -> Iterator[tuple[str, User]]:
    """Yield accounts with as what they are told: stand-ins only where nobody of the group is, or else was, there."""
    if row.member.user is not None:
        yield "self", row.member.user
    held = Appointment.objects.current(on).deciders().select_related("member__user").order_by("pk")
    for one in held.filter(working_group=row.working_group_id):
        if one.member.user is not None:
            yield "beside", one.member.user
    if nobody_until(row, on, besides=is_back) is None:
        return
    for one in held.present(on).exclude(working_group=row.working_group_id):
        if one.member.user is not None:
            yield "stand_in", one.member.user


def absence_context(row: Appointment, message: Message) -> dict[str, Any]:
    """Return what is told of an absence in words."""
    event = message.event
    by, on = (event.by, timezone.localdate(event.at)) if event is not None else (None, timezone.localdate())
    last = row.absent_until or on
    group = str(row.working_group or _("the whole mission"))
    names = {
        "who": by.get_full_name() if by is not None else _("The registry"),
        "person": row.member.name,
        "group": group,
        "last": date_format(last, "j F Y"),
        "all": date_format(nobody_until(row, on) or last, "j F Y"),
    }
    said = SAID[message.params["verb"], message.params["audience"]]
    return {"said": str(said) % names, "group": group, "is_back": message.params["verb"] == "end_absence"}


def page_of(row: Appointment) -> str:
    """Return the page that shows who coordinates."""
    group = row.working_group
    return reverse("community:working_group", args=[group.code]) if group else reverse("community:working_groups")
