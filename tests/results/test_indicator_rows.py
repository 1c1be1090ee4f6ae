"""Figures made from rows: who has left still took part, and a solution is shown by more than its website."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from clusters.actions.amendment import act, decide_amendment, suggest_amendment
from clusters.actions.part_records import PARTS
from clusters.actions.participation import leave
from clusters.actions.parting import end_participation
from clusters.choices import ParticipationRole, ParticipationStatus, StageKind, StageStatus, State
from clusters.models import Attendance, Cluster, Meeting, Participation, Stage
from community.actions.transition import transition
from community.choices import FileVisibility
from community.models import File, Organisation, Partnership, Project, Solution, SolutionLink
from results.models import Indicator, Uptake, UptakeConfirmation
from results.querysets.indicators import IndicatorFacts
from results.rules.indicators.shape import Figure, Reason
from results.rules.indicators.table import figure_of
from results.tables.indicators import Report
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
BEGAN = date(2026, 3, 1)
MET = date(2026, 5, 6)


class World:
    """A running cluster of a Greek lead and an Italian partner of one project, which have met and done a pilot."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.project = Project.objects.get(partnerships__organisation=cast.organisation)
        self.there = make.make_organisation("Park of the Cape North", country="IT")
        self.member = make.make_member("Paola Person", organisation=self.there)
        make.make_partnership(self.there, self.project, "AP")
        self.cluster = make_cluster(cast, State.RUNNING)
        self.cluster.participations.filter(is_external=True).delete()
        self.part = self.joins(self.member)
        self.meets(MET)
        given = {"kind": StageKind.PILOT, "status": StageStatus.DONE, "actual_start_on": MET, "actual_end_on": MET}
        Stage.objects.create(
            cluster=self.cluster, position=9, title="Pilot", evidence_url="https://a.example/p", **given
        )

    def joins(self, member: Any, **fields: Any) -> Participation:
        given = {"status": ParticipationStatus.ACTIVE, "role": ParticipationRole.PARTICIPANT, "from_on": BEGAN}
        return self.cluster.participations.create(**{"member": member, "organisation": self.there, **given, **fields})

    def meets(self, day: date) -> None:
        row = Meeting.objects.create(cluster=self.cluster, title="Work", held_on=day, minutes="All came.")
        for organisation in (self.cast.organisation, self.there):
            Attendance.objects.create(meeting=row, organisation=organisation, persons=1)

    def figure(self, code: str, **fields: Any) -> Figure:
        indicator = Indicator(code=code, rule_version=2, **fields)
        return figure_of(indicator, IndicatorFacts(None, timezone.localdate()), {}, timezone.localdate())

    def figures(self) -> dict[str, int]:
        return {code: self.figure(code).of_project(self.project.pk).documented for code in ("RCO87", "RCR84", "RCO84")}

    def reason(self, organisation: Organisation, code: str = "RCO87") -> Reason | None:
        found = [line.reason for line in self.figure(code).lines if line.key == ("organisation", organisation.pk)]
        assert len(found) == 1
        return found[0]


@pytest.fixture
def world(cast: Cast) -> World:
    """After the completion, so that all three figures count both organisations and the pilot."""
    made = World(cast)
    Project.objects.filter(pk=made.project.pk).update(ends_on=date(2026, 4, 30))
    assert made.figures() == {"RCO87": 2, "RCR84": 2, "RCO84": 1}
    return made


def leaves(world: World) -> None:
    leave(participation=world.part, by=world.member.user)


def is_put_out(world: World) -> None:
    end_participation(
        participation=world.part, by=world.cast.user("lead"), seen=ParticipationStatus.ACTIVE, reason="Done."
    )


def is_erased(world: World) -> None:
    assert PARTS.erase is not None
    PARTS.erase(world.member)


def is_erased_long_after(world: World) -> None:
    """An erasure ends the parts in clusters that ended long ago, too, as of today."""
    Cluster.objects.filter(pk=world.cluster.pk).update(state=State.CONCLUDED, ended_on=MET)
    is_erased(world)
    assert Participation.objects.get(pk=world.part.pk).until_on == TODAY > MET


def all_of_the_lead_go(world: World) -> None:
    """The lead steps down, and everybody else of that organisation leaves."""
    transition(world.cluster, "step_down", by=world.cast.user("lead"), reason="A new post.")
    for role in ("deputy_lead", "participant"):
        row = world.cluster.participations.get(member=world.cast.member(role))
        leave(participation=row, by=world.cast.user(role))
    assert set(world.cluster.participations.active().values_list("organisation", flat=True)) == {world.there.pk}


