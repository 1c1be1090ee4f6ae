"""Mails about who coordinates: to the person, and to all others who coordinate the same."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import notifications
from community.absence_mails import ABSENCE, absence_context, page_of
from community.models import Appointment, Event, Message, User

APPOINTMENT: Final = "community/appointment"
#: What is told, by the verb of the event.
SAID: Final = {
    "appoint": gettext_lazy("%(who)s appointed %(person)s. It begins on %(first)s."),
    "end_appointment": gettext_lazy("%(who)s ended the appointment of %(person)s. The last day is %(last)s."),
    "call_off_appointment": gettext_lazy(
        "%(who)s called off the appointment of %(person)s before it began. It was to begin on %(first)s."
    ),
    "resume_appointment": gettext_lazy("%(who)s lets the appointment of %(person)s go on."),
    "withdraw_appointment": gettext_lazy(
        "%(who)s withdrew the appointment of %(person)s: it was a mistake and counts no more."
    ),
    "take_in_member": gettext_lazy("%(who)s merged two entries of %(person)s, who holds this appointment from now on."),
    "unmerge_member": gettext_lazy("%(who)s took a merge back: %(person)s holds this appointment again."),
}


def tell(row: Appointment, event: Event) -> None:
    """Tell the person, and all who coordinate the same today, what became of an appointment; not who did it."""
    today = timezone.localdate(event.at)
    beside = Appointment.objects.current(today).filter(working_group=row.working_group_id).values("member")
    told = User.objects.active().filter(Q(member=row.member_id) | Q(member__in=beside))
    for one in told.exclude(pk=event.by_id or 0).order_by("pk"):
        notifications.queue(APPOINTMENT, to=one, subject=row, event=event, verb=event.verb)


@notifications.provides("appointment")
def appointment_context(row: Appointment, message: Message) -> dict[str, Any]:
    """Return what became of the appointment in words, and where the group stands."""
    if message.template == ABSENCE:
        return absence_context(row, message)
    event = message.event
    by = event.by if event is not None else None
    facts = [(_("Coordinates"), str(row.working_group or _("the whole mission")))]
    names = {
        "who": by.get_full_name() if by is not None else _("The registry"),
        "person": row.member.name,
        "first": date_format(row.from_on, "j F Y"),
        "last": _day(event.data.get("until") if event is not None else None) or _day(row.until_on),
    }
    said = SAID.get(message.params.get("verb", ""), "")
    page = page_of(row)
    return {"said": str(said) % names if said else "", "facts": facts, "action_url": settings.SITE_URL + page}


@notifications.leads_to("appointment")
def path_of_appointment(row: Appointment, message: Message) -> str:
    """Return the page that shows who coordinates."""
    return page_of(row)


def _day(value: str | date | None) -> str:
    """Return a day in the words of the mail's language; "" where there is none."""
    day = parse_date(value) if isinstance(value, str) else value
    return date_format(day, "j F Y") if day else ""
