"""Loads the facts that indicators are judged by: eleven queries for all of them, however many records there are.

Only public clusters and published solutions are read, so a figure is the same whoever asks. `user` adds the uptakes
that are not disclosed and that this person may read elsewhere; no figure counts them. A record whose cluster or project
was not there when those were read, a moment earlier, waits for the next reading.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from clusters.choices import PUBLIC_STATES, StageKind, StageStatus, State
from community.choices import FileVisibility, PartnerRole, SolutionStatus
from results.facts import CooperationFacts, MeetingFacts, PilotFacts, ProjectFacts, SolutionFacts, UptakeFacts
from results.querysets.parts import (
    ClusterRow,
    Crowd,
    Inside,
    Part,
    Span,
    crowds_of,
    joined,
    leads_at_the_start,
    parts_of,
    stays_of,
    was_inside,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import Model

    from community.models import User

#: Partners with a part of the budget.
WITH_BUDGET = (PartnerRole.LP, PartnerRole.PP)


def _rows(model: str) -> Any:
    found: type[Model] = apps.get_model(model)
    return found._default_manager.order_by()


class IndicatorFacts:
    """The facts on a day, each sort loaded when a rule first asks for it.

    `counts_only` leaves out uptakes and pilots that can't count anyway: for figures without their lists.
    """

    def __init__(self, user: User | AnonymousUser | None, on: date, *, counts_only: bool = False) -> None:
        """Remember who asks, and for which day."""
        self.user, self.on, self.counts_only = user, on, counts_only

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
        """The public clusters by key, each with the project that owns its records; two queries.

        That is the owning project where the cluster names one, else the project in which the organisation that leads on
        the day of the start is lead or project partner then; where there are several, it leads before it takes part,
        and then the first by code. A lead that is handed over later takes no record along.
        """
        led = defaultdict(list)
        for organisation, _country, project, role, from_on, until_on in self.partnerships:
            if role in WITH_BUDGET:
                led[organisation].append((project, from_on or date.min, until_on or date.max))
        fields = ("pk", "reference", "owning_project_id", "lead_organisation_id")
        begun = Coalesce("started_on", "starts_on")
        rows = _rows("clusters.Cluster").filter(state__in=sorted(PUBLIC_STATES)).annotate(day=begun)
        found, led_first = {}, leads_at_the_start()
        for pk, name, owner, lead, day, start, end in rows.values_list(*fields, "day", "started_on", "ended_on"):
            on = day or self.on
            stays = led.get(led_first.get(pk, lead)) or led.get(lead) or []
            projects = [project for project, first, last in stays if first <= on <= last]
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
        rows = _rows("community.Solution").filter(status=SolutionStatus.PUBLISHED)
        rows = rows.annotate(is_placed=Exists(places), is_shown=_links() | _public_files())
        fields = ("pk", "title", "project_id", "type__code", "maturity__code", "where_tested", "website")
        return [
            SolutionFacts(
                pk=pk,
                title=title,
                project=project,
                type=kind or "",
                maturity=maturity or "",
                has_place=is_placed or bool(tested),
                has_document=is_shown or bool(website),
                has_website=bool(website),
                published_on=timezone.localdate(at) if at else None,
                partners=len(partners[project]),
                countries=frozenset(countries[project]),
            )
            for pk, title, project, kind, maturity, tested, website, is_placed, is_shown, at in rows.values_list(
                *fields, "is_placed", "is_shown", "published_at"
            )
        ]

    @cached_property
    def uptakes(self) -> list[UptakeFacts]:
        """The uptakes in public clusters of published solutions that the reader may read; one query."""
        seen = _rows("results.Uptake")
        seen = (
            seen.of_public_clusters(None).standing().in_use().unrefused()
            if self.counts_only
            else seen.of_public_clusters(self.user)
        )
        rows = seen.filter(solution__status=SolutionStatus.PUBLISHED)
        fields = ("pk", "solution_id", "solution__title", "solution__type__code", "organisation__name")
        more = ("cluster__reference", "solution__project_id", "state", "in_use_on", "is_documented", "is_disclosed")
        shown = rows.with_documented().annotate(is_over=Q(cluster__state=State.DISCONTINUED))
        projects = self.projects
        return [
            UptakeFacts(pk, solution, title, kind or "", name, cluster, projects[project], *said)
            for pk, solution, title, kind, name, cluster, project, *said in (
                shown.values_list(*fields, *more, "is_over", "is_refused")
            )
            if project in projects
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
    def _parts(self) -> list[Part]:
        """Who takes or took part in clusters that have begun; two queries."""
        return list(parts_of(self.clusters, self.on))

    @cached_property
    def crowds(self) -> dict[int, Crowd]:
        """The organisations that take or took part in each cluster that has begun."""
        return crowds_of(self._parts)

    @cached_property
    def present_crowds(self) -> dict[int, Crowd]:
        """Those that take part today."""
        return crowds_of(part for part in self._parts if part.is_present)

    @cached_property
    def cooperation(self) -> list[CooperationFacts]:
        """Who cooperates or cooperated in which cluster; what `meetings` and `clusters` load, and two queries."""
        stays = stays_of(self.partnerships, self.projects)
        return self._cooperation(self._parts, self.crowds, partial(was_inside, stays))

    @cached_property
    def present_cooperation(self) -> list[CooperationFacts]:
        """Who takes part today, with a partnership of whatever days: what version 1 of the rules read."""
        inside = {(organisation, project) for organisation, _c, project, *_more in self.partnerships}

        def has_any(part: Part, project: int | None) -> bool:
            return (part.organisation, project) in inside

        return self._cooperation([part for part in self._parts if part.is_present], self.present_crowds, has_any)

    def _cooperation(self, parts: list[Part], crowds: dict[int, Crowd], is_inside: Inside) -> list[CooperationFacts]:
        """Return a row for each organisation and owning project.

        Apart are clusters of one country alone, and those in which it took part outside of its partnership.
        """
        spans: dict[tuple[int, int | None, bool, bool], Span] = {}
        names, shown = {}, self._documented_presence()
        clusters = self.clusters
        for part in parts:
            organisation, key = part.organisation, part.cluster
            names[organisation], project = part.name, clusters[key].project
            span = (part.first, part.last, shown.get((organisation, key)) if shown else None, key)
            kind = (organisation, project, len(crowds[key].countries) > 1, is_inside(part, project))
            known = spans.get(kind)
            spans[kind] = span if known is None else joined(known, span)
        return [
            CooperationFacts(
                organisation=organisation,
                name=names[organisation],
                cluster=self.clusters[key].name,
                project=self.projects.get(project) if project is not None else None,
                has_partnership=has_partnership,
                is_across=is_across,
                first_on=first,
                last_on=last,
                document_on=document,
            )
            for (organisation, project, is_across, has_partnership), (first, last, document, key) in spans.items()
        ]

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
        return self._pilots(self.crowds)

    @cached_property
    def present_pilots(self) -> list[PilotFacts]:
        """The same with who takes part today alone: what version 1 of the rules read."""
        return self._pilots(self.present_crowds)

    def _pilots(self, crowds: dict[int, Crowd]) -> list[PilotFacts]:
        clusters = self.clusters
        return [
            PilotFacts(
                pk,
                title,
                clusters[cluster].name,
                clusters[cluster].project,
                status == StageStatus.DONE,
                day,
                *crowds[cluster],
                is_kept or bool(address),
            )
            for pk, title, cluster, status, day, is_kept, address in self._pilot_rows
            if cluster in clusters
        ]

    @cached_property
    def _pilot_rows(self) -> list[tuple[int, str, int, str, date | None, bool, str]]:
        """The pilots as (key, title, cluster, status, last day, has files, address); one query."""
        files = _rows("clusters.Stage").model.evidence.through._default_manager
        kept = files.filter(stage=OuterRef("pk"), file__removed_at__isnull=True)
        rows = _rows("clusters.Stage").filter(kind=StageKind.PILOT, cluster__state__in=sorted(PUBLIC_STATES))
        rows = rows.filter(status=StageStatus.DONE) if self.counts_only else rows.exclude(status=StageStatus.DROPPED)
        fields = ("pk", "title", "cluster_id", "status", "actual_end_on", "is_kept", "evidence_url")
        return list(rows.annotate(is_kept=Exists(kept)).values_list(*fields))


def _links() -> Exists:
    """Return whether a link leads to the solution of a row."""
    return Exists(_rows("community.SolutionLink").filter(solution=OuterRef("pk")))


def _public_files() -> Exists:
    """Return whether the solution of a row has a file that everybody may fetch."""
    files = _rows("community.File").filter(kind="solution", subject_id=OuterRef("pk"), removed_at=None)
    return Exists(files.filter(visibility=FileVisibility.PUBLIC))
