"""The stages of a roadmap as its page shows them: numbered, late derived, slip against the baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from clusters.choices import ParticipationRole, ParticipationStatus, StageStatus
from clusters.models import Baseline, Cluster, Participation, Stage
from clusters.pictures import DrawnStage
from clusters.rules.roadmap import outside_cluster, progress_in_words, seen_versions
from clusters.summary import slip_of
from community.models import File

#: A stage that nobody confirmed or wrote for so many days has a button of its own.
OLD_DAYS = 7


@dataclass(frozen=True)
class StageRow:
    """One line of the roadmap; `slip` counts days against the newest baseline, `first_slip` against the first."""

    stage: Stage
    number: int
    of: int
    mark: str
    mark_label: str | Promise
    is_late: bool
    baseline_start: date | None
    baseline_end: date | None
    slip: int | None
    first_slip: int | None
    responsible: str
    responsible_role: str | Promise
    is_orphan: bool
    outside: str
    waits_for_number: int | None
    on: date
    files: list[File]

    @property
    def amending(self) -> str:
        """The query of an amendment's form that brings the cluster's dates to where this stage lies."""
        first, last = self.stage.planned_start_on or self.stage.planned_end_on, self.stage.planned_end_on
        cluster = self.stage.cluster
        wished = {}
        if first is not None and cluster.starts_on is not None and first < cluster.starts_on:
            wished["starts_on"] = first.isoformat()
        if last is not None and cluster.ends_on is not None and last > cluster.ends_on:
            wished["ends_on"] = last.isoformat()
        return f"?{urlencode(wished)}" if wished else ""

    @property
    def is_first(self) -> bool:
        """Whether nothing stands before it."""
        return self.number == 1

    @property
    def is_last(self) -> bool:
        """Whether nothing follows."""
        return self.number == self.of

    @property
    def starts_first(self) -> bool:
        """Whether "Start" is what comes next: planned for longer than a day; a day is simply done."""
        stage = self.stage
        is_day = stage.planned_start_on is not None and stage.planned_start_on == stage.planned_end_on
        return stage.status == StageStatus.PLANNED and not is_day

    @property
    def is_old(self) -> bool:
        """Whether nobody said or wrote for a week that an open stage is true."""
        confirmed = self.stage.confirmed_at
        return self.stage.is_open and (confirmed is None or (self.on - timezone.localdate(confirmed)).days >= OLD_DAYS)

    @property
    def can_shift(self) -> bool:
        """Whether its plan can be moved: open, with a date."""
        stage = self.stage
        return stage.is_open and (stage.planned_start_on is not None or stage.planned_end_on is not None)

    def drawn(self) -> DrawnStage:
        """Return the stage as the picture needs it."""
        stage = self.stage
        return DrawnStage(
            name=stage.title,
            status=stage.status,
            planned_start=stage.planned_start_on,
            planned_end=stage.planned_end_on,
            actual_start=stage.actual_start_on,
            actual_end=stage.actual_end_on,
            baseline_start=self.baseline_start,
            baseline_end=self.baseline_end,
            first_slip=self.first_slip if self.first_slip != self.slip else None,
            waits_for=self.waits_for_number,
        )


@dataclass(frozen=True)
class Roadmap:
    """All rows of a cluster's roadmap, with what is said about them as a whole."""

    rows: list[StageRow]
    baseline: Baseline | None
    has_later_baseline: bool
    on: date

    @property
    def order(self) -> str:
        """The primary keys in their order, as the buttons that move a stage send them along."""
        return ",".join(str(row.stage.pk) for row in self.rows)

    @property
    def done(self) -> int:
        """How many stages are done."""
        return sum(row.stage.status == StageStatus.DONE for row in self.rows)

    @property
    def open_rows(self) -> list[StageRow]:
        """The rows that are neither done nor dropped."""
        return [row for row in self.rows if row.stage.is_open]

    @property
    def confirmed_at(self) -> datetime | None:
        """When the open stage confirmed longest ago was confirmed; None when one never was, or none is open."""
        moments = [row.stage.confirmed_at for row in self.open_rows]
        known = [moment for moment in moments if moment is not None]
        return min(known) if known and len(known) == len(moments) else None

    @property
    def is_confirmed(self) -> bool:
        """Whether all open stages were confirmed or written today, so that one more press would change nothing."""
        return self.confirmed_at is not None and timezone.localdate(self.confirmed_at) == self.on

    @property
    def seen(self) -> str:
        """The versions of all stages, as the press that confirms them sends them along."""
        return seen_versions(row.stage for row in self.rows)

    @property
    def has_dates(self) -> bool:
        """Whether some stage's plan can be moved."""
        return any(row.can_shift for row in self.rows)

    @property
    def counted(self) -> int:
        """How many stages count towards progress: all but the dropped ones."""
        return sum(row.stage.status != StageStatus.DROPPED for row in self.rows)

    @property
    def progress(self) -> str:
        """How far it is, in words."""
        return progress_in_words([row.stage.status for row in self.rows])

    def row(self, pk: int) -> StageRow:
        """Return the row of a stage.

        Raises:
            LookupError: the stage is not of this roadmap.
        """
        for row in self.rows:
            if row.stage.pk == pk:
                return row
        raise LookupError(pk)


