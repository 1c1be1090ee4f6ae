"""A partnership ends: the cluster is flagged to its lead and its coordinators, with the button that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from clusters.actions.amendment import act, decide_amendment, suggest_amendment
from clusters.actions.reminders import flag_leads, plan_reminders, send_reminders
from clusters.choices import State
from clusters.models import Cluster
from clusters.permissions import Leads
from clusters.rules.leads import is_lead_ended, reminder_page
from clusters.tables.overview import clusters_of, lines_of, with_parts
from clusters.visibility import viewer
from community import contributions
from community.choices import Standing
from community.models import Message, Partnership, Project
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of
from tests.factories import NOW, TODAY, make_affiliation, make_lead_organisation, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def end_partnership(cast: Cast, until_on: date) -> None:
    """Let the lead organisation's only partnership end on that day."""
    Partnership.objects.filter(organisation=cast.organisation).update(until_on=until_on)


def flagged(on: date) -> set[int]:
    """Return what the rule says of many, and check that it says the same of each."""
    many = set(Cluster.objects.with_ended_lead(on).values_list("pk", flat=True))
    one = set()
    for row in Cluster.objects.select_related("lead__user", "lead_organisation"):
        if is_lead_ended(row, Leads([(row.lead, row.lead_organisation)], on)):
            one.add(row.pk)
    assert many == one
    return many


def desk(cast: Cast, role: str, cluster: Cluster) -> list[tuple[str, str]]:
    rows = contributions.desk_items.get("clusters")(cast.user(role), TODAY)
    return [(str(row.verb), row.url) for row in rows if row.title == str(cluster) and "lead" in str(row.verb).lower()]


def mailed(cluster: Cluster) -> list[str]:
    rows = Message.objects.about_subject(cluster).filter(template="clusters/reminder", params__rule="lead_ended")
    return sorted(rows.values_list("to__member__name", flat=True))


STATES = (State.SUBMITTED, State.RETURNED, State.APPROVED, State.RUNNING, State.PAUSED)


def test_a_partnership_counts_on_its_last_day_and_no_longer(cast: Cast) -> None:
    rows = {make_cluster(cast, state).pk for state in STATES}
    for state in (State.DRAFT, State.CONCLUDED, State.DECLINED, State.DISCONTINUED):
        make_cluster(cast, state)
    end_partnership(cast, TODAY)
    assert flagged(TODAY) == set()
    assert flagged(TODAY + DAY) == rows


@pytest.mark.parametrize("field", ["ends_on", "completed_on"])
def test_a_projects_end_counts_for_the_months_of_the_setting_and_no_day_longer(
    cast: Cast, settings: Any, field: str
) -> None:
    running = make_cluster(cast, State.RUNNING)
    Project.objects.filter(partnerships__organisation=cast.organisation).update(
        **{"starts_on": date(2020, 1, 1), "ends_on": date(2027, 1, 1), field: date(2025, 2, 28)}
    )
    settings.LEAD_AFTER_END_MONTHS = 12
    assert flagged(date(2026, 2, 28)) == set()
    assert flagged(date(2026, 3, 1)) == {running.pk}
    settings.LEAD_AFTER_END_MONTHS = 13
    assert flagged(date(2026, 3, 28)) == set()
    assert flagged(date(2026, 3, 29)) == {running.pk}


@pytest.mark.parametrize("how", ["affiliation", "former", "closed", "erased"])
def test_a_lead_who_leaves_counts_too(cast: Cast, how: str) -> None:
    running, lead = make_cluster(cast, State.RUNNING), cast.member("lead")
    if how == "affiliation":
        lead.affiliations.update(until_on=TODAY - DAY)
    elif how == "closed":
        type(cast.user("lead")).objects.filter(pk=cast.user("lead").pk).update(is_active=False)
    else:
        lead.standing = Standing.FORMER if how == "former" else lead.standing
        lead.erased_at = NOW if how == "erased" else None
        lead.save()
    assert flagged(TODAY) == {running.pk}


def test_the_page_the_desks_and_the_overview_say_so_at_once_with_the_button(cast: Cast) -> None:
    """The partnership was edited today and ended long ago: nobody waits for the clock to see it."""
    running = make_cluster(cast, State.RUNNING)
    hand_over = f"/clusters/{running.name}/amendments/hand-over/"
    assert desk(cast, "lead", running) == []
    end_partnership(cast, TODAY - timedelta(days=400))
    for role in ("lead", "deputy_lead", "coordinator", "mission_coordinator"):
        assert desk(cast, role, running) == [("Hand over the lead", hand_over)], role
        page = client_of(cast, role).get(running.get_absolute_url()).content.decode()
        assert "The lead may not lead today" in page
        assert f'href="{hand_over}"' in page
        assert f'href="/clusters/{running.name}/discontinue/"' in page
    for role in ("participant", "member", "other_coordinator"):
        assert desk(cast, role, running) == [], role
        assert hand_over not in client_of(cast, role).get(running.get_absolute_url()).content.decode()
    who = viewer(cast.user("coordinator"), TODAY)
    line = lines_of(with_parts(clusters_of(cast.user("coordinator"), who, TODAY)), TODAY)[0]
    assert ("the lead may not lead any more" in line.reasons, line.is_hot) == (True, True)
    shown = client_of(cast, "coordinator").get("/review/clusters/?health=lead").content.decode()
    assert running.get_absolute_url() in shown
    end_partnership(cast, TODAY)
    assert running.get_absolute_url() not in client_of(cast, "coordinator").get(
        "/review/clusters/?health=lead"
    ).content.decode().replace("/clusters/?", "")


