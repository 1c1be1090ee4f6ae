"""Mails about the conditions of an approval: who is told, and the words of a condition with its day."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from clusters.models import Condition
from clusters.permissions import deciding_members
from clusters.sentences import condition_words
from community import notifications
from community.models import Event, Member


def lines(event: Event | None) -> list[str]:
    """Return the conditions that an approval came with, each with its day, for the mail about that event."""
    rows = Condition.objects.filter(decision__event=event) if event is not None and event.verb == "approve" else ()
    return [condition_words(row.text, row.due_on) for row in rows]


def part(event: Event | None, title: str) -> str:
    """Return the title of what a mail is about; a condition that has a day says it."""
    if event is None or event.kind != "condition":
        return title
    row = Condition.objects.filter(pk=event.subject_id).first()
    return condition_words(title, row.due_on) if row is not None and title else title


def tell_deciders(code: str, condition: Condition, *, event: Event) -> None:
    """Write an outbox row for those who may decide on the cluster, about a condition of its approval."""
    members = deciding_members(condition.cluster, timezone.localdate(event.at))
    _tell_of_condition(code, condition, members, "coordinators", event=event)


def tell_lead(code: str, condition: Condition, *, event: Event) -> None:
    """Write an outbox row for lead and deputies about a condition of the approval."""
    leading = condition.cluster.participations.leading().select_related("member__user")
    _tell_of_condition(code, condition, [row.member for row in leading], "lead", event=event)


def _tell_of_condition(
    code: str, condition: Condition, members: Iterable[Member | None], audience: str, *, event: Event
) -> None:
    """Queue one mail an account about a condition."""
    for member in members:
        if member is None or member.user is None or member.user.pk == event.by_id:
            continue
        notifications.queue(
            f"clusters/{code}",
            to=member.user,
            subject=condition.cluster,
            event=event,
            audience=audience,
            title=condition.cluster.title,
            name=condition.cluster.name,
        )
