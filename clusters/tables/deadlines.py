"""All dates ahead of what a person works on, in one list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters.choices import ACTIVE_STATES, State
from clusters.models import Cluster, Condition, FollowUp, Meeting, Participation, Stage
from community.models import User
from community.visibility import member_of

#: So far ahead dates are listed, and at most so many of them.
AHEAD = timedelta(days=90)
MOST = 40


@dataclass(frozen=True, order=True)
class Deadline:
    """One date: what is due, of which cluster, and where it is done. `is_mine` says that it is the reader's own."""

    day: date
    what: str
    title: str
    url: str
    is_mine: bool


def deadlines_of(user: User, on: date) -> list[Deadline]:
    """Return the dates from the day `on` to 90 days later of the clusters a person takes part in; six queries."""
    member = member_of(user)
    if member is None:
        return []
    parts = Participation.objects.active().filter(member=member)
    mine = Cluster.objects.filter(Q(lead=member) | Q(pk__in=parts.values("cluster"))).in_states(ACTIVE_STATES)
    clusters = {row.pk: row for row in mine}
    kept = set(Cluster.objects.kept_by(member.pk).in_states(ACTIVE_STATES).values_list("pk", flat=True))
    last = on + AHEAD
    found = [
        *_of_clusters(clusters, kept, on, last),
        *_of_parts(clusters, kept, member.pk, on, last),
        *_follow_ups(member.pk, on, last),
    ]
    return sorted(set(found))[:MOST]


def _of_clusters(clusters: dict[int, Cluster], kept: set[int], on: date, last: date) -> Iterator[Deadline]:
    for pk, cluster in clusters.items():
        days = (
            (cluster.starts_on if cluster.state == State.APPROVED else None, _("planned start")),
            (cluster.ends_on, _("planned end")),
            (cluster.deadline_on, _("outside deadline: %(why)s") % {"why": cluster.deadline_reason or "–"}),
        )
        for day, what in days:
            if day is not None and on <= day <= last:
                yield Deadline(day, what, str(cluster), cluster.get_absolute_url(), pk in kept)


def _of_parts(clusters: dict[int, Cluster], kept: set[int], member_id: int, on: date, last: date) -> Iterator[Deadline]:
    stages = Stage.objects.open().filter(cluster__in=clusters, planned_end_on__range=(on, last))
    for pk, cluster_id, title, day, responsible in stages.values_list(
        "pk", "cluster_id", "title", "planned_end_on", "responsible"
    ):
        what = _("stage ends: %(title)s") % {"title": title}
        own = responsible == member_id if responsible else cluster_id in kept
        yield _at(day, what, clusters[cluster_id], "roadmap", f"#stage-{pk}", is_mine=own)
    conditions = Condition.objects.filter(
        cluster__in=clusters, met_at__isnull=True, waived_at__isnull=True, due_on__range=(on, last)
    )
    for row in conditions:
        what = _("condition due: %(text)s") % {"text": row.text}
        yield _at(row.due_on, what, clusters[row.cluster_id], "detail", f"#condition-{row.pk}", row.cluster_id in kept)
    for meeting in Meeting.objects.filter(cluster__in=clusters, held_on__range=(on, last)):
        what = _("meeting: %(title)s") % {"title": meeting.title}
        yield _at(meeting.held_on, what, clusters[meeting.cluster_id], "room", "", is_mine=False)


def _at(
    day: date | None, what: str, cluster: Cluster, page: str, anchor: str, is_mine: bool
) -> Deadline:  # a day was asked for in the query
    url = reverse(f"clusters:{page}", args=[cluster.name]) + anchor
    return Deadline(day or date.max, what, str(cluster), url, is_mine)


def _follow_ups(member_id: int, on: date, last: date) -> Iterator[Deadline]:
    rows = FollowUp.objects.filter(
        cluster__lead=member_id,
        due_on__range=(on, last),
        answered_at__isnull=True,
        cancelled_at__isnull=True,
    )
    for row in rows.select_related("cluster"):
        yield _at(row.due_on, _("follow-up is asked"), row.cluster, "detail", "", is_mine=True)
