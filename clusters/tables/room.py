"""The discussion as its pages show it: threads, comments, who wrote them, and what the reader may do with each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from clusters.choices import ParticipationRole
from clusters.models import Cluster, RoomMessage
from clusters.rules.room import can_keep_order, can_speak
from community.models import Comment, Member, User

THREADS_PER_PAGE = 20
#: Messages to all that the room's page shows.
SHOWN_MESSAGES = 5


@dataclass(frozen=True)
class Voice:
    """Who speaks in the room: name, and for which organisation, as what."""

    name: str
    organisation: str = ""
    role: str = ""


@dataclass(frozen=True)
class ThreadLine:
    """One thread in the list."""

    comment: Comment
    who: Voice
    count: int
    last_at: datetime

    @property
    def is_gone(self) -> bool:
        """Whether its first words were taken back or hidden."""
        return self.comment.removed_at is not None or self.comment.hidden_at is not None


@dataclass(frozen=True)
class Said:
    """One comment for one reader; `text` is "" where it may not be read."""

    comment: Comment
    who: Voice
    text: str
    mentions: list[str] = field(default_factory=list)
    may_change: bool = False
    may_withdraw: bool = False
    may_hide: bool = False
    may_show: bool = False


def threads(cluster: Cluster) -> QuerySet[Comment]:
    """Return the threads of a room with how many answers each has, the one in which somebody wrote last first.

    A thread whose first words were taken back before anybody answered is not there any more.
    """
    rows: Any = Comment.objects.filter(kind="cluster", subject_id=cluster.pk, reply_to=None)
    standing = Q(replies__removed_at=None)
    rows = rows.annotate(count=Count("replies", filter=standing), answered=Max("replies__created_at", filter=standing))
    rows = rows.annotate(last_at=Greatest(F("created_at"), Coalesce("answered", "created_at")))
    rows = rows.exclude(removed_at__isnull=False, count=0)
    return rows.select_related("by__member").order_by("-last_at", "-pk")  # type: ignore[no-any-return]


def thread_page(cluster: Cluster, number: str | None) -> tuple[Page[Comment], list[ThreadLine]]:
    """Return one page of the list of threads, and its lines."""
    page = Paginator(threads(cluster), THREADS_PER_PAGE).get_page(number)
    return page, thread_lines(cluster, page.object_list)


def thread_lines(cluster: Cluster, rows: Iterable[Comment]) -> list[ThreadLine]:
    """Return threads as lines, with who began them; one query besides the rows'."""
    found = list(rows)
    voices = voices_of(cluster) if found else {}
    return [
        ThreadLine(row, _voice(row.by, voices), row.count, row.last_at)  # type: ignore[attr-defined]
        for row in found
    ]


def comments(cluster: Cluster, thread: Comment, user: User | AnonymousUser) -> list[Said]:
    """Return the comments of a thread for a reader of the room, oldest first; three queries however many."""
    rows = Comment.objects.filter(Q(pk=thread.pk) | Q(reply_to=thread.pk)).select_related("by__member", "hidden_by")
    rows = rows.prefetch_related("mentions").order_by("created_at", "pk")
    voices = voices_of(cluster)
    speaks, keeps = bool(can_speak(user, cluster)), bool(can_keep_order(user, cluster))
    return [_said(row, user, voices, speaks=speaks, keeps=keeps) for row in rows]


def said(cluster: Cluster, comment: Comment, user: User | AnonymousUser) -> Said:
    """Return one comment for a reader of the room."""
    speaks, keeps = bool(can_speak(user, cluster)), bool(can_keep_order(user, cluster))
    return _said(comment, user, voices_of(cluster), speaks=speaks, keeps=keeps)


def _said(row: Comment, user: User | AnonymousUser, voices: dict[int, Voice], *, speaks: bool, keeps: bool) -> Said:
    is_mine, is_there = row.by_id == user.pk, row.removed_at is None
    is_open = is_there and row.hidden_at is None
    return Said(
        comment=row,
        who=_voice(row.by, voices),
        text=row.text if is_open or is_mine or keeps else "",
        mentions=[voices[person.pk].name if person.pk in voices else person.name for person in row.mentions.all()],
        may_change=is_mine and is_there and speaks,
        may_withdraw=is_mine and is_there,
        may_hide=keeps and is_open,
        may_show=keeps and is_there and not is_open,
    )


def voices_of(cluster: Cluster) -> dict[int, Voice]:
    """Return who takes or took part with organisation and role, by the person's id; one query.

    Names of a room are read by all who read the room: they work on the cluster together.
    """
    rows = cluster.participations.exclude(member=None).select_related("member", "organisation").order_by("pk")
    found: dict[int, Voice] = {}
    for row in rows:
        if row.member is not None:
            is_plain = row.role == ParticipationRole.PARTICIPANT
            organisation = row.organisation.known_as if row.organisation else ""
            found[row.member.pk] = Voice(row.member.name, organisation, "" if is_plain else str(row.get_role_display()))
    return found


def voices_by_organisation(cluster: Cluster, people: Iterable[Member]) -> list[tuple[str, list[Voice]]]:
    """Return people by the organisation for which they take part, organisations by name; one query."""
    voices = voices_of(cluster)
    found: dict[str, list[Voice]] = {}
    for person in people:
        voice = voices.get(person.pk) or Voice(person.name)
        found.setdefault(voice.organisation, []).append(voice)
    return sorted(found.items())


def messages_of(cluster: Cluster) -> list[tuple[RoomMessage, Voice]]:
    """Return the last messages to all with who sent them; two queries."""
    rows = cluster.room_messages.exclude(text="").select_related("by__member")
    found = list(rows.order_by("-sent_at", "-pk")[:SHOWN_MESSAGES])
    voices = voices_of(cluster) if found else {}
    return [(row, _voice(row.by, voices)) for row in found]


def _voice(user: User, voices: dict[int, Voice]) -> Voice:
    if user.member is None:
        return Voice(user.get_full_name())
    return voices.get(user.member.pk) or Voice(user.member.name)