@pytest.mark.parametrize(
    "happens", [leaves, is_put_out, is_erased, is_erased_long_after, all_of_the_lead_go], ids=lambda one: one.__name__
)
def test_no_figure_falls_when_somebody_goes(world: World, happens: Any) -> None:
    happens(world)
    assert world.figures() == {"RCO87": 2, "RCR84": 2, "RCO84": 1}
    before = Indicator(code="RCO84", rule_version=1)
    facts = IndicatorFacts(None, timezone.localdate())
    assert figure_of(before, facts, {}, timezone.localdate()).documented == 0


def test_no_figure_falls_when_the_lead_is_handed_to_an_organisation_of_another_project(
    world: World, cast: Cast
) -> None:
    other = make.make_lead_organisation("Coast Agency", country="ES")
    lead = make.make_member("Lidia Person", organisation=other)
    world.joins(lead, organisation=other)
    row = suggest_amendment(
        cluster=world.cluster, by=cast.user("deputy_lead"), wished={"lead": [lead.pk, other.pk]}, reason="Another post."
    )
    act(amendment=row, verb="amendment.lead_accepted", by=lead.user)
    decide_amendment(amendment=row, by=cast.user("mission_coordinator"), accepted=["lead"])
    assert Cluster.objects.get(pk=world.cluster.pk).lead_organisation == other
    assert world.figures() == {"RCO87": 2, "RCR84": 2, "RCO84": 1}


def test_who_left_before_the_work_began_or_took_a_request_back_took_part_in_nothing(world: World) -> None:
    """Nor did who was to take part from the first day on and left before it, which then is the last day as well."""
    left = ParticipationStatus.LEFT
    for until in (date(2026, 2, 20), BEGAN, None):
        organisation = make.make_organisation(country="HR")
        make.make_partnership(organisation, world.project)
        member = make.make_member(organisation=organisation)
        world.joins(member, organisation=organisation, status=left, from_on=None, until_on=until)
    assert {line.key[1] for line in world.figure("RCO87").lines} == {world.there.pk, world.cast.organisation.pk}


def test_the_last_day_is_that_of_the_part_and_who_came_again_is_still_there(world: World) -> None:
    def days() -> tuple[date | None, date | None]:
        facts = IndicatorFacts(None, TODAY).cooperation
        row = next(row for row in facts if row.organisation == world.there.pk)
        return (row.first_on, row.last_on)

    Participation.objects.filter(pk=world.part.pk).update(
        status=ParticipationStatus.LEFT, from_on=date(2026, 3, 10), until_on=date(2026, 4, 2)
    )
    assert days() == (date(2026, 3, 10), date(2026, 4, 2))
    assert world.reason(world.there, "RCR84") == Reason.NOT_AFTER
    world.joins(world.member, from_on=date(2026, 5, 4))
    assert days() == (date(2026, 3, 10), TODAY)
    assert world.reason(world.there, "RCR84") is None


@pytest.mark.parametrize(
    ("since", "until", "reason"),
    [
        (None, date(2026, 2, 28), Reason.NO_PARTNERSHIP),
        (None, date(2026, 3, 10), None),
        (date(2026, 4, 1), None, None),
        (date(2026, 4, 2), None, Reason.NO_PARTNERSHIP),
        (date(2026, 4, 2), date(2026, 4, 30), Reason.NO_PARTNERSHIP),
    ],
)
def test_a_partnership_counts_that_covers_a_day_of_the_part(
    world: World, since: date | None, until: date | None, reason: Reason | None
) -> None:
    """It takes part from 10 March to 1 April; the project was completed on 30 April."""
    Partnership.objects.filter(organisation=world.there).update(from_on=since, until_on=until)
    Participation.objects.filter(pk=world.part.pk).update(
        status=ParticipationStatus.LEFT, from_on=date(2026, 3, 10), until_on=date(2026, 4, 1)
    )
    assert world.reason(world.there) == reason
    assert world.figure("RCO87").reached == (reason is not None)


