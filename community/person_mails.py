"""Mails about a person's own data: that they were entered, that they were erased; and what another member writes."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from community import notifications
from community.contributions import MailTopic
from community.models import Event, Member, Message, User

ERASED: Final = "community/erased"
ENTERED: Final = "community/noticed"
WRITTEN: Final = "community/member_message"
RETENTION: Final = "community/retention"
TEMPLATES: Final = (ERASED, ENTERED)

TOPIC: Final = MailTopic(
    _("What personal data may go"),
    _("Once a year, for administrators: evidence whose retention date is over."),
    lambda template, audience: template == RETENTION,
    order=59,
)


@notifications.provides("member")
def person_context(member: Member, message: Message) -> dict[str, Any]:
    """Return where a mail about somebody leads: to the page on privacy, which needs no account, or to their data."""
    if message.template == RETENTION:
        return {"action_url": settings.SITE_URL + reverse("community:retention")}
    if message.template == WRITTEN:
        return {"action_url": settings.SITE_URL + reverse("community:my_data")}
    if message.template not in TEMPLATES:
        return {}
    found: dict[str, Any] = {"action_url": settings.SITE_URL + reverse("community:privacy")}
    if message.template == ENTERED:
        found["entered"] = date_format(parse_date(message.params.get("day", "")) or timezone.localdate(), "j F Y")
    if message.template == ERASED:
        found["kept"] = [{**file, "until": _day(file.get("until"))} for file in message.params.get("kept", ())]
    return found


def pass_on(member: Member, event: Event, *, by: User, text: str) -> None:
    """Queue a member's words for another one; they are emptied once the mail is sent."""
    notifications.queue(
        WRITTEN,
        to=member.user,
        subject=member,
        event=event,
        is_secret=True,
        text=text,
        sender=by.get_full_name(),
        reply_to=by.email,
    )


def _day(text: str | None) -> str:
    """Return a day in the words of the mail's language; "" where it is not known."""
    day = parse_date(text) if text else None
    return date_format(day, "j F Y") if day else ""
