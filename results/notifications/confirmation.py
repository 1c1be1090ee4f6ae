"""Mails that ask an adopting organisation to confirm, and those that tell its answer; the signed links in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clusters.notifications.amendment import keeping
from clusters.permissions import is_gone
from community import links, notifications
from community.contributions import MailTopic
from community.models import Event, Message, SignedLink, User
from community.visibility import member_of
from results.choices import CONFIRM_DAYS
from results.models import Uptake, UptakeConfirmation
from results.querysets.confirmation import PURPOSE

ASKED = "results/confirm_uptake"
ANSWERED = "results/uptake_answered"
TOPICS = {
    "results.asked": MailTopic(
        _("Whether your organisation uses a solution"),
        _("Questions to adopting organisations."),
        lambda template, audience: template == ASKED,
        order=15,
        why_at_once=_("It asks for your answer or binds you."),
    ),
    "results.answered": MailTopic(
        _("What adopting organisations answer"),
        _("Confirmed, not confirmed or corrected: uptakes of the clusters that you lead."),
        lambda template, audience: template == ANSWERED,
        order=46,
    ),
}


def ask(
    row: UptakeConfirmation,
    *,
    by: User | None,
    at: datetime,
    event: Event | None = None,
    key: str | None = None,
    is_reminder: bool = False,
) -> Message | None:
    """Write the mail with a fresh link into the caller's transaction; None when `key` was used before.

    An older link of the question ends with it.
    """
    if key is not None and Message.objects.filter(key=key).exists():
        return None
    link = links.reserve(PURPOSE, subject=row, address=row.address, by=by, lasts_days=CONFIRM_DAYS, at=at)
    return notifications.queue(
        ASKED, to_address=row.address, subject=row, link=link, event=event, key=key, is_reminder=is_reminder
    )


def call_off(row: UptakeConfirmation) -> None:
    """End the links of a question, and take back the mails that have not left."""
    links.revoke_for(row, purpose=PURPOSE)
    notifications.call_off(row)


def tell_answer(row: UptakeConfirmation, *, event: Event) -> None:
    """Tell those who keep the record, and who asked, what the organisation answered; each once."""
    uptake = row.uptake
    keepers = keeping(uptake.cluster, timezone.localdate(event.at))
    people = [member.user for member in keepers if member.user is not None]
    asker = [] if is_gone(member_of(row.asked_by)) else [row.asked_by]
    for user in dict.fromkeys([*people, *asker]):
        notifications.queue(
            ANSWERED, to=user, subject=uptake, event=event, audience="lead", answer=row.status, title=title_of(uptake)
        )


def question_of(link: SignedLink) -> UptakeConfirmation | None:
    """Return the question that a link leads to, with all that its page shows."""
    rows = UptakeConfirmation.objects.select_related(
        "uptake__cluster__lead_organisation",
        "uptake__solution__project",
        "uptake__organisation",
        "uptake__territory",
        "asked_by__member",
        "document",
    )
    return rows.filter(pk=link.subject_id).first()


def title_of(uptake: Uptake) -> str:
    """Return what a mail calls an uptake."""
    return f"{uptake.solution.title} – {uptake.organisation.name}"


@notifications.provides("confirmation")
def question_context(row: UptakeConfirmation, message: Message) -> dict[str, Any]:
    """Return what the mail to the organisation uses: who asks, what is stated, and what becomes of the answer."""
    uptake, cluster = row.uptake, row.uptake.cluster
    lead = cluster.lead_organisation
    return {
        "title": uptake.solution.title,
        "name": cluster.name,
        "question": cluster.question,
        "asker": row.asked_by.get_full_name(),
        "organisation": uptake.organisation.name,
        "solution": uptake.solution.title,
        "words": row.message,
        "days": CONFIRM_DAYS,
        "facts": [*facts_of(uptake), (str(_("Led by")), f"{lead.name} ({lead.country})" if lead else "–")],
        "privacy_url": settings.SITE_URL + reverse("community:privacy"),
    }


@notifications.provides("uptake")
def uptake_context(uptake: Uptake, message: Message) -> dict[str, Any]:
    """Return what a mail about an uptake uses."""
    cluster = uptake.cluster
    return {"title": title_of(uptake), "name": cluster.name, "question": cluster.question, "facts": facts_of(uptake)}


def facts_of(uptake: Uptake) -> list[tuple[str, str]]:
    """Return what is stated, in lines: solution, organisation, territory, how, since when."""
    lines = [
        (_("Solution"), f"{uptake.solution.title} ({uptake.solution.project.acronym})"),
        (_("Adopting organisation"), uptake.organisation.name),
        (_("Territory"), uptake.territory.name if uptake.territory else "–"),
        (_("Step"), uptake.get_state_display()),
        (_("Kind"), uptake.get_kind_display() or "–"),
        (_("In use since"), date_format(uptake.in_use_on, "j F Y") if uptake.in_use_on else "–"),
    ]
    return [(str(label), str(words)) for label, words in lines]