@pytest.mark.parametrize(("until", "counted"), [(date(2026, 4, 30), 2), (date(2026, 4, 29), 1)])
def test_who_was_a_partner_up_to_the_completion_cooperates_after_it_as_a_partner(
    world: World, until: date, counted: int
) -> None:
    Partnership.objects.filter(organisation=world.there).update(until_on=until)
    Cluster.objects.filter(pk=world.cluster.pk).update(started_on=date(2026, 5, 2))
    assert (world.figure("RCR84").documented, world.figure("RCO87").documented) == (counted, counted)


def test_what_was_done_in_and_out_of_the_partnership_stands_apart(world: World) -> None:
    """The first cluster lies in the partnership and has no document, the second has one and lies after it."""
    Partnership.objects.filter(organisation=world.there).update(until_on=date(2026, 3, 1))
    Project.objects.filter(pk=world.project.pk).update(ends_on=date(2029, 9, 30))
    Participation.objects.filter(pk=world.part.pk).update(from_on=date(2026, 3, 2))
    earlier = make_cluster(world.cast, State.RUNNING)
    Cluster.objects.filter(pk=earlier.pk).update(started_on=date(2025, 3, 1), starts_on=date(2025, 3, 1))
    earlier.participations.create(
        member=world.member, organisation=world.there, status=ParticipationStatus.ACTIVE, from_on=date(2025, 3, 1)
    )
    found = [line for line in world.figure("RCO87").lines if line.key[1] == world.there.pk]
    assert {(line.cluster, line.reason) for line in found} == {
        (earlier.reference, Reason.NO_EVIDENCE),
        (world.cluster.reference, Reason.NO_PARTNERSHIP),
    }


def described(by: str) -> Solution:
    """Return a joint, tested strategy that is described in one way."""
    project = make.make_project()
    for country in ("IT", "EL"):
        make.make_partnership(make.make_organisation(country=country), project)
    policy = make.make_term("solution_type", "policy")
    row = make.make_solution(project=project, type=policy, where_tested="On the coast.")
    about: dict[str, Any] = {"kind": "solution", "subject_id": row.pk, "size": 1}
    if by == "website":
        Solution.objects.filter(pk=row.pk).update(website="https://result.example")
    elif by == "link":
        SolutionLink.objects.create(solution=row, position=1, label="Report", address="https://keep.example/r")
    elif by == "file of another record":
        File.objects.create(**{**about, "kind": "need"}, visibility=FileVisibility.PUBLIC)
    elif by == "removed file":
        File.objects.create(**about, visibility=FileVisibility.PUBLIC, removed_at=NOW)
    elif by:
        File.objects.create(**about, visibility=by)
    return row


@pytest.mark.parametrize(
    ("by", "is_documented"),
    [
        ("", False),
        ("website", True),
        ("link", True),
        (FileVisibility.PUBLIC, True),
        (FileVisibility.COP, False),
        (FileVisibility.RESTRICTED, False),
        ("removed file", False),
        ("file of another record", False),
    ],
)
def test_website_link_or_public_file_document_a_solution(world: World, by: str, is_documented: bool) -> None:
    row = described(by)
    used = Uptake.objects.create(
        cluster=world.cluster,
        organisation=world.there,
        solution=row,
        declared_at=NOW,
        state="in_use",
        kind="as_is",
        in_use_on=date(2026, 4, 1),
    )
    said = {"document_number": "2026/17", "status": "confirmed", "answered_at": NOW, "asked_at": NOW}
    UptakeConfirmation.objects.create(uptake=used, statement=used.statement, asked_by=world.cast.user("lead"), **said)
    for code in ("RCO116", "RCO83", "RCR79"):
        found = world.figure(code).of_project(row.project_id)
        assert (found.documented, found.declared) == (int(is_documented), int(not is_documented))
    first = figure_of(Indicator(code="RCO116", rule_version=1), IndicatorFacts(None, TODAY), {}, TODAY)
    assert first.of_project(row.project_id).documented == int(by == "website")


def test_the_second_versions_apply_and_their_words_go_with_the_figures() -> None:
    versions = dict(Indicator.objects.values_list("code", "rule_version"))
    second = {code for code, version in versions.items() if version == 2}
    assert second == {"RCO116", "RCO83", "RCR79", "RCO87", "RCR84", "RCO84"}
    report = Report(None, TODAY)
    row = Indicator.objects.get(code="RCO84")
    assert "take or took part" in report.row(row).text
    row.rule_version = 1
    assert "countries take part" in report.row(row).text
