"""The plan of a day's reminders as a page and a command show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.actions.reminders import Plan
from clusters.models import Cluster
from clusters.notifications.reminder_words import WORDS
from clusters.notifications.topics import REMINDERS
from clusters.rules.reminders import Decision, Why
from clusters.visibility import Viewer, viewer
from community.choices import Rhythm
from community.models import NotificationPreference, User

#: So many rows stand on the page of each sort; the counts tell of all.
SHOWN = 200
#: With these reasons somebody is reminded later, on the day that the line names.
GOES_ON = (Why.SENT, Why.NOT_YET, Why.OTHER_PART, Why.COMMENTS, Why.SCHEDULED)
AUDIENCES = {
    "coordinators": gettext_lazy("coordinator"),
    "mission": gettext_lazy("coordinator of the mission"),
    "lead": gettext_lazy("lead"),
    "asked": gettext_lazy("who was asked"),
    "address": gettext_lazy("who was asked by address"),
    "proposer": gettext_lazy("proposer"),
    "responsible": gettext_lazy("responsible for the stage"),
    "room": gettext_lazy("takes part"),
    "writers": gettext_lazy("wrote in it"),
    "side": gettext_lazy("takes part in the exchange"),
}


@dataclass(frozen=True)
class ReminderLine:
    """One person and one thing: whether reminded, and why not."""

    name: str
    part: str
    title: str
    cluster_name: str
    url: str
    rule: str
    when: str
    why: str
    next_on: date | None
    absent_until: date | None
    rhythm: str


@dataclass(frozen=True)
class ReminderSheet:
    """The lines of a day with how many there are of all."""

    sends: list[ReminderLine]
    skips: list[ReminderLine]
    send_count: int
    skip_count: int


def sheet_of(planned: Plan, user: User | AnonymousUser) -> ReminderSheet:
    """Return the plan as the reader may see it: the groups that they coordinate, or all."""
    who = viewer(user, timezone.localdate())
    sees_all = who.is_mission or who.is_administrator
    seen = [row for row in planned.decisions if sees_all or row.silence.group_id in who.group_ids]
    seen = _without_prepared(seen, who)
    sends = [row for row in seen if row.sends]
    skips = [row for row in seen if not row.sends]
    shown = [*sends[:SHOWN], *skips[:SHOWN]]
    clusters = Cluster.objects.in_bulk({row.silence.cluster_id for row in shown})
    rhythms = _rhythms(sends[:SHOWN])
    lines = [line_of(row, clusters.get(row.silence.cluster_id), planned.on, rhythms) for row in shown]
    return ReminderSheet(lines[: len(sends[:SHOWN])], lines[len(sends[:SHOWN]) :], len(sends), len(skips))


def _without_prepared(rows: list[Decision], who: Viewer) -> list[Decision]:
    """Return the rows with no trace of prepared decisions on which the reader may not decide."""
    waiting = {row.silence.cluster_id for row in rows if row.why is Why.SCHEDULED}
    if not waiting:
        return rows
    theirs = Cluster.objects.waiting_for_decision().without_party(who.member_id or 0).filter(pk__in=waiting)
    theirs = theirs if who.is_mission else theirs.for_groups(who.group_ids)
    may = set(theirs.order_by().values_list("pk", flat=True))
    hidden = waiting - may
    return [
        replace(row, why=None) if row.why is Why.SCHEDULED and row.silence.cluster_id in hidden else row for row in rows
    ]


def line_of(decision: Decision, cluster: Cluster | None, on: date, rhythms: dict[tuple[int, str], str]) -> ReminderLine:
    """Return one decision in words; without a cluster it is about what the silence names itself."""
    silence, person = decision.silence, decision.person
    why = decision.why
    own = (person.user_id or 0, f"cluster:{silence.cluster_id}")
    rhythm = rhythms.get(own) or rhythms.get((own[0], "")) or Rhythm.AT_ONCE
    return ReminderLine(
        name=person.name,
        part=str(AUDIENCES[decision.audience]),
        title=cluster.title if cluster else silence.title,
        cluster_name=cluster.name if cluster else silence.key,
        url=cluster.get_absolute_url() if cluster else silence.url,
        rule=str(WORDS[silence.rule].label),
        when=_when((on - silence.anchor).days),
        why=str(why.label) if why is not None else "",
        next_on=decision.next_on
        if why in (Why.SENT, Why.NOT_YET, Why.OTHER_PART, Why.COMMENTS, Why.SCHEDULED)
        else None,
        absent_until=person.absent_until if why is Why.ABSENT else None,
        rhythm=str(Rhythm(rhythm).label) if why is None else "",
    )


def _rhythms(decisions: list[Decision]) -> dict[tuple[int, str], str]:
    """Return how the reminded want reminders, by account and what about; one query."""
    ids = {row.person.user_id for row in decisions if row.person.user_id is not None} or {0}
    rows = NotificationPreference.objects.filter(user__in=ids, topic=REMINDERS)
    return {(user, about): rhythm for user, about, rhythm in rows.values_list("user_id", "about", "rhythm")}


def _when(age: int) -> str:
    if age == 0:
        return _("today")
    if age < 0:
        return ngettext("in %(count)d day", "in %(count)d days", -age) % {"count": -age}
    return ngettext("%(count)d day ago", "%(count)d days ago", age) % {"count": age}
