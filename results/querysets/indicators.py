"""Loads the facts that indicators are judged by: ten queries for all of them, however many records there are.

Only public clusters and published solutions are read, so a figure is the same whoever asks. `user` adds the uptakes
that are not disclosed and that this person may read elsewhere; no figure counts them. A record whose cluster or project
was not there when those were read, a moment earlier, waits for the next reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Exists, Max, Min, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from clusters.choices import PUBLIC_STATES, ParticipationStatus, StageKind, StageStatus, State
from community.choices import PartnerRole, SolutionStatus
from results.facts import CooperationFacts, MeetingFacts, PilotFacts, ProjectFacts, SolutionFacts, UptakeFacts

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import Model

    from community.models import User

#: Has begun, and everybody may read of it.
BEGUN = PUBLIC_STATES - {State.APPROVED}
#: Partners with a part of the budget.
WITH_BUDGET = (PartnerRole.LP, PartnerRole.PP)


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """What the facts of a cluster's records need of it; `project` owns them, None where nobody does."""

    name: str
    project: int | None
    started_on: date | None
    ended_on: date | None


@dataclass(slots=True)
class Crowd:
    """The organisations that take part in a cluster, and their countries."""

    organisations: set[int] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)


def _rows(model: str) -> Any:
    found: type[Model] = apps.get_model(model)
    return found._default_manager.order_by()


