"""A batch of clusters in bulk: rows with all their parts, from one throw of the dice each."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import F, Model
from django.db.models.functions import Coalesce
from django.utils import timezone

from clusters.choices import Focus, JoinPolicy, Level, OutcomeKind, ParticipationRole, ParticipationStatus, State
from clusters.demo import bulk_fate
from clusters.demo.bulk_cast import Cast, Person
from clusters.demo.bulk_fate import Fate, at, moment_of
from clusters.demo.bulk_history import write_history
from clusters.demo.bulk_roadmap import write_roadmaps
from clusters.demo.bulk_words import ANGLES, LESSONS, PRACTICE, SUBJECTS, Subject, made_up_word
from clusters.models import Cluster, ClusterLevel, ExpectedOutcome, FollowUp, Objective, Outcome, Participation, Stage
from community.dates import add_months

_SUMMARY_SENTENCES = 22
_NOT_APPROVED = frozenset({State.DRAFT, State.SUBMITTED, State.RETURNED, State.DECLINED, State.WITHDRAWN, State.MERGED})


@dataclass
class Plan:
    """One cluster with what was thrown for it; `people` take part beside the lead."""

    fate: Fate
    subject: Subject
    place: str
    proposer: Person
    lead: Person
    decider: Person
    people: list[Person]
    group: int
    row: Cluster
    stages: list[Stage] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def site(self) -> str:
        """The made-up place within the region."""
        return self.place.split(", ")[1]

    @property
    def is_approved(self) -> bool:
        """Whether it was ever approved."""
        return self.fate.state not in _NOT_APPROVED


class Batch:
    """Makes some hundred clusters at once; the caller gives the transaction."""

    def __init__(self, cast: Cast, rng: random.Random) -> None:
        """Take who and what there is, and the dice."""
        self.cast = cast
        self.rng = rng

    def insert(self, ages: Sequence[int]) -> list[int]:
        """Insert one cluster for each age (days since it was proposed), the oldest first; return their keys."""
        plans = [self._plan(self.cast.today - timedelta(days=age)) for age in ages]
        self._give_references(plans)
        Cluster.objects.bulk_create([plan.row for plan in plans])
        self._write_links(plans)
        self._write_lists(plans)
        self._write_people(plans)
        write_roadmaps(plans, self.rng, self.cast.yesterday)
        self._write_ends(plans)
        write_history(plans, self.rng)
        pks = [plan.row.pk for plan in plans]
        entered = Coalesce(F("state_since"), timezone.now())
        Cluster.objects.filter(pk__in=pks).update(updated_at=entered, created_at=Coalesce(F("submitted_at"), entered))
        self.cast.open_pks += [plan.row.pk for plan in plans if plan.fate.state == State.RUNNING][-5:]
        return pks

    def _plan(self, submitted: date) -> Plan:
        """Throw the dice for one cluster."""
        rng, cast = self.rng, self.cast
        subject = rng.choice(SUBJECTS)
        fate = bulk_fate.draw(rng, submitted, cast.yesterday, may_merge=bool(cast.open_pks))
        decider = rng.choice(cast.deciders[subject.group])
        lead = cast.other(rng, cast.leads, {decider.member})
        proposer = lead if rng.random() < 0.4 else cast.other(rng, cast.members, {decider.member, lead.member})
        people = cast.some(rng, rng.randint(1, 5), {lead.member})
        place = f"{rng.choice(cast.regions)[1]}, {made_up_word(rng)}"
        plan = Plan(fate, subject, place, proposer, lead, decider, people, cast.groups[subject.group], Cluster())
        plan.row = self._row(plan)
        return plan

    def _row(self, plan: Plan) -> Cluster:
        """Return the unsaved cluster."""
        fate, subject, rng = plan.fate, plan.subject, self.rng
        last = moment_of(*fate.moves[-1]) if fate.moves else None
        accepted = plan.is_approved or fate.state in (State.DECLINED, State.MERGED) or rng.random() < 0.7
        row = Cluster(
            draft_code="".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=8)),
            title=f"{subject.title}: {rng.choice(ANGLES)} in {plan.place.split(',')[0]}"[:100],
            question=f"In {plan.place}: {subject.question}?"[:200],
            need_text=f"Those who work at {plan.place} ask the question every year and begin from nothing each time.",
            adoption_plan=f"One office at {plan.site} uses {subject.result} for a season and says what came of it.",
            focus=rng.choice(Focus.values),
            starts_on=fate.starts,
            ends_on=fate.ends,
            state=fate.state,
            state_since=last,
            submitted_at=at(fate.submitted, 10) if fate.moves else None,
            join_policy=rng.choice(JoinPolicy.values),
            proposer_id=plan.proposer.member,
            lead_id=plan.lead.member,
            lead_organisation_id=plan.lead.organisation,
            lead_asked_at=at(fate.submitted, 10) if fate.moves and plan.lead != plan.proposer else None,
            lead_accepted_at=at(fate.submitted, 11) if fate.moves and accepted else None,
            working_group_id=plan.group,
            owning_project_id=self.cast.project,
        )
        self._since_approval(row, plan)
        return row

    def _since_approval(self, row: Cluster, plan: Plan) -> None:
        """Set what the verbs from the approval on write."""
        fate = plan.fate
        if fate.state == State.MERGED:
            row.merged_into_id = self.rng.choice(self.cast.open_pks)
        states = [State.DRAFT, State.SUBMITTED, State.APPROVED, State.RUNNING]
        if fate.moves:
            row.state_before = _before(fate, states)
        if not plan.is_approved:
            return
        row.approved_at = at(fate.decided, 13)
        if fate.has_started:
            row.baseline_frozen_at, row.started_on = at(fate.starts, 9), fate.starts
        if fate.ended is not None:
            row.ended_on = fate.ended
            sentences = self.rng.choices(PRACTICE, k=_SUMMARY_SENTENCES)
            row.practitioners_summary = f"{plan.subject.title} at {plan.place}. {' '.join(sentences)}"[:1400]
            row.lessons = f"- {self.rng.choice(LESSONS)}"

    def _give_references(self, plans: list[Plan]) -> None:
        """Number the submitted ones of each year in their order."""
        for plan in plans:
            if plan.fate.moves:
                plan.row.reference = self.cast.next_reference(plan.fate.submitted.year)
        self.cast.keep_counters()

    def _write_links(self, plans: list[Plan]) -> None:
        """Insert themes, SDGs, territories and solutions."""
        cast, rng = self.cast, self.rng
        themes = [(p.row.pk, {cast.themes[p.subject.theme], rng.choice(list(cast.themes.values()))}) for p in plans]
        sdgs = [(p.row.pk, {cast.sdgs[p.subject.sdg], rng.choice(list(cast.sdgs.values()))}) for p in plans]
        regions = [(p.row.pk, {rng.choice(cast.regions)[0] for _n in range(rng.randint(1, 3))}) for p in plans]
        solutions = [(p.row.pk, {rng.choice(cast.solutions) for _n in range(rng.randint(1, 2))}) for p in plans]
        _link(Cluster.themes.through, "term_id", themes)
        _link(Cluster.sdgs.through, "term_id", sdgs)
        _link(Cluster.territories.through, "territory_id", regions)
        _link(Cluster.solutions.through, "solution_id", solutions)

    def _write_lists(self, plans: list[Plan]) -> None:
        """Insert levels, expected outcomes and objectives."""
        rng = self.rng
        ClusterLevel.objects.bulk_create(
            ClusterLevel(cluster=plan.row, level=level)
            for plan in plans
            for level in rng.sample(Level.values, rng.randint(1, 2))
        )
        ExpectedOutcome.objects.bulk_create(
            ExpectedOutcome(cluster=plan.row, kind=kind, note=plan.subject.result.capitalize())
            for plan in plans
            for kind in rng.sample(OutcomeKind.values, rng.randint(1, 3))
        )
        Objective.objects.bulk_create(objective for plan in plans for objective in _objectives(plan))

    def _write_people(self, plans: list[Plan]) -> None:
        """Insert the lead's part from the approval on, and the others: taking part, or named and not asked yet."""
        Participation.objects.bulk_create(row for plan in plans for row in _participations(plan))

    def _write_ends(self, plans: list[Plan]) -> None:
        """Insert outcomes and follow-ups of what is concluded, and some outcomes on the way."""
        for plan in plans:
            wanted = (
                2
                if plan.fate.state == State.CONCLUDED
                else 1
                if plan.fate.has_started and self.rng.random() < 0.5
                else 0
            )
            for kind in self.rng.sample(OutcomeKind.values, wanted):
                plan.outcomes.append(_outcome(plan, kind, self.cast.yesterday))
        Outcome.objects.bulk_create(outcome for plan in plans for outcome in plan.outcomes)
        FollowUp.objects.bulk_create(
            _follow_up(plan, why, add_months(plan.fate.ended, months), self.cast.yesterday)
            for plan in plans
            if plan.fate.state == State.CONCLUDED and plan.fate.ended is not None
            for why, months in (("six_months", 6), ("twelve_months", 12))
        )


