"""Mails about a person's own data: entered, asked about, answered, erased; and what another member writes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from community import notifications
from community.choices import ConsentPurpose
from community.contributions import MailTopic
from community.models import DataRequest, Event, Member, Message, User

ERASED: Final = "community/erased"
ENTERED: Final = "community/noticed"
WRITTEN: Final = "community/member_message"
#: What somebody asked about their data: that they are to be erased, soon, no longer; that a correction was answered.
ASKED: Final = "community/erasure_asked"
SOON: Final = "community/erasure_soon"
KEPT: Final = "community/erasure_kept"
ANSWERED: Final = "community/correction_answered"
RETENTION: Final = "community/retention"
#: A consent was entered from a letter.
CONSENTED: Final = "community/consent_entered"
REQUESTS: Final = (ASKED, SOON, KEPT, ANSWERED)
TEMPLATES: Final = (ERASED, ENTERED, CONSENTED, *REQUESTS)

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
    if message.template in REQUESTS:
        return _request_context(message)
    if message.template == CONSENTED:
        purpose = message.params.get("purpose", "")
        return {
            "consent": ConsentPurpose(purpose).label if purpose in ConsentPurpose.values else "",
            "signed_on": _day(message.params.get("signed")),
            "contact": settings.DEFAULT_FROM_EMAIL,
            "action_url": settings.SITE_URL + reverse("community:my_data"),
        }
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


@notifications.leads_to("member")
def person_path(member: Member, message: Message) -> str | None:
    """Return where a notification about what somebody asked leads: to their data."""
    return reverse("community:my_data") if message.template in (*REQUESTS, CONSENTED) else None


def tell_of_request(
    template: str, asked: DataRequest, *, event: Event | None = None, key: str | None = None
) -> Message | None:
    """Queue a mail about what somebody asked, also to the address of a closed account; None where there is none.

    No words of the request stand in it, nor of its answer.
    """
    user = asked.member.user
    if user is None or not user.email:
        return None
    facts: dict[str, Any] = {"asked": _iso(asked.asked_at), "by_letter": asked.recorded_by_id is not None}
    if asked.due_at is not None:
        facts["due"] = _iso(asked.due_at)
    whom: dict[str, Any] = {"to": user} if user.is_active else {"to_address": user.email}
    return notifications.queue(template, **whom, subject=asked.member, event=event, key=key, **facts)


def tell_of_consent(member: Member, *, purpose: str, signed_on: date) -> Message | None:
    """Queue the mail that a consent was entered from a letter, also to a closed account; None where there is none."""
    user = member.user
    if user is None or not user.email:
        return None
    whom: dict[str, Any] = {"to": user} if user.is_active else {"to_address": user.email}
    return notifications.queue(CONSENTED, **whom, subject=member, purpose=purpose, signed=signed_on.isoformat())


def _request_context(message: Message) -> dict[str, Any]:
    """Return the days in words, whom to write to, and where the person looks at it."""
    page = reverse("community:my_data" if message.template == ANSWERED else "community:my_data_erase")
    found = {"action_url": settings.SITE_URL + page, "contact": settings.DEFAULT_FROM_EMAIL}
    return found | {f"{name}_on": _day(message.params.get(name)) for name in ("asked", "due")}


def _iso(moment: datetime) -> str:
    return timezone.localdate(moment).isoformat()


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
