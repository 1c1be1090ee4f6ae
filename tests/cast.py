"""The cast of every matrix: who may meet a cluster, made once and played in each test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from clusters.choices import (
    FINISHED_STATES,
    JoinPolicy,
    OutcomeKind,
    ParticipationRole,
    ParticipationStatus,
    StageStatus,
    State,
)
from clusters.models import (
    Baseline,
    BaselineStage,
    Cluster,
    ClusterLevel,
    DraftShare,
    ExpectedOutcome,
    Objective,
    Outcome,
    Participation,
    Stage,
)
from community.models import Member, Organisation, Solution, User, WorkingGroup
from tests import factories as make
from tests.factories import NOW, TODAY
from tests.replay import Replay

ROLES = (
    "visitor",
    "deactivated",
    "external",
    "other_external",
    "member",
    "participant",
    "proposer",
    "lead",
    "deputy_lead",
    "other_lead",
    "coordinator",
    "other_coordinator",
    "stand_in",
    "coordinator_proposer",
    "mission_coordinator",
    "admin",
    "superuser",
)


#: States of a cluster that is still to be approved: its end lies ahead on every day on which the tests run.
UNDECIDED = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.DECLINED, State.WITHDRAWN)


@dataclass
class Cast:
    """Everybody, by role. `stand_in` is `other_coordinator` seen where the own group has nobody who may decide."""

    group: WorkingGroup
    other_group: WorkingGroup
    organisation: Organisation
    partner: Organisation
    solution: Solution
    people: dict[str, Member] = field(default_factory=dict)
    accounts: dict[str, User] = field(default_factory=dict)

    def user(self, role: str) -> Any:
        """Return the account of a role; None for the visitor (untyped, so that tests need not say which)."""
        return self.accounts.get(role)

    def member(self, role: str) -> Member:
        """Return the person of a role."""
        return self.people[role]


def make_cast() -> Cast:
    """Return the cast, with its rows as `_make_cast` wrote them when the process first asked."""
    return _replay()


def _make_cast() -> Cast:
    """Make two working groups, an organisation that may lead, and one person a role."""
    organisation = make.make_lead_organisation("Region of the Gulf", country="EL")
    cast = Cast(
        group=make.make_working_group("WG1", "Connectivity of ecosystems"),
        other_group=make.make_working_group("WG2", "Climate change"),
        organisation=organisation,
        partner=make.make_organisation("Park of the Cape", country="IT"),
        solution=make.make_solution("Flood storage method"),
    )
    for role in ("member", "participant", "proposer", "lead", "deputy_lead", "other_lead", "coordinator_proposer"):
        cast.people[role] = make.make_member(f"{role.title()} Person", organisation=organisation)
    cast.people["coordinator"] = make.make_coordinator(cast.group, "Coordinator Person")
    cast.people["other_coordinator"] = make.make_coordinator(cast.other_group, "Other Coordinator Person")
    cast.people["stand_in"] = make.make_coordinator(cast.other_group, "Stand-in Person")
    cast.people["mission_coordinator"] = make.make_coordinator(None, "Mission Person")
    make.make_appointment(cast.people["coordinator_proposer"], cast.group)
    for role in ("external", "other_external"):
        cast.people[role] = make.make_external(f"{role.title()} Person")
    cast.people["deactivated"] = make.make_member("Deactivated Person", account={"is_active": False})
    cast.accounts = {role: person.user for role, person in cast.people.items() if person.user is not None}
    cast.accounts["admin"] = make.make_admin(name="Admin Person")
    cast.accounts["superuser"] = make.make_user(is_superuser=True)
    return cast


_replay = Replay(_make_cast)


def make_cluster(cast: Cast, state: str = State.DRAFT, **fields: object) -> Cluster:
    """Make a complete cluster in `state`, as its rows would stand after the verbs that lead there.

    The lead has accepted from `submitted` on; a running one has stages and a baseline, an ended one an outcome.
    """
    if state == State.MERGED and "merged_into" not in fields:
        fields["merged_into"] = make_cluster(cast, State.APPROVED)
    submitted = state != State.DRAFT
    began = state in (State.RUNNING, State.PAUSED, *FINISHED_STATES)
    defaults: dict[str, object] = {
        "title": "Nature-based solutions for flood regulation",
        "question": "How does a flood plan count a coastal wetland as storage?",
        "adoption_plan": "Two regions use the annex.",
        "starts_on": date(2026, 3, 1),
        "ends_on": timezone.localdate() + timedelta(days=200) if state in UNDECIDED else date(2026, 9, 30),
        "working_group": cast.group,
        "proposer": cast.member("proposer"),
        "lead": cast.member("lead"),
        "lead_organisation": cast.organisation,
        "join_policy": JoinPolicy.OPEN,
        "state": state,
        "reference": f"M4N-CL-2026-{Cluster.objects.count() + 1:02d}" if submitted else None,
        "submitted_at": NOW if submitted else None,
        "state_since": NOW if submitted else None,
        "lead_accepted_at": NOW if submitted else None,
        "approved_at": NOW if began or state == State.APPROVED else None,
        "baseline_frozen_at": NOW if began else None,
        "started_on": date(2026, 3, 1) if began else None,
        "ended_on": TODAY if state in FINISHED_STATES else None,
        "state_before": _before(state),
    }
    cluster = Cluster.objects.create(**{**defaults, **fields})
    _fill(cluster, cast, began=began)
    return cluster


def _before(state: str) -> str:
    return {
        State.CONCLUDED: State.RUNNING,
        State.DISCONTINUED: State.RUNNING,
        State.PAUSED: State.RUNNING,
        State.DECLINED: State.SUBMITTED,
        State.WITHDRAWN: State.SUBMITTED,
        State.RETURNED: State.SUBMITTED,
        State.MERGED: State.APPROVED,
        State.RUNNING: State.APPROVED,
    }.get(State(state), "")


def _fill(cluster: Cluster, cast: Cast, *, began: bool) -> None:
    """Give a cluster its parts."""
    cluster.solutions.set([cast.solution])
    ClusterLevel.objects.create(cluster=cluster, level="regional")
    ExpectedOutcome.objects.create(cluster=cluster, kind=OutcomeKind.ANSWER)
    Objective.objects.create(cluster=cluster, position=1, text="Fit the method", criterion="Two annexes")
    first, last = _stage_days(cluster)
    stage = Stage.objects.create(
        cluster=cluster,
        position=1,
        title="Kick-off",
        planned_start_on=first,
        planned_end_on=last,
        status=StageStatus.DONE if began else StageStatus.PLANNED,
        actual_start_on=date(2026, 3, 1) if began else None,
        actual_end_on=date(2026, 3, 2) if began else None,
    )
    if began:
        baseline = Baseline.objects.create(cluster=cluster, number=1, frozen_at=NOW)
        BaselineStage.objects.create(
            baseline=baseline,
            stage=stage,
            position=1,
            title=stage.title,
            planned_start_on=stage.planned_start_on,
            planned_end_on=stage.planned_end_on,
        )
        Outcome.objects.create(cluster=cluster, kind=OutcomeKind.ANSWER, title="The annex is written")
    if cluster.state != State.DRAFT:
        _people(cluster, cast)


def _stage_days(cluster: Cluster) -> tuple[date, date]:
    """Return the days of the one stage; of what is still to be approved they lie within the cluster's own."""
    first, last = date(2026, 3, 1), date(2026, 3, 2)
    if cluster.state in UNDECIDED and cluster.starts_on is not None and cluster.ends_on is not None:
        first = max(first, cluster.starts_on)
        last = min(first + timedelta(days=1), max(cluster.ends_on, first))
    return first, last


def _people(cluster: Cluster, cast: Cast) -> None:
    """Let lead, deputy, participant and external take part."""
    for role, part in (
        ("lead", ParticipationRole.LEAD),
        ("deputy_lead", ParticipationRole.DEPUTY),
        ("participant", ParticipationRole.PARTICIPANT),
        ("external", ParticipationRole.OBSERVER),
    ):
        Participation.objects.create(
            cluster=cluster,
            member=cast.member(role),
            organisation=cast.organisation if role != "external" else cast.partner,
            role=part,
            status=ParticipationStatus.ACTIVE,
            is_external=role == "external",
        )


def share(cluster: Cluster, member: Member, by: User) -> DraftShare:
    """Show a draft to a member."""
    return DraftShare.objects.create(cluster=cluster, member=member, shared_by=by)
