"""All dates ahead of a person in one list, by week: what is to be answered, done, attended, and what ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters import contributions
from clusters.choices import ACTIVE_STATES, State
from clusters.models import Cluster, Condition, FollowUp, Invitation, Meeting, Participation, Stage
from clusters.rules.meeting_times import local
from clusters.rules.requirements import IDLE_DAYS
from clusters.tables.prepared import announcements
from clusters.visibility import Viewer, viewer
from community.contributions import DeskItem
from community.desk import waiting_for
from community.models import User

#: So far ahead dates are listed; so many of them stand open on the desk, the others behind a line with their number.
AHEAD = timedelta(days=90)
MOST = 100
#: Whose a date is: the reader's own, of a cluster in which they take part, of a group that they coordinate.
MINE, CLUSTERS, GROUPS = "mine", "cluster", "group"


@dataclass(frozen=True)
class Deadline:
    """One date: what is due, of what, where it is done, whose it is; `verb` are the words of the very button.

    `code` with the address names it in calendars; a meeting brings its own entry. Where `what` is long, `short` is
    what a calendar calls it.
    """

    day: date
    what: str
    title: str
    url: str
    whose: str = CLUSTERS
    verb: str = ""
    code: str = ""
    short: str = ""
    meeting: Meeting | None = field(default=None, compare=False)

    @property
    def is_mine(self) -> bool:
        """Whether the reader has to do it."""
        return self.whose == MINE


@dataclass
class Week:
    """The dates of one week, which begins on a Monday."""

    monday: date
    label: str
    rows: list[Deadline] = field(default_factory=list)


def deadlines_of(user: User, on: date, items: Iterable[DeskItem] | None = None) -> list[Deadline]:
    """Return the dates from the day `on` to 90 days later: of what waits for a person, and of their clusters.

    Args:
        items: what waits for the person, where it is known already; else the desk is asked.
    """
    who = viewer(user, on)
    if who.member_id is None:
        return []
    waiting = waiting_for(user, on).items if items is None else items
    last = on + AHEAD
    rows = [
        *_Dates(who, on, last).rows(),
        *(row for dates in contributions.dates_ahead for row in dates(user, on, last)),
    ]
    found = {(row.day, row.url, row.code): row for row in rows}
    for row in _of_desk(waiting, on, last):
        found = {key: one for key, one in found.items() if key[:2] != (row.day, row.url)}
        found[row.day, row.url, row.code] = row
    return sorted(found.values(), key=lambda row: (row.day, not row.is_mine, row.what, row.title))


def weeks_of(rows: Iterable[Deadline], on: date) -> list[Week]:
    """Return the dates by week; this week and the next are called so."""
    weeks: dict[date, Week] = {}
    this = on - timedelta(days=on.weekday())
    names = {this: _("This week"), this + timedelta(days=7): _("Next week")}
    for row in rows:
        monday = row.day - timedelta(days=row.day.weekday())
        label = names.get(monday) or _("Week of %(day)s") % {"day": date_format(monday, "j F Y")}
        weeks.setdefault(monday, Week(monday, label)).rows.append(row)
    return list(weeks.values())


def _of_desk(items: Iterable[DeskItem], on: date, last: date) -> Iterator[Deadline]:
    """Yield what waits for the person itself, as far as it is due; what is overdue stands above, on the desk."""
    for item in items:
        if item.due is not None and on <= item.due <= last and item.method == "get":
            yield Deadline(item.due, str(item.why), item.title, item.url, MINE, str(item.verb), short=str(item.verb))


class _Dates:
    """The dates of the clusters that a person works on, each sort in one query."""

    def __init__(self, who: Viewer, on: date, last: date) -> None:
        self.who, self.member, self.on, self.last = who, who.member_id or 0, on, last
        parts = Participation.objects.active().filter(member=self.member)
        works = Q(lead=self.member) | Q(acting_lead=self.member) | Q(pk__in=parts.values("cluster"))
        rows = Cluster.objects.filter(works | Q(working_group__in=who.group_ids)).in_states(ACTIVE_STATES)
        self.clusters: dict[int, Any] = {row.pk: row for row in rows}
        mine = Cluster.objects.filter(works).in_states(ACTIVE_STATES)
        self.own = set(mine.values_list("pk", flat=True))
        kept = Cluster.objects.kept_by(self.member).in_states(ACTIVE_STATES)
        self.kept = set(kept.values_list("pk", flat=True))

    def rows(self) -> Iterator[Deadline]:
        """Yield all of them."""
        yield from self._of_clusters()
        yield from self._of_stages()
        yield from self._of_conditions()
        yield from self._of_addresses()
        yield from self._of_meetings()
        yield from self._of_follow_ups()
        yield from self._of_proposals()

    def _whose(self, pk: int) -> str:
        return MINE if pk in self.kept else CLUSTERS if pk in self.own else GROUPS

    def _is_near(self, day: date | None) -> bool:
        return day is not None and self.on <= day <= self.last

    def _of_clusters(self) -> Iterator[Deadline]:
        for pk, cluster in self.clusters.items():
            whose, url = self._whose(pk), cluster.get_absolute_url()
            is_mine = whose == MINE
            if cluster.state == State.APPROVED and self._is_near(cluster.starts_on):
                verb = _("Start") if is_mine else ""
                address = _verb(cluster, "start") if is_mine else url
                yield Deadline(cluster.starts_on, _("planned start"), str(cluster), address, whose, verb, "start")
            if self._is_near(cluster.ends_on):
                can_end = is_mine and cluster.state == State.RUNNING
                verb = _("Conclude") if can_end else ""
                address = _verb(cluster, "conclude") if can_end else url
                yield Deadline(cluster.ends_on, _("planned end"), str(cluster), address, whose, verb, "end")
            if self._is_near(cluster.deadline_on):
                what = _("outside deadline: %(why)s") % {"why": cluster.deadline_reason or "–"}
                short = _("outside deadline")
                yield Deadline(cluster.deadline_on, what, str(cluster), url, whose, "", "deadline", short)

    def _of_stages(self) -> Iterator[Deadline]:
        stages = Stage.objects.open().filter(cluster__in=self.own, planned_end_on__range=(self.on, self.last))
        columns = ("pk", "cluster_id", "title", "planned_end_on", "responsible")
        for pk, cluster_id, title, day, responsible in stages.values_list(*columns):
            cluster = self.clusters[cluster_id]
            is_mine = responsible == self.member if responsible else cluster_id in self.kept
            url = _page(cluster, "roadmap", f"#stage-{pk}")
            if is_mine and cluster_id not in self.kept:
                url = reverse("clusters:stage_note", args=[cluster.name, pk])
            verb = _("Say how it stands") if is_mine else ""
            what = _("stage ends: %(title)s") % {"title": title}
            yield Deadline(day, what, str(cluster), url, MINE if is_mine else CLUSTERS, verb, f"stage-{pk}")

    def _of_conditions(self) -> Iterator[Deadline]:
        rows = Condition.objects.filter(
            cluster__in=self.clusters, met_at=None, waived_at=None, due_on__range=(self.on, self.last)
        )
        for row in rows:
            cluster, whose = self.clusters[row.cluster_id], self._whose(row.cluster_id)
            url, what = _page(cluster, "detail", f"#condition-{row.pk}"), _("condition due: %(text)s")
            verb = _("Report it as met") if whose == MINE else ""
            what, code, short = what % {"text": row.text}, f"condition-{row.pk}", _("condition due")
            yield Deadline(row.due_on or self.on, what, str(cluster), url, whose, verb, code, short)

    def _of_addresses(self) -> Iterator[Deadline]:
        """Yield when the links of invitations to addresses end that nobody has answered; no address stands there."""
        for row in Invitation.objects.open().filter(cluster__in=self.kept).with_link():
            day = timezone.localdate(row.link_ends_at) if row.link_ends_at else None
            if day is not None and self._is_near(day):
                cluster, what = self.clusters[row.cluster_id], _("invitation ends without an answer: %(purpose)s")
                url, verb = _page(cluster, "people"), _("See who is invited")
                what, code, short = what % {"purpose": row.purpose}, f"invitation-{row.pk}", _("invitation ends")
                yield Deadline(day, what, str(cluster), url, MINE, verb, code, short)

    def _of_meetings(self) -> Iterator[Deadline]:
        rows = Meeting.objects.filter(cluster__in=self.own, cancelled_at=None, held_on__range=(self.on, self.last))
        for row in rows:
            cluster = row.cluster = self.clusters[row.cluster_id]
            url, what = reverse("clusters:room_meeting", args=[cluster.name, row.pk]), _("meeting: %(title)s")
            zone = row.zone.replace("_", " ")
            clock = f", {date_format(local(row.starts_at, row), 'H:i')} ({zone})" if row.starts_at else ""
            what = what % {"title": f"{row.title}{clock}"}
            yield Deadline(
                row.held_on, what, str(cluster), url, MINE, _("See the meeting"), f"meeting-{row.pk}", "", row
            )

    def _of_follow_ups(self) -> Iterator[Deadline]:
        """Yield the days on which the person will be asked what became of a cluster."""
        asked = Q(asked=self.member) | Q(asked=None, cluster__lead=self.member)
        rows = FollowUp.objects.open().filter(asked, due_on__gt=self.on, due_on__lte=self.last)
        for row in rows.select_related("cluster"):
            url = _page(row.cluster, "outcomes")
            yield Deadline(row.due_on, _("follow-up is asked"), str(row.cluster), url, MINE, "", f"follow-up-{row.pk}")

    def _of_proposals(self) -> Iterator[Deadline]:
        """Yield until when comments are asked for, when the registry withdraws what nobody works on, and announces."""
        if self.who.is_former:
            return
        works = Q(proposer=self.member) | Q(lead=self.member) | Q(working_group__in=self.who.group_ids)
        asked = Q(state=State.SUBMITTED, comments_until__range=(self.on, self.last)) & works
        for row in Cluster.objects.filter(asked | Q(state=State.RETURNED, proposer=self.member)):
            if row.state == State.SUBMITTED:
                whose = CLUSTERS if self.member in (row.proposer_id, row.lead_id) else GROUPS
                what, url = _("comments are asked for until this day"), _page(row, "comments")
                yield Deadline(row.comments_until or self.on, what, str(row), url, whose, "", "comments")
                continue
            day = timezone.localdate(row.updated_at) + timedelta(days=IDLE_DAYS)
            if self._is_near(day):
                what, url = _("is withdrawn unless you go on with it"), _page(row, "update")
                yield Deadline(day, what, str(row), url, MINE, _("Change and propose again"), "withdrawn")
        for row, day in announcements(self.who, self.on, self.last):
            what, url = _("a prepared decision is announced"), _page(row, "prepared")
            yield Deadline(day, what, str(row), url, GROUPS, "", "announcement")


def _page(cluster: Cluster, name: str, anchor: str = "") -> str:
    return reverse(f"clusters:{name}", args=[cluster.name]) + anchor


def _verb(cluster: Cluster, verb: str) -> str:
    return reverse("clusters:transition", kwargs={"reference": cluster.name, "verb": verb})