def _before(fate: Fate, order: list[State]) -> str:
    """Return the state before the last move."""
    verbs = [verb for verb, _day in fate.moves]
    last = {"submit": order[0], "approve": order[1], "start": order[2], "discontinue": order[3], "conclude": order[3]}
    if verbs[-1] == "withdraw" and "return" in verbs:
        return State.RETURNED
    return last.get(verbs[-1], order[3] if verbs[-1] == "pause" else order[1])


def _objectives(plan: Plan) -> Iterator[Objective]:
    """Yield two objectives, measured when the cluster is concluded."""
    is_over = plan.fate.state == State.CONCLUDED
    texts = (
        (f"Find {plan.subject.result} that hold.", "Two sites agree"),
        ("Try them for a season.", "Notes of two sites"),
    )
    for position, (text, criterion) in enumerate(texts, 1):
        measured, reached = ("Reached on one site of two", position == 1) if is_over else ("", None)
        yield Objective(
            cluster=plan.row, position=position, text=text, criterion=criterion, measured=measured, is_reached=reached
        )


def _participations(plan: Plan) -> Iterator[Participation]:
    """Yield who takes part, or is named."""
    if plan.is_approved:
        yield _part(plan, plan.lead, ParticipationRole.LEAD)
    for person in plan.people:
        yield _part(plan, person, ParticipationRole.PARTICIPANT)