def roadmap_of(cluster: Cluster, *, on: date, files: Mapping[int, list[File]] | None = None) -> Roadmap:
    """Return the roadmap of `cluster` as it stands on the day `on`: five queries, however many stages.

    `files` are those that the reader may fetch, by the id of their stage (`clusters.rules.evidence`).
    """
    stages = list(cluster.stages.all())
    baselines = list(cluster.baselines.order_by("number").prefetch_related("stages"))
    newest, first = (baselines[-1], baselines[0]) if baselines else (None, None)
    people = _organisations(cluster, stages)
    numbers = {stage.pk: number for number, stage in enumerate(stages, 1)}
    rows = []
    for stage in stages:
        base = _frozen(newest, stage)
        first_base = _frozen(first, stage)
        organisation, role, is_there = people.get(stage.responsible_id or 0, ("", "", False))
        is_late = stage.is_late(on)
        rows.append(
            StageRow(
                stage=stage,
                number=numbers[stage.pk],
                of=len(stages),
                mark="late" if is_late else stage.status,
                mark_label=_("Late") if is_late else stage.get_status_display(),
                is_late=is_late,
                baseline_start=base[0],
                baseline_end=base[1],
                slip=slip_of(stage, base[1], on=on),
                first_slip=slip_of(stage, first_base[1], on=on),
                responsible=organisation,
                responsible_role=role,
                is_orphan=stage.is_open and stage.responsible_id is not None and not is_there,
                outside=outside_cluster(stage, cluster),
                waits_for_number=numbers.get(stage.waits_for_id or 0),
                on=on,
                files=(files or {}).get(stage.pk, []),
            )
        )
    return Roadmap(rows, newest, len(baselines) > 1, on)


def _frozen(baseline: Baseline | None, stage: Stage) -> tuple[date | None, date | None]:
    """Return a stage's planned days in a baseline."""
    for row in baseline.stages.all() if baseline else ():
        if row.stage_id == stage.pk:
            return row.planned_start_on, row.planned_end_on
    return None, None


def _organisations(cluster: Cluster, stages: Sequence[Stage]) -> dict[int, tuple[str, str | Promise, bool]]:
    """Return organisation and role of everybody who is responsible for a stage: pages name no person here.

    The third says whether the person takes part today, or leads.
    """
    wanted = {stage.responsible_id for stage in stages if stage.responsible_id}
    if not wanted:
        return {}
    found: dict[int, tuple[str, str | Promise, bool]] = {}
    rows = Participation.objects.filter(cluster=cluster, member__in=wanted).select_related("organisation")
    for row in sorted(rows, key=lambda row: row.status == ParticipationStatus.ACTIVE):
        if row.member_id is not None:
            role = row.get_role_display() if row.role in (ParticipationRole.LEAD, ParticipationRole.DEPUTY) else ""
            is_there = row.status == ParticipationStatus.ACTIVE or row.member_id == cluster.lead_id
            found[row.member_id] = (row.organisation.known_as if row.organisation else "", role, is_there)
    if cluster.lead_id in wanted and cluster.lead_id not in found and cluster.lead_organisation:
        found[cluster.lead_id] = (cluster.lead_organisation.known_as, ParticipationRole.LEAD.label, True)
    return found
