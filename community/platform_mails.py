"""Mails to those who follow a platform: a need, a cluster, an exchange or a solution is new on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from community import kinds, notifications
from community.contributions import MailTopic
from community.models import Event, Subscription, Term, User

NEWS = "community/platform_news"
TOPIC = MailTopic(
    _("Platforms that you follow"),
    _("A need, a cluster, a solution or an exchange is new on the platform of a challenge."),
    lambda template, audience: template == NEWS,
    order=57,
)


def tell_followers(
    subject: Any, event: Event | None, terms: Iterable[Term], *, by: User | None, besides: Collection[int] = ()
) -> int:
    """Tell who follows one of the challenges of a new row, each account once; return how many.

    Never `by`, nor the accounts whose keys are in `besides`, who are told otherwise.
    """
    labels = {term.pk: term.label for term in terms}
    rows = Subscription.objects.filter(kind="term", subject_id__in=labels, user__is_active=True)
    told: set[int] = {*besides, *([by.pk] if by is not None else [])}
    before = len(told)
    for row in rows.select_related("user").order_by("pk"):
        if row.user_id in told:
            continue
        told.add(row.user_id)
        more: dict[str, Any] = {
            "title": str(subject),
            "platform": labels[row.subject_id],
            "what": kinds.of(subject).code,
        }
        notifications.queue(NEWS, to=row.user, subject=subject, event=event, **more)
    return len(told) - before
