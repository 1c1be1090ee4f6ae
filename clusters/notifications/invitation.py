"""Mails to addresses that are asked to take part, and the signed links in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clusters.choices import Access
from clusters.models import Invitation
from clusters.rules.invitations import access_given, account_of, last_moment
from community import links, notifications
from community.models import Event, Message, SignedLink, User

#: The purpose of the links: they lead to `/join/<token>/`.
PURPOSE = "participate"
#: How long a link acts, counted from the moment when its mail is sent; the cluster's last day may come sooner.
LASTS_DAYS = 14
INVITED = "clusters/invited_by_address"
ENDED = "clusters/invitation_ended"
#: What an access allows, said to who gets it.
MAY: dict[str, Any] = {
    Access.VIEW: _("Read along in the room: discussion, files and meetings."),
    Access.COMMENT: _("Read along in the room and write comments."),
    Access.CONTRIBUTE: _("Write comments in the room, add files and notes, and suggest changes."),
}


def ask(
    row: Invitation,
    *,
    by: User | None,
    at: datetime,
    event: Event | None = None,
    key: str | None = None,
    is_reminder: bool = False,
) -> Message | None:
    """Write the mail with a fresh link into the caller's transaction; None when `key` was used before.

    An older link of the invitation ends with it.
    """
    if key is not None and Message.objects.filter(key=key).exists():
        return None
    ends = last_moment(row.cluster, at)
    link = links.reserve(
        PURPOSE, subject=row, address=row.address, by=by, lasts_days=LASTS_DAYS, expires_at=ends, at=at
    )
    return notifications.queue(
        INVITED,
        to_address=row.address,
        subject=row,
        link=link,
        event=event,
        key=key,
        title=row.cluster.title,
        is_reminder=is_reminder,
    )


def call_off(row: Invitation) -> None:
    """End the links of an invitation, and take back the mails that have not left."""
    links.revoke_for(row, purpose=PURPOSE)
    notifications.call_off(row)


def tell_ended(row: Invitation, *, event: Event, is_over: bool = False) -> None:
    """Tell an address whose invitation ended; nobody where its mail never left.

    It was taken back, or the cluster is over (`is_over`).
    """
    if Invitation.objects.filter(pk=row.pk).reached().exists():
        title = row.cluster.title
        notifications.queue(ENDED, to_address=row.address, subject=row, event=event, title=title, is_over=is_over)


def invitation_of(link: SignedLink) -> Invitation | None:
    """Return the invitation that a link leads to."""
    rows = Invitation.objects.select_related("cluster__lead_organisation", "asked_by__member")
    return rows.filter(pk=link.subject_id).first()


@notifications.provides("invitation")
def invitation_context(row: Invitation, message: Message) -> dict[str, Any]:
    """Return what the mails use: who asks, for what, what one may do, and the cluster in lines of facts."""
    cluster, lead, account = row.cluster, row.cluster.lead_organisation, account_of(row)
    may = MAY[access_given(row, account.member if account is not None else None)]
    return {
        "title": cluster.title,
        "name": cluster.name,
        "question": cluster.question,
        "inviter": row.asked_by.get_full_name(),
        "purpose": row.purpose,
        "words": row.message,
        "reason": row.answer_reason if message.template == ENDED else "",
        "facts": [
            (str(_("What for")), row.purpose),
            (str(_("You may")), str(may)),
            (str(_("Invited by")), row.asked_by.get_full_name()),
            (str(_("Question")), cluster.question),
            (str(_("Led by")), f"{lead.name} ({lead.country})" if lead else "–"),
        ],
        "action_url": settings.SITE_URL + cluster.get_absolute_url(),
    }
