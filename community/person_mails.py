"""Mails about a person's own data: that they were entered, and that they were erased."""

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
from community.models import Member, Message

ERASED: Final = "community/erased"
ENTERED: Final = "community/noticed"
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
    """Return where a mail about somebody's own data leads: to the page on privacy, which needs no account."""
    if message.template == RETENTION:
        return {"action_url": settings.SITE_URL + reverse("community:retention")}
    if message.template not in TEMPLATES:
        return {}
    found: dict[str, Any] = {"action_url": settings.SITE_URL + reverse("community:privacy")}
    if message.template == ENTERED:
        found["entered"] = date_format(parse_date(message.params.get("day", "")) or timezone.localdate(), "j F Y")
    if message.template == ERASED:
        found["kept"] = [{**file, "until": _day(file.get("until"))} for file in message.params.get("kept", ())]
    return found


def _day(text: str | None) -> str:
    """Return a day in the words of the mail's language; "" where it is not known."""
    day = parse_date(text) if text else None
    return date_format(day, "j F Y") if day else ""
