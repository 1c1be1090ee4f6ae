"""The coordinators' overview: each cluster of their groups with what is overdue, silent, reported and next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.choices import State
from clusters.models import Cluster, Condition, Stage
from clusters.permissions import is_gone
from clusters.querysets.cluster import ClusterQuerySet
from clusters.querysets.overview import QUIET_DAYS, WAITS_TOO_LONG, WORKED_ON
from clusters.rules.standing import how_it_stands
from clusters.visibility import Viewer
from community import contributions
from community.contributions import LastReport
from community.models import User, WorkingGroup

#: So many titles of overdue stages are named; the number tells of the rest.
NAMED = 2


@dataclass(frozen=True)
class OverviewLine:
    """One cluster: the numbers, the sentence that explains them, and whether it wants attention."""

    cluster: Cluster
    group: str
    reasons: tuple[str, ...]
    is_hot: bool
    silent_days: int | None
    late: int
    organisations: int
    report: LastReport | None
    next_on: date | None
    next_what: str

    @property
    def health(self) -> str:
        """The health in words: "Nothing heard for 45 days; 2 stages overdue: Pilot, Training"."""
        words = "; ".join(self.reasons)
        return words[:1].upper() + words[1:]


def clusters_of(user: User, who: Viewer, on: date) -> ClusterQuerySet:
    """Return the clusters under way that the reader coordinates; all of them for the mission and administrators."""
    rows = Cluster.objects.visible_to(user, on=on).under_way()
    if not (who.is_mission or who.is_administrator):
        rows = rows.for_groups(who.group_ids)
    return rows.with_health(on).with_lead_rule(on)


def groups_of(who: Viewer) -> list[tuple[str, str]]:
    """Return the working groups to choose from, as code and words."""
    rows = WorkingGroup.objects.order_by("code")
    if not (who.is_mission or who.is_administrator):
        rows = rows.filter(pk__in=who.group_ids)
    return [(row.code, str(row)) for row in rows]


def with_parts(rows: ClusterQuerySet) -> ClusterQuerySet:
    """Join and prefetch what the lines read."""
    open_ones = Condition.objects.filter(confirmed_at__isnull=True, waived_at__isnull=True)
    return rows.select_related("working_group", "lead__user").prefetch_related(
        Prefetch("stages", Stage.objects.open(), to_attr="open_stages"),
        Prefetch("conditions", open_ones, to_attr="open_conditions"),
        "meetings",
    )


def lines_of(clusters: Iterable[Any], on: date) -> list[OverviewLine]:
    """Return a line for each cluster of `with_parts` on the day `on`; one more query for all reports."""
    rows = list(clusters)
    reports: dict[int, LastReport] = {}
    for provider in contributions.last_reports:
        reports |= provider("cluster", [row.pk for row in rows])
    return [_line(row, reports.get(row.pk), on) for row in rows]


def _line(cluster: Any, report: LastReport | None, on: date) -> OverviewLine:
    silent = (on - timezone.localdate(cluster.heard_at)).days if cluster.heard_at else None
    warnings = list(_warnings(cluster, silent, on))
    reasons = warnings or list(_calm(cluster, silent, on))
    coming = min(_coming(cluster, on), key=lambda pair: pair[0], default=(None, ""))
    return OverviewLine(
        cluster=cluster,
        group=cluster.working_group.code if cluster.working_group else "–",
        reasons=tuple(reasons),
        is_hot=bool(warnings),
        silent_days=silent,
        late=cluster.late_count,
        organisations=cluster.organisation_count,
        report=report,
        next_on=coming[0],
        next_what=coming[1],
    )


def _warnings(cluster: Any, silent: int | None, on: date) -> Iterator[str]:
    """Yield why a cluster wants attention, the gravest first."""
    if cluster.state in WAITS_TOO_LONG and cluster.state_since is not None:
        due = timezone.localdate(cluster.state_since) + timedelta(days=WAITS_TOO_LONG[cluster.state])
        if due < on:
            yield _("overdue since %(day)s: %(what)s") % {"day": _day(due), "what": how_it_stands(cluster, on)}
    if silent is not None and silent >= QUIET_DAYS and cluster.state in WORKED_ON:
        yield ngettext("nothing heard for %(days)d day", "nothing heard for %(days)d days", silent) % {"days": silent}
    if cluster.state == State.RUNNING and (late := [row.title for row in cluster.open_stages if row.is_late(on)]):
        words = ngettext("%(count)d stage overdue: %(titles)s", "%(count)d stages overdue: %(titles)s", len(late))
        titles = ", ".join(late[:NAMED]) + ("…" if len(late) > NAMED else "")
        yield words % {"count": len(late), "titles": titles}
    if cluster.state == State.APPROVED and cluster.starts_on is not None and cluster.starts_on < on:
        yield _("was to start on %(day)s") % {"day": _day(cluster.starts_on)}
    if cluster.state in (State.RUNNING, State.PAUSED) and cluster.ends_on is not None and cluster.ends_on < on:
        yield _("was to end on %(day)s") % {"day": _day(cluster.ends_on)}
    if late_ones := sum(row.is_late(on) for row in cluster.open_conditions):
        yield ngettext("%(count)d condition overdue", "%(count)d conditions overdue", late_ones) % {"count": late_ones}
    if cluster.is_lead_wanted:
        yield _("a lead is wanted")
    elif cluster.has_lead and (is_gone(cluster.lead) or not cluster.leads_rightly):
        yield _("the lead may not lead any more")
    if cluster.state in WORKED_ON and cluster.organisation_count < 2:
        yield _("fewer than two organisations take part")


def _calm(cluster: Any, silent: int | None, on: date) -> Iterator[str]:
    """Yield how a cluster stands of which nothing is wrong."""
    if cluster.state == State.PAUSED:
        yield _("paused")
    elif words := how_it_stands(cluster, on):
        yield words
    else:
        yield _("nothing is overdue")
    if silent is not None and cluster.state in WORKED_ON:
        if silent < 1:
            yield _("last heard today")
        else:
            yield ngettext("last heard %(days)d day ago", "last heard %(days)d days ago", silent) % {"days": silent}


def _coming(cluster: Any, on: date) -> Iterator[tuple[date, str]]:
    """Yield the days ahead, each with what it is."""
    days: list[tuple[date | None, str]] = [
        (cluster.starts_on if cluster.state == State.APPROVED else None, _("planned start")),
        (cluster.ends_on, _("planned end")),
        (cluster.deadline_on, _("outside deadline")),
        *((row.planned_end_on, row.title) for row in cluster.open_stages),
        *((row.due_on, _("condition due")) for row in cluster.open_conditions),
        *((row.held_on, row.title) for row in cluster.meetings.all()),
    ]
    for day, what in days:
        if day is not None and day >= on:
            yield day, what


def _day(day: date) -> str:
    return date_format(day, "j M Y")
