"""The mail that asks what became of a cluster, and the signed link in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clusters.choices import FOLLOW_UP_DAYS
from clusters.models import Cluster, FollowUp
from community import links, notifications
from community.models import Event, Member, Message, SignedLink

#: The purpose of the links: it leads to `/follow-up/<token>/`.
PURPOSE = "follow_up"
#: So many results stand in the mail; the page shows them all.
SHOWN_RESULTS = 3


def ask(
    row: FollowUp,
    member: Member,
    *,
    at: datetime,
    key: str,
    event: Event | None = None,
    template: str = "clusters/follow_up",
) -> Message | None:
    """Write the mail with a fresh link into the caller's transaction; None when `key` was used or nobody gets it.

    An older link of the same person ends with it. Reminders send theirs by this too.
    """
    user = member.user
    if user is None or not user.is_active or Message.objects.filter(key=key).exists():
        return None
    link = links.reserve(PURPOSE, subject=row, user=user, by=None, lasts_days=FOLLOW_UP_DAYS, at=at)
    return notifications.queue(template, to=user, subject=row, link=link, event=event, key=key, audience="asked")


def call_off(row: FollowUp) -> None:
    """Revoke the links of a follow-up that nobody is asked any more, and take back what waits to be sent."""
    links.revoke_for(row, purpose=PURPOSE)
    notifications.call_off(row)


def question_of(link: SignedLink) -> FollowUp | None:
    """Return the follow-up that a link leads to."""
    return FollowUp.objects.for_page().select_related("cluster__lead").filter(pk=link.subject_id).first()


@notifications.provides("follow_up")
def follow_up_context(row: FollowUp, message: Message) -> dict[str, Any]:
    """Return what the templates of mails about a follow-up use: cluster, cause, what came of it."""
    cluster = row.cluster
    return {
        "title": cluster.title,
        "name": cluster.name,
        "question": cluster.question,
        "why_asked": row.get_why_display(),
        "days": FOLLOW_UP_DAYS,
        "facts": _facts(cluster),
    }


def _facts(cluster: Cluster) -> list[tuple[str, str]]:
    """Return the lines of facts: question, end, what came of it."""
    outcomes = list(cluster.outcomes.all())
    results = "; ".join(outcome.title for outcome in outcomes[:SHOWN_RESULTS])
    if len(outcomes) > SHOWN_RESULTS:
        results += " …"
    return [
        (str(_("Question")), cluster.question),
        (str(_("Ended on")), date_format(cluster.ended_on, "j F Y") if cluster.ended_on else "–"),
        (str(_("What came of it")), results or "–"),
    ]
