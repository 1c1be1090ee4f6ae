"""Mails of questions from outside: to who asked, with a link, and then to the contact."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community import links, notifications
from community.contributions import MailTopic
from community.models import Enquiry, Event, Message
from community.rules.enquiry import LASTS_DAYS

#: The purpose of the links: it leads to `/enquiries/<token>/`.
PURPOSE: Final = "enquiry"
CONFIRM: Final = "community/enquiry_confirm"
TOPIC = MailTopic(
    _("Your own question about a solution"),
    _("The link by which somebody without an account sends it."),
    lambda template, audience: template == CONFIRM,
    order=13,
    why_at_once=_("You wait for it."),
)


def ask_to_confirm(row: Enquiry, *, at: datetime) -> Message | None:
    """Queue the mail with the link. It holds nothing that was typed: nobody sends words to others from here."""
    link = links.reserve(PURPOSE, subject=row, address=row.address, by=None, lasts_days=LASTS_DAYS, at=at)
    return notifications.queue(CONFIRM, to_address=row.address, subject=row, link=link)


def pass_on(row: Enquiry, event: Event) -> None:
    """Queue the words for the contact; they are emptied once the mail is sent."""
    contact = row.solution.contact
    notifications.queue(
        "community/enquiry_passed_on",
        to=contact.user if contact is not None else None,
        subject=row.solution,
        event=event,
        is_secret=True,
        text=row.text,
        sender=row.name,
        sender_organisation=row.organisation,
        reply_to=row.address,
    )


@notifications.provides("enquiry")
def enquiry_context(row: Enquiry, message: Message) -> dict[str, Any]:
    """Return what the mail to who asked says: the solution alone."""
    return {
        "title": row.solution.title,
        "project": row.solution.project.acronym,
        "days": LASTS_DAYS,
        "solution_url": settings.SITE_URL + reverse("community:solution", args=[row.solution_id]),
        "privacy_url": settings.SITE_URL + reverse("community:privacy"),
    }
