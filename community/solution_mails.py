"""Mails about solutions: who is asked to publish, what became of it, and a member's words to the contact."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from community import notifications
from community.contributions import MailTopic
from community.lifecycle import Attempt
from community.models import Appointment, Event, Message, Solution, User

TOPIC = MailTopic(
    _("Solutions of your projects"),
    _("For coordinators, what waits to be published; for who wrote or answers for a solution, what became of it."),
    lambda template, audience: template.startswith("community/solution_") and template != "community/solution_message",
    order=55,
)
#: Mails that hold somebody's words to a person.
PASSED_ON = ("solution_message", "enquiry_passed_on", "member_message")
MESSAGES = MailTopic(
    _("Questions to you, and about solutions whose contact you are"),
    _("Members and visitors write to you through a form; they do not see your address."),
    lambda template, audience: template.removeprefix("community/") in PASSED_ON,
    order=12,
    why_at_once=_("Somebody waits for your answer."),
)


def tell(attempt: Attempt) -> None:
    """Write the outbox rows of a verb: each account once, never who pressed."""
    told: set[int] = {attempt.by.pk} if attempt.by is not None else set()
    for audience in attempt.verb.tells:
        for account in _accounts(audience, attempt):
            if account.pk not in told:
                told.add(account.pk)
                notifications.queue(
                    f"community/{_template(attempt)}",
                    to=account,
                    subject=attempt.subject,
                    event=attempt.event,
                    audience=audience,
                    reason=attempt.reason,
                )


def _template(attempt: Attempt) -> str:
    return "solution_" + attempt.verb.code.removesuffix("_solution")


def _accounts(audience: str, attempt: Attempt) -> Iterable[User]:
    """Return the accounts of an audience: coordinators who may publish, who wrote and submitted, or the contact."""
    row: Solution = attempt.subject
    own = [one for one in (row.written_by, row.submitted_by) if one is not None]
    if audience == "coordinators":
        office = Appointment.objects.current(attempt.on).values("member")
        return [one for one in User.objects.filter(member__in=office).order_by("pk") if one not in own]
    if audience == "contact":
        return [row.contact.user] if row.contact is not None and row.contact.user is not None else []
    return own


def pass_on(solution: Solution, event: Event, *, by: User, text: str) -> None:
    """Queue a member's words for the contact; they are emptied once the mail is sent."""
    contact = solution.contact
    notifications.queue(
        "community/solution_message",
        to=contact.user if contact is not None else None,
        subject=solution,
        event=event,
        is_secret=True,
        text=text,
        sender=by.get_full_name(),
        reply_to=by.email,
    )


@notifications.provides("solution")
def solution_context(solution: Solution, message: Message) -> dict[str, Any]:
    """Return what the templates say of a solution."""
    return {"title": solution.title, "project": solution.project.acronym}