def test_of_a_lead_who_is_gone_the_coordinators_are_asked_to_adopt(cast: Cast) -> None:
    running = make_cluster(cast, State.RUNNING)
    type(cast.user("lead")).objects.filter(pk=cast.user("lead").pk).update(is_active=False)
    hand_over = f"/clusters/{running.name}/amendments/hand-over/"
    assert desk(cast, "deputy_lead", running) == [("Hand over the lead", hand_over)]
    assert client_of(cast, "deputy_lead").get(hand_over).status_code == 200
    rows = contributions.desk_items.get("clusters")(cast.user("coordinator"), TODAY)
    item = next(row for row in rows if row.title == str(running))
    assert (str(item.verb), item.url) == ("Adopt", f"/clusters/{running.name}/adopt/")
    assert reminder_page(Cluster.objects.get(pk=running.pk)) == running.get_absolute_url()
    client = client_of(cast, "coordinator")
    assert "Adopt it until a lead is found" in client.get(running.get_absolute_url()).content.decode()
    client.post(item.url, {"reason": "To keep it going."})
    assert flagged(TODAY) == set()


def test_a_proposal_asks_its_proposer_to_name_another_lead(cast: Cast) -> None:
    proposal = make_cluster(cast, State.SUBMITTED)
    end_partnership(cast, TODAY - DAY)
    edit = f"/clusters/{proposal.name}/edit/"
    assert desk(cast, "proposer", proposal) == [("Name another lead", edit)]
    assert desk(cast, "coordinator", proposal) == [], "the check-list says it"
    send_reminders(on=TODAY)
    assert mailed(proposal) == ["Lead Person", "Proposer Person"]


def test_it_is_mailed_once_then_as_the_rule_says_until_it_is_solved(cast: Cast) -> None:
    running = make_cluster(cast, State.RUNNING, ends_on=TODAY + timedelta(days=300))
    end_partnership(cast, TODAY - timedelta(days=100))
    everybody = ["Coordinator Person", "Coordinator_Proposer Person", "Deputy_Lead Person", "Lead Person"]
    assert [d.person.name for d in plan_reminders(TODAY).sends if d.silence.rule == "lead_ended"]
    assert Cluster.objects.get(pk=running.pk).lead_flagged_on is None, "the plan writes nothing"
    for _again in range(2):
        send_reminders(on=TODAY)
        assert mailed(running) == everybody
    assert Cluster.objects.get(pk=running.pk).lead_flagged_on == TODAY
    for days in range(1, 7):
        send_reminders(on=TODAY + timedelta(days=days))
    assert mailed(running) == everybody
    send_reminders(on=TODAY + timedelta(days=7))
    assert mailed(running) == sorted([*everybody, "Lead Person", "Deputy_Lead Person"])
    end_partnership(cast, TODAY + timedelta(days=900))
    send_reminders(on=TODAY + timedelta(days=14))
    assert len(mailed(running)) == 6
    assert Cluster.objects.get(pk=running.pk).lead_flagged_on is None
    end_partnership(cast, TODAY + timedelta(days=14))
    assert flag_leads(TODAY + timedelta(days=15)) == 1
    send_reminders(on=TODAY + timedelta(days=15))
    assert len(mailed(running)) == 10, "a new end is a new matter"


def test_a_hand_over_solves_it(cast: Cast) -> None:
    running = make_cluster(cast, State.RUNNING)
    successor = make_member("New Lead", organisation=make_lead_organisation("Port of the North"))
    end_partnership(cast, TODAY - DAY)
    flag_leads(TODAY)
    place = successor.affiliations.get().organisation
    running.participations.create(member=successor, organisation=place, status="active", role="participant")
    row = suggest_amendment(
        cluster=Cluster.objects.get(pk=running.pk),
        by=cast.user("coordinator"),
        wished={"lead": [successor.pk, place.pk]},
        reason="The partnership ended.",
    )
    act(amendment=row, verb="amendment.lead_accepted", by=successor.user)
    decide_amendment(amendment=row, by=cast.user("mission_coordinator"), accepted=["lead"])
    running = Cluster.objects.get(pk=running.pk)
    assert (running.lead, running.lead_flagged_on, flagged(TODAY)) == (successor, None, set())
    assert desk(cast, "coordinator", running) == []


def test_the_people_page_says_mildly_which_organisation_left_its_consortium(cast: Cast) -> None:
    running = make_cluster(cast, State.RUNNING)
    left = make_lead_organisation("Port of the North")
    guest = make_member("Guest Person")
    make_affiliation(guest, left)
    running.participations.create(member=guest, organisation=left, status="active", role="participant")
    project = left.partnerships.get().project.acronym
    words = f"partnership in {project} ended on 11 May 2026"
    client = client_of(cast, "lead")
    left.partnerships.update(until_on=TODAY)
    assert words not in client.get(f"/clusters/{running.name}/people/").content.decode()
    left.partnerships.update(until_on=TODAY - DAY)
    assert words in client.get(f"/clusters/{running.name}/people/").content.decode()
    assert flagged(TODAY) == set(), "who takes part may stay"
    Partnership.objects.create(organisation=left, project=cast.organisation.partnerships.get().project, role="AP")
    assert words not in client.get(f"/clusters/{running.name}/people/").content.decode()
