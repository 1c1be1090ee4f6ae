"""Factsheets in between: what is new since the last version, when the next one is due, and who is asked about it.

A factsheet in between tells readers outside how a running cluster stands. It is due `EVERY_MONTHS` months after the
last version, the last skip, or the day from which the cluster runs, whichever is latest; nothing of that is stored, so
it can't disagree with what happened. No cluster owes one in its last `SPARED_DAYS` days: the final factsheet follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.choices import ParticipationRole, State
from clusters.contributions import Told
from clusters.models import Cluster, Participation
from clusters.snapshot_shape import Snapshot
from clusters.visibility import Viewer
from community.dates import add_months
from community.models import Event
from factsheets.changes.table import Group, differences
from factsheets.models import Issue

#: Months between two versions of a running cluster: the rhythm in which projects of the programme report.
EVERY_MONTHS: Final = 6
#: From so many days past the due day on, coordinators see it too.
LATE_DAYS: Final = 30
#: A cluster that ends within so many days owes none.
SPARED_DAYS: Final = 30
ISSUED, SKIPPED = "interim.issued", "interim.skipped"
SENTENCES: Final[dict[str, Told]] = {
    ISSUED: (_("%(who)s issued a factsheet in between."), "file", ""),
    SKIPPED: (_("%(who)s skipped the factsheet that was due in between."), "file", ""),
    "factsheet.translated": (_("%(who)s issued the factsheet in another language, too: %(title)s"), "file", ""),
}


@dataclass(frozen=True)
class News:
    """What a cluster would say now that its newest version does not; `issue` is that version, None before the first."""

    issue: Issue | None
    groups: list[Group]

    @property
    def why_not(self) -> str:
        """The sentence why there is nothing to issue; "" where there is."""
        if self.issue is None or self.groups:
            return ""
        return gettext("Nothing changed since version %(number)d. There is nothing new to issue.") % {
            "number": self.issue.version
        }


@dataclass(frozen=True)
class Schedule:
    """When a running cluster's next factsheet in between is due."""

    due_on: date
    on: date

    @property
    def is_due(self) -> bool:
        """Whether its day has come."""
        return self.due_on <= self.on

    @property
    def is_late(self) -> bool:
        """Whether it is due for so long that coordinators see it."""
        return self.due_on + timedelta(days=LATE_DAYS) <= self.on


def news_of(cluster: Cluster, snapshot: Snapshot) -> News:
    """Compare a cluster's snapshot with its newest version; one query."""
    newest = Issue.objects.about(cluster).first()
    return News(newest, differences(newest.snapshot, snapshot) if newest else [])


def schedule_of(cluster: Cluster, on: date) -> Schedule | None:
    """Return when the next one of this cluster is due; None where none is owed: it does not run, or ends soon."""
    row = _owing(on).filter(pk=cluster.pk).first()
    return None if row is None else _schedule(row, on)


def _schedule(row: Any, on: date) -> Schedule:
    """Return the schedule of a cluster that comes from `_owing`."""
    moments = [moment for moment in (row.state_since, row.last_issued_at, row.last_skipped_at) if moment]
    last = timezone.localdate(max(moments)) if moments else on
    return Schedule(add_months(last, EVERY_MONTHS), on)


def _owing(on: date) -> QuerySet[Cluster]:
    """Return the clusters that run and do not end soon, with the moments from which the next one is counted."""
    newest = _issues().order_by("-version")
    ends_later = Q(ends_on=None) | Q(ends_on__gt=on + timedelta(days=SPARED_DAYS))
    rows: QuerySet[Cluster] = (
        Cluster.objects.in_states([State.RUNNING])
        .filter(ends_later)
        .annotate(
            last_issued_at=Subquery(newest.values("issued_at")[:1]),
            last_skipped_at=Subquery(_skips().order_by("-at").values("at")[:1]),
        )
    )
    return rows


def _issues() -> QuerySet[Issue]:
    return Issue.objects.filter(subject_kind="cluster", subject_id=OuterRef("pk"))


def _skips() -> QuerySet[Event]:
    return Event.objects.of_verbs([SKIPPED]).filter(kind="cluster", subject_id=OuterRef("pk"))


def waiting_for(who: Viewer, on: date, most: int) -> list[tuple[Cluster, Schedule, bool]]:
    """Return what is due for the lead's side, and what is late for coordinators, the longest wait first; one query.

    Each with its schedule and whether the person is asked as one who leads. At most `most` are looked at: first those
    that the person leads, then those whose last version is the oldest.
    """
    if who.member_id is None:
        return []
    leads = _led_by(who.member_id)
    rows = _due(_owing(on), on)
    if not who.is_mission:
        rows = rows.filter(leads | Q(working_group__in=who.group_ids))
    rows = rows.annotate(is_own=Exists(Cluster.objects.filter(leads, pk=OuterRef("pk"))))
    rows = rows.order_by("-is_own", Coalesce("last_issued_at", "state_since"), "pk")[:most]
    found = [(row, _schedule(row, on), bool(getattr(row, "is_own", False))) for row in rows]
    shown = [line for line in found if line[1].is_late or (line[2] and line[1].is_due)]
    return sorted(shown, key=lambda line: (line[1].due_on, line[0].pk))


def coming(who: Viewer, on: date, last: date, most: int) -> list[tuple[Cluster, Schedule, bool]]:
    """Return what falls due from the day `on` to `last` in clusters that a person leads or coordinates; one query.

    In the order of `waiting_for`, each with its schedule and whether the person leads. What would fall into a
    cluster's last days is not owed. The mission's coordinators find the late ones of all groups on their desk instead.
    """
    if who.member_id is None:
        return []
    leads = _led_by(who.member_id)
    rows = _owing(on).filter(leads | Q(working_group__in=who.group_ids))
    rows = rows.annotate(is_own=Exists(Cluster.objects.filter(leads, pk=OuterRef("pk"))))
    found = [
        (row, _schedule(row, on), bool(getattr(row, "is_own", False))) for row in rows.order_by("-is_own", "pk")[:most]
    ]
    near = [line for line in found if on <= line[1].due_on <= last and not _is_spared(line[0], line[1].due_on)]
    return sorted(near, key=lambda line: (line[1].due_on, line[0].pk))


def _is_spared(row: Cluster, day: date) -> bool:
    """Tell whether a cluster ends so soon after a day that it owes none on it."""
    return row.ends_on is not None and row.ends_on <= day + timedelta(days=SPARED_DAYS)


def _led_by(member_id: int) -> Q:
    """Return the condition for clusters that a person leads, stands in to lead, or is deputy of."""
    deputies = Participation.objects.active().filter(role=ParticipationRole.DEPUTY, member=member_id)
    leads = Q(lead=member_id, lead_accepted_at__isnull=False) | Q(acting_lead=member_id)
    return leads | Q(pk__in=deputies.values("cluster"))


def _due(rows: QuerySet[Cluster], on: date) -> QuerySet[Cluster]:
    """Keep those whose day may have come: nothing that counts happened within the months, give or take a day."""
    since = _begin_of(add_months(on, -EVERY_MONTHS) + timedelta(days=2))
    return (
        rows.filter(Q(state_since=None) | Q(state_since__lt=since))
        .exclude(Exists(_issues().filter(issued_at__gte=since)))
        .exclude(Exists(_skips().filter(at__gte=since)))
    )


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