def _part(plan: Plan, person: Person, role: str) -> Participation:
    answered = at(plan.fate.decided, 13) if plan.is_approved else None
    return Participation(
        cluster=plan.row,
        member_id=person.member,
        organisation_id=person.organisation,
        role=role,
        status=ParticipationStatus.ACTIVE if plan.is_approved else ParticipationStatus.INVITED,
        from_on=plan.fate.starts if plan.is_approved else None,
        asked_by_id=plan.proposer.user,
        asked_at=answered,
        answered_at=answered,
    )


def _outcome(plan: Plan, kind: str, today: date) -> Outcome:
    day = min(plan.fate.ended or plan.fate.starts + timedelta(days=20), today)
    title = f"{plan.subject.result.capitalize()} tried at {plan.site}"
    return Outcome(cluster=plan.row, kind=kind, title=title, reached_on=max(day, plan.fate.starts))


def _follow_up(plan: Plan, why: str, due: date, yesterday: date) -> FollowUp:
    """Return a follow-up: one whose day has come was asked, and nobody answered."""
    asked = at(due, 9) if due <= yesterday else None
    return FollowUp(cluster=plan.row, why=why, due_on=due, asked_id=plan.lead.member, asked_at=asked)


def _link(through: type[Model], column: str, pairs: Iterable[tuple[int, set[int]]]) -> None:
    """Insert the rows of a many-to-many table."""
    make: Callable[..., Model] = through
    rows = [make(cluster_id=pk, **{column: other}) for pk, others in pairs for other in sorted(others)]
    through._default_manager.bulk_create(rows)
