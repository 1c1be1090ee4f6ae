"""Before mails go to many at once: who would get what, and who would not and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.actions.inverses import is_reached, reminded_among
from clusters.actions.several import picked, title_of
from clusters.choices import ParticipationStatus
from clusters.models import Cluster, Participation, Stage
from clusters.notifications.assignment import ASSIGNED
from clusters.notifications.reminder_words import subject_of
from clusters.notifications.topics import REMINDERS
from clusters.permissions import can_work
from clusters.rules.assignment import can_assign, reviewers
from clusters.rules.invitations import REMINDED_TODAY
from clusters.rules.lead_asked import asked_of_lead, can_remind_lead
from clusters.tables.review_several import with_leads
from community.choices import Rhythm
from community.mails import subject_line
from community.models import Member, NotificationPreference, User
from community.notifications import topic_of
from community.permissions import Verdict

Words = str | Promise

#: When a mail leaves, by how often its reader wants such mails.
LEAVES: dict[str, Words] = {
    Rhythm.AT_ONCE: gettext_lazy("in 30 seconds"),
    Rhythm.DAILY: gettext_lazy("with the one mail of the day"),
    Rhythm.WEEKLY: gettext_lazy("with the one mail of the week"),
    Rhythm.NEVER: gettext_lazy("no mail, as the person chose; it stands in the list of notifications"),
}
NO_ACCOUNT = gettext_lazy("has no open account")
IS_YOU = gettext_lazy("that is you")
NO_PLACE = gettext_lazy("no place is left: the request stays open")
#: Presses that send mails to others, so they are looked at before.
PREVIEWED = ("accept", "decline", "remind", "remind-stage", "remind-lead", "assign-review")
#: What an answer to a request is told with.
ACCEPTED, DECLINED = "clusters/participation_accepted", "clusters/participation_declined"


@dataclass(frozen=True)
class Told:
    """One person and one thing of a press: the mail's subject line, or why there is none.

    `is_done`: the press does something, though perhaps without a mail.
    """

    row: Any
    member: Member | None
    mail: str = ""
    why_not: Words = ""
    is_done: bool = True


@dataclass(frozen=True)
class PreviewLine:
    """The same in words: what it is about, who, which mail, when it leaves, or why not."""

    title: str
    name: str
    mail: str
    leaves: str
    why_not: str
    is_done: bool


def preview_of(name: str, picks: Iterable[str], *, by: User, member: Member | None = None) -> list[PreviewLine]:
    """Return who would be told what by a press, line by line in the order of the boxes; writes nothing."""
    tells, kind, among = _TELLS[name]
    rows = [row for row, _seen in picked(name, picks, among())]
    asking = _Asking(by, timezone.now(), member)
    asking.reminded = reminded_among(rows, kind, asking.at) if kind else set()
    told = [one for row in rows for one in tells(row, asking)]
    rhythms = _rhythms(told, _topic(*_MAILS[name]) if name in _MAILS else REMINDERS)
    return [_line(one, rhythms) for one in told]


def _topic(template: str, audience: str) -> str:
    """Return the topic of a mail, "" where it is sent at once whatever is chosen."""
    found = topic_of(template, audience)
    return found[0] if found else ""


def _line(one: Told, rhythms: dict[tuple[int, str], str]) -> PreviewLine:
    name = str(one.member) if one.member is not None else "–"
    if one.why_not or one.member is None:
        return PreviewLine(title_of(one.row), name, "", "", str(one.why_not), one.is_done)
    cluster = one.row if isinstance(one.row, Cluster) else one.row.cluster
    user = one.member.user_id or 0
    rhythm = rhythms.get((user, f"cluster:{cluster.pk}")) or rhythms.get((user, "")) or Rhythm.AT_ONCE
    return PreviewLine(title_of(one.row), name, one.mail, str(LEAVES[rhythm]), "", one.is_done)


def _rhythms(told: Iterable[Told], topic: str) -> dict[tuple[int, str], str]:
    """Return how often the people want mails of a topic, by account and what about; one query."""
    users = {one.member.user_id for one in told if one.member is not None}
    rows = NotificationPreference.objects.filter(user__in=users, topic=topic)
    return {(user, about): rhythm for user, about, rhythm in rows.values_list("user_id", "about", "rhythm")}


def _reminder(rule: str, row: Any, cluster: Cluster, day: date, part: str = "") -> str:
    return subject_of({"rule": rule, "title": cluster.title, "part": part, "day": day.isoformat()})


@dataclass
class _Asking:
    """Who presses, when, for whom; which of the things somebody was reminded of today; places that are still free."""

    by: User
    at: datetime
    chosen: Member | None
    reminded: set[int] = field(default_factory=set)
    free: dict[int, int] = field(default_factory=dict)

    def full(self, cluster: Cluster) -> Words:
        """Return what says that no place is left behind those taken before, or ""; reads prefetched participations."""
        if cluster.size_limit is None:
            return ""
        if cluster.pk not in self.free:
            taken = sum(row.status == ParticipationStatus.ACTIVE for row in cluster.participations.all())
            self.free[cluster.pk] = cluster.size_limit - taken
        return "" if self.free[cluster.pk] > 0 else NO_PLACE

    def take(self, cluster: Cluster) -> None:
        """Count one place as taken, where places are counted."""
        if cluster.pk in self.free:
            self.free[cluster.pk] -= 1

    def today(self, row: Any) -> Words:
        """Return what says that somebody was reminded of it today, or ""."""
        return REMINDED_TODAY if row.pk in self.reminded else ""


def _one(row: Any, member: Member | None, mail: str, by: User, *hindrances: Words) -> Told:
    """Return the line of one person: the first thing that stands in the way, else the mail."""
    why = next((words for words in hindrances if words), "")
    is_done = not why
    if not why and member is not None and member == by.member:
        why = IS_YOU
    if not why and not is_reached(member):
        why = NO_ACCOUNT
    return Told(row, member, mail, why, is_done)


def _refused(verdict: Verdict) -> Words:
    return "" if verdict else verdict.reason


def _invited(part: Participation, asking: _Asking) -> Iterator[Told]:
    day = timezone.localdate(part.asked_at or asking.at)
    is_open = part.status == ParticipationStatus.INVITED and part.asked_at is not None
    mail = _reminder("invitation", part, part.cluster, day)
    yield _one(
        part,
        part.member,
        mail,
        asking.by,
        _refused(can_work(asking.by, part.cluster)),
        "" if is_open else _("This invitation is not open any more."),
        asking.today(part),
    )


def _asks_to_join(part: Participation, asking: _Asking) -> Iterator[Told]:
    """Yield the line of somebody who is accepted: in the order of the boxes, as long as places are free."""
    told = _answered(part, asking, ACCEPTED, asking.full(part.cluster))
    if told.is_done:
        asking.take(part.cluster)
    yield told


def _is_declined(part: Participation, asking: _Asking) -> Iterator[Told]:
    yield _answered(part, asking, DECLINED)


def _answered(part: Participation, asking: _Asking, template: str, hindrance: Words = "") -> Told:
    is_open = part.status == ParticipationStatus.REQUESTED
    return _one(
        part,
        part.member,
        subject_line(template, {"title": part.cluster.title}),
        asking.by,
        _refused(can_work(asking.by, part.cluster)),
        "" if is_open else _("This request is not open any more."),
        hindrance,
    )


def _responsible(stage: Stage, asking: _Asking) -> Iterator[Told]:
    on = timezone.localdate(asking.at)
    mail = _reminder("stage", stage, stage.cluster, stage.planned_end_on or on, stage.title)
    yield _one(
        stage,
        stage.responsible,
        mail,
        asking.by,
        _refused(can_work(asking.by, stage.cluster)),
        "" if stage.is_open and stage.is_late(on) else _("Nobody has to be reminded of this stage."),
        asking.today(stage),
    )


def _leads(cluster: Cluster, asking: _Asking) -> Iterator[Told]:
    by, asked = asking.by, asked_of_lead(cluster, timezone.localdate(asking.at))
    hindrances = (_refused(can_remind_lead(by, cluster)), asked.why_not, asking.today(cluster))
    if not asked.people:
        yield _one(cluster, None, "", by, *hindrances)
    for person in dict.fromkeys(asked.people):
        mail = _reminder(asked.rule, cluster, cluster, asked.day, asked.part)
        yield _one(cluster, person, mail, by, *hindrances)


def _assigned(cluster: Cluster, asking: _Asking) -> Iterator[Told]:
    """Yield the line of who is to look at a proposal; whether that person may decide is asked of each."""
    by, chosen, known = asking.by, asking.chosen, getattr(cluster, "review_assignment", None)
    is_theirs = known is not None and chosen is not None and known.member_id == chosen.pk
    verdict = can_assign(by, cluster)
    may_not = bool(verdict) and chosen not in reviewers(cluster, timezone.localdate(asking.at))
    yield _one(
        cluster,
        chosen,
        subject_line(ASSIGNED, {"title": cluster.title}),
        by,
        _refused(verdict),
        _("may not decide on this proposal") if may_not else "",
        _("looks at it already") if is_theirs else "",
    )


#: What a press tells with, and whom, where it does not remind.
_MAILS = {
    "accept": (ACCEPTED, "participant"),
    "decline": (DECLINED, "participant"),
    "assign-review": (ASSIGNED, "assigned"),
}


def _with_people() -> QuerySet[Participation]:
    return Participation.objects.select_related("member__user").prefetch_related("cluster__participations")


#: press -> who is told of one thing, as what one is reminded of it, and the things with what is read of them.
_TELLS: dict[str, tuple[Callable[[Any, _Asking], Iterator[Told]], str, Callable[[], QuerySet[Any]]]] = {
    "accept": (_asks_to_join, "", _with_people),
    "decline": (_is_declined, "", _with_people),
    "remind": (_invited, "participation", _with_people),
    "remind-stage": (
        _responsible,
        "stage",
        lambda: Stage.objects.select_related("responsible__user").prefetch_related("cluster__participations"),
    ),
    "remind-lead": (_leads, "lead", lambda: with_leads(Cluster.objects.all())),
    "assign-review": (_assigned, "", lambda: Cluster.objects.select_related("review_assignment")),
}