class IndicatorFacts:
    """The facts on a day, each sort loaded when a rule first asks for it.

    `in_use_only` leaves out the uptakes that can't count anyway: for figures without their lists.
    """

    def __init__(self, user: User | AnonymousUser | None, on: date, *, in_use_only: bool = False) -> None:
        """Remember who asks, and for which day."""
        self.user, self.on, self.in_use_only = user, on, in_use_only

    @cached_property
    def projects(self) -> dict[int, ProjectFacts]:
        """All projects by key; one query."""
        fields = ("pk", "code", "acronym", "starts_on", "ends_on", "completed_on")
        rows = _rows("community.Project").values_list(*fields)
        return {pk: ProjectFacts(pk, code, name, start, done or end) for pk, code, name, start, end, done in rows}

    @cached_property
    def partnerships(self) -> list[tuple[int, str, int, str, date | None, date | None]]:
        """All partnerships as (organisation, its country, project, role, from, until), LP first; one query."""
        fields = ("organisation_id", "organisation__country", "project_id", "role", "from_on", "until_on")
        rows = _rows("community.Partnership").order_by("role", "project__code", "pk").values_list(*fields)
        return sorted(rows, key=lambda row: row[3] != PartnerRole.LP)

    @cached_property
    def clusters(self) -> dict[int, ClusterRow]:
        """The public clusters by key, each with the project that owns its records; one query.

        That is the owning project where the cluster names one, else the project in which the lead organisation is
        lead or project partner on the day of the start; where there are several, it leads before it takes part, and
        then the first by code.
        """
        led = defaultdict(list)
        for organisation, _country, project, role, from_on, until_on in self.partnerships:
            if role in WITH_BUDGET:
                led[organisation].append((project, from_on or date.min, until_on or date.max))
        fields = ("pk", "reference", "owning_project_id", "lead_organisation_id")
        begun = Coalesce("started_on", "starts_on")
        rows = _rows("clusters.Cluster").filter(state__in=sorted(PUBLIC_STATES)).annotate(day=begun)
        found = {}
        for pk, name, owner, lead, day, start, end in rows.values_list(*fields, "day", "started_on", "ended_on"):
            on = day or self.on
            projects = [project for project, first, last in led.get(lead, ()) if first <= on <= last]
            found[pk] = ClusterRow(name, owner or next(iter(projects), None), start, end)
        return found

    @cached_property
    def solutions(self) -> list[SolutionFacts]:
        """The published solutions; one query."""
        partners: dict[int, set[int]] = defaultdict(set)
        countries: dict[int, set[str]] = defaultdict(set)
        for organisation, country, project, role, _from, _until in self.partnerships:
            if role in WITH_BUDGET:
                partners[project].add(organisation)
                countries[project] |= {country} - {""}
        places = _rows("community.Solution").model.tested_in.through._default_manager.filter(solution=OuterRef("pk"))
        rows = _rows("community.Solution").filter(status=SolutionStatus.PUBLISHED).annotate(is_placed=Exists(places))
        fields = ("pk", "title", "project_id", "type__code", "maturity__code", "where_tested", "website")
        return [
            SolutionFacts(
                pk=pk,
                title=title,
                project=project,
                type=kind or "",
                maturity=maturity or "",
                has_place=is_placed or bool(tested),
                has_document=bool(website),
                published_on=timezone.localdate(at) if at else None,
                partners=len(partners[project]),
                countries=frozenset(countries[project]),
            )
            for pk, title, project, kind, maturity, tested, website, is_placed, at in rows.values_list(
                *fields, "is_placed", "published_at"
            )
        ]

    @cached_property
    def uptakes(self) -> list[UptakeFacts]:
        """The uptakes in public clusters of published solutions that the reader may read; one query."""
        seen = _rows("results.Uptake")
        seen = (
            seen.of_public_clusters(None).standing().in_use()
            if self.in_use_only
            else seen.of_public_clusters(self.user)
        )
        rows = seen.filter(solution__status=SolutionStatus.PUBLISHED)
        fields = ("pk", "solution_id", "solution__title", "solution__type__code", "organisation__name")
        more = ("cluster__reference", "solution__project_id", "state", "in_use_on", "is_documented", "is_disclosed")
        shown = rows.with_documented().annotate(is_over=Q(cluster__state=State.DISCONTINUED))
        return [
            UptakeFacts(
                pk,
                solution,
                title,
                kind or "",
                name,
                cluster,
                self.projects[project],
                state,
                day,
                proved,
                is_open,
                is_over,
            )
            for pk, solution, title, kind, name, cluster, project, state, day, proved, is_open, is_over in (
                shown.values_list(*fields, *more, "is_over")
            )
            if project in self.projects
        ]

    @cached_property
    def attendance(self) -> list[tuple[int, int, int, int]]:
        """The attendance at meetings of public clusters as (meeting, organisation, persons, completed); one query."""
        rows = _rows("clusters.Attendance").filter(meeting__cluster__state__in=sorted(PUBLIC_STATES))
        return list(rows.values_list("meeting_id", "organisation_id", "persons", "completed"))

    @cached_property
    def _meeting_rows(self) -> list[tuple[int, int, str, date, bool, bool]]:
        """The meetings as (key, cluster, kind, day, is cancelled, has files or minutes); one query."""
        files = _rows("clusters.Meeting").model.files.through._default_manager
        kept = files.filter(meeting=OuterRef("pk"), file__removed_at__isnull=True)
        rows = _rows("clusters.Meeting").filter(cluster__state__in=sorted(PUBLIC_STATES))
        rows = rows.annotate(is_kept=Exists(kept), is_off=Q(cancelled_at__isnull=False), is_noted=~Q(minutes=""))
        fields = ("pk", "cluster_id", "kind", "held_on", "is_off", "is_kept", "is_noted")
        return [
            (pk, cluster, kind, day, is_off, is_kept or is_noted)
            for pk, cluster, kind, day, is_off, is_kept, is_noted in rows.values_list(*fields)
        ]

    @cached_property
    def meetings(self) -> list[MeetingFacts]:
        """The meetings of public clusters with organisers and attendance; three queries."""
        through = _rows("clusters.Meeting").model.organisers.through._default_manager
        organisers = defaultdict(set)
        for meeting, organisation, country in through.values_list(
            "meeting_id", "organisation_id", "organisation__country"
        ):
            organisers[meeting].add((organisation, country))
        came: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for meeting, _organisation, persons, completed in self.attendance:
            came[meeting][0] += persons
            came[meeting][1] += completed
        return [
            MeetingFacts(
                pk=pk,
                cluster=self.clusters[cluster].name,
                project=self.clusters[cluster].project,
                kind=kind,
                held_on=day,
                is_cancelled=is_off,
                organisers=len(organisers[pk]),
                countries=frozenset(country for _pk, country in organisers[pk] if country),
                persons=came[pk][0],
                completed=came[pk][1],
                has_document=is_shown,
            )
            for pk, cluster, kind, day, is_off, is_shown in self._meeting_rows
            if cluster in self.clusters
        ]

    @cached_property
    def _parts(self) -> list[tuple[int, int, str, str, date | None, date | None]]:
        """Who takes part as (cluster, organisation, its name, its country, since, until); one query."""
        rows = _rows("clusters.Participation").filter(
            cluster__state__in=sorted(BEGUN), cluster__started_on__lte=self.on, organisation__isnull=False
        )
        keys = ("cluster_id", "organisation_id", "organisation__name", "organisation__country")
        grouped = rows.filter(status=ParticipationStatus.ACTIVE).values_list(*keys)
        return list(grouped.annotate(since=Min("from_on"), until=Max("until_on")))

    @cached_property
    def crowds(self) -> dict[int, Crowd]:
        """The organisations of each cluster that has begun."""
        found: dict[int, Crowd] = defaultdict(Crowd)
        for cluster, organisation, _name, country, _since, _until in self._parts:
            found[cluster].organisations.add(organisation)
            found[cluster].countries |= {country} - {""}
        return found

    @cached_property
    def cooperation(self) -> list[CooperationFacts]:
        """Who cooperated in which cluster; what `meetings` and `clusters` load, and one query."""
        return list(self._cooperation())

    def _cooperation(self) -> Iterator[CooperationFacts]:
        """Yield a row for each organisation and owning project, apart for clusters of one country alone."""
        inside = {(organisation, project) for organisation, _c, project, *_more in self.partnerships}
        names = {}
        spans: dict[tuple[int, int | None, bool], tuple[date, date, date | None, int]] = {}
        shown = self._documented_presence()
        for key, organisation, name, _country, since, until in self._parts:
            cluster = self.clusters.get(key)
            if cluster is None:
                continue
            names[organisation] = name
            start, end = cluster.started_on or self.on, min(cluster.ended_on or self.on, self.on)
            span = (max(start, since or start), min(end, until or end), shown.get((organisation, key)), key)
            kind = (organisation, cluster.project, len(self.crowds[key].countries) > 1)
            known = spans.get(kind)
            spans[kind] = span if known is None else _joined(known, span)
        for (organisation, project, is_across), (first, last, document, key) in spans.items():
            yield CooperationFacts(
                organisation=organisation,
                name=names[organisation],
                cluster=self.clusters[key].name,
                project=self.projects.get(project) if project is not None else None,
                has_partnership=(organisation, project) in inside,
                is_across=is_across,
                first_on=first,
                last_on=last,
                document_on=document,
            )

    def _documented_presence(self) -> dict[tuple[int, int], date]:
        """Return the last documented meeting by (organisation, cluster)."""
        held = {
            pk: (cluster, day)
            for pk, cluster, _kind, day, is_off, is_shown in self._meeting_rows
            if is_shown and not is_off and day <= self.on
        }
        found: dict[tuple[int, int], date] = {}
        for meeting, organisation, persons, _completed in self.attendance:
            if persons and meeting in held:
                cluster, day = held[meeting]
                found[organisation, cluster] = max(day, found.get((organisation, cluster), day))
        return found

    @cached_property
    def pilots(self) -> list[PilotFacts]:
        """The stages of kind pilot in public clusters; one query beside who takes part."""
        files = _rows("clusters.Stage").model.evidence.through._default_manager
        kept = files.filter(stage=OuterRef("pk"), file__removed_at__isnull=True)
        rows = _rows("clusters.Stage").filter(kind=StageKind.PILOT, cluster__state__in=sorted(PUBLIC_STATES))
        rows = rows.exclude(status=StageStatus.DROPPED).annotate(is_kept=Exists(kept))
        fields = ("pk", "title", "cluster_id", "status", "actual_end_on", "is_kept", "evidence_url")
        return [
            PilotFacts(
                pk=pk,
                title=title,
                cluster=self.clusters[cluster].name,
                project=self.clusters[cluster].project,
                is_done=status == StageStatus.DONE,
                done_on=day,
                organisations=len(self.crowds[cluster].organisations),
                countries=frozenset(self.crowds[cluster].countries),
                has_document=is_kept or bool(address),
            )
            for pk, title, cluster, status, day, is_kept, address in rows.values_list(*fields)
            if cluster in self.clusters
        ]


def _joined(
    one: tuple[date, date, date | None, int], other: tuple[date, date, date | None, int]
) -> tuple[date, date, date | None, int]:
    """Return the first and last day and document of two spans, with the cluster of the earlier one."""
    documents = [day for day in (one[2], other[2]) if day is not None]
    first = min(one, other, key=lambda span: (span[0], span[3]))
    return (first[0], max(one[1], other[1]), max(documents, default=None), first[3])
