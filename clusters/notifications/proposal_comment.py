"""Who is told of comments on a proposal, and that comments are asked for until a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from clusters.models import Cluster
from clusters.permissions import deciding_members
from clusters.rules.proposal_comments import KIND, can_read_comments
from community import notifications
from community.models import Appointment, Comment, Event, Member, Message, Subscription, User


def tell_commented(comment: Comment, cluster: Cluster, *, event: Event) -> None:
    """Tell proposer and named lead, and who wrote in the thread that is answered; never who wrote it."""
    people: list[tuple[str, Member | None]] = [("proposer", cluster.proposer), ("lead", cluster.lead)]
    if comment.reply_to_id is not None:
        thread = Comment.objects.filter(Q(pk=comment.reply_to_id) | Q(reply_to=comment.reply_to_id), removed_at=None)
        writers = Member.objects.filter(user__in=thread.values("by")).select_related("user").order_by("pk")
        people += [("writer", member) for member in writers]
    _tell("proposal_commented", cluster, people, event=event, comment=comment.pk)


def tell_asked(cluster: Cluster, *, event: Event) -> None:
    """Tell those who may have something to say until when comments are asked for; never who said so.

    Beside proposer, lead and those who may decide: coordinators of the further working groups, whoever commented
    before, and followers, as far as they see the proposal and read comments.
    """
    on = timezone.localdate(event.at)
    people: list[tuple[str, Member | None]] = [("proposer", cluster.proposer), ("lead", cluster.lead)]
    people += [("deciders", one) for one in deciding_members(cluster, on)]
    asked: list[tuple[str, QuerySet[Member]]] = [
        ("further_coordinators", _further_coordinators(cluster, on)),
        ("writer", Member.objects.filter(user__in=_standing(cluster).values("by"))),
        ("follower", Member.objects.filter(user__in=Subscription.objects.about(cluster).values("user"))),
    ]
    for audience, rows in asked:
        found = rows.select_related("user").order_by("pk")
        people += [(audience, one) for one in found if one.user is not None and _sees(one.user, cluster)]
    until = cluster.comments_until.isoformat() if cluster.comments_until else ""
    _tell("comments_asked", cluster, people, event=event, until=until)


def _further_coordinators(cluster: Cluster, on: date) -> QuerySet[Member]:
    groups = cluster.further_working_groups.values("pk")
    present = Appointment.objects.current(on).filter(working_group__in=groups)
    return Member.objects.filter(pk__in=present.values("member"))


def _standing(cluster: Cluster) -> QuerySet[Comment]:
    """Return what was said on the proposal and not taken back."""
    return Comment.objects.filter(kind=KIND, subject_id=cluster.pk, removed_at=None)


def _sees(user: User, cluster: Cluster) -> bool:
    return Cluster.objects.visible_to(user).filter(pk=cluster.pk).exists()


def _tell(
    template: str, cluster: Cluster, people: list[tuple[str, Member | None]], *, event: Event, **params: Any
) -> None:
    told: set[int | None] = {event.by_id}
    for audience, member in people:
        user: User | None = member.user if member is not None else None
        if user is None or not user.is_active or user.pk in told or not can_read_comments(user, cluster):
            continue
        told.add(user.pk)
        notifications.queue(
            f"clusters/{template}",
            to=user,
            subject=cluster,
            event=event,
            audience=audience,
            title=cluster.title,
            name=cluster.name,
            **params,
        )


def words_of(message: Message, cluster: Cluster) -> str:
    """Return the words of the comment that a mail tells of, for who may read them now; "" for other mails."""
    if message.template != "clusters/proposal_commented" or message.to is None:
        return ""
    row = Comment.objects.filter(kind=KIND, subject_id=cluster.pk, pk=message.params.get("comment") or 0).first()
    return row.text if row is not None and _sees(message.to, cluster) and can_read_comments(message.to, cluster) else ""


def day_of(message: Message) -> str:
    """Return the day until which a mail says that comments are asked for, in words; "" for other mails."""
    day = parse_date(str(message.params.get("until", "")))
    return date_format(day, "j F Y") if day is not None else ""
