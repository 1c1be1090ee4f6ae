"""The coordinators' overview: numbers, the sentence that explains them, filters, orders, and who sees it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from clusters.actions.roadmap_confirm import confirm_roadmap
from clusters.choices import State
from clusters.models import Cluster, Condition, Participation, Stage
from clusters.querysets.overview import QUIET_DAYS
from clusters.rules.roadmap import seen_versions
from clusters.tables.overview import OverviewLine, clusters_of, lines_of, with_parts
from clusters.visibility import viewer
from community.actions.transition import transition
from factsheets.choices import IssueKind
from factsheets.models import Issue
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def lines(cast: Cast, role: str = "coordinator", on: date = TODAY) -> list[OverviewLine]:
    """Return what a person sees, in the usual order."""
    user = cast.user(role)
    rows = clusters_of(user, viewer(user, on), on)
    return lines_of(with_parts(rows.in_overview_order("attention")), on)


def running(cast: Cast, **fields: Any) -> Cluster:
    """Return a running cluster in which two organisations take part."""
    return make_cluster(cast, State.RUNNING, **fields)


@pytest.mark.parametrize(
    ("days", "words", "is_hot"),
    [
        (0, "Nothing is overdue; last heard today", False),
        (1, "Nothing is overdue; last heard 1 day ago", False),
        (QUIET_DAYS - 1, "Nothing is overdue; last heard 29 days ago", False),
        (QUIET_DAYS, "Nothing heard for 30 days", True),
        (45, "Nothing heard for 45 days", True),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_silence_is_counted_from_the_last_word_of_a_person(cast: Cast, days: int, words: str, is_hot: bool) -> None:
    cluster = running(cast)
    Stage.objects.create(cluster=cluster, position=2, title="Pilot")
    confirm_roadmap(cluster=cluster, by=cast.user("lead"), seen=seen_versions(list(cluster.stages.all())))
    [line] = lines(cast, on=TODAY + timedelta(days=days))
    assert (line.health, line.is_hot, line.silent_days) == (words, is_hot, days)
    on = TODAY + timedelta(days=days)
    user = cast.user("coordinator")
    assert clusters_of(user, viewer(user, on), on).quiet(on).exists() is is_hot


@time_machine.travel(NOW, tick=False)
def test_overdue_stages_are_named_and_the_day_itself_is_not_late(cast: Cast) -> None:
    cluster = running(cast)
    for title, day in (("Pilot", -1), ("Training", -2), ("Report", -3), ("Today", 0), ("Later", 9)):
        Stage.objects.create(cluster=cluster, position=2, title=title, planned_end_on=TODAY + timedelta(days=day))
    [line] = lines(cast)
    assert line.health == "3 stages overdue: Pilot, Training…"
    assert (line.late, line.next_on, line.next_what) == (3, TODAY, "Today")


@pytest.mark.parametrize(
    ("state", "fields", "words"),
    [
        (State.APPROVED, {"starts_on": TODAY - timedelta(days=1)}, "Was to start on 11 May 2026"),
        (State.RUNNING, {"ends_on": TODAY - timedelta(days=1)}, "Was to end on 11 May 2026"),
        (State.PAUSED, {}, "Paused"),
        (State.SUBMITTED, {"lead_accepted_at": None}, "Waits for the named lead to accept"),
        (State.SUBMITTED, {}, "Waits for a coordinator of WG1"),
        (State.RETURNED, {}, "Waits for the proposer"),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_health_says_in_words_what_is_the_matter(cast: Cast, state: str, fields: dict[str, Any], words: str) -> None:
    make_cluster(cast, state, **fields)
    [line] = lines(cast)
    assert line.health == words


@pytest.mark.parametrize(
    ("state", "days", "words"),
    [
        (State.SUBMITTED, 7, "Waits for a coordinator of WG1"),
        (State.SUBMITTED, 8, "Overdue since 11 May 2026: waits for a coordinator of WG1"),
        (State.RETURNED, 14, "Waits for the proposer"),
        (State.RETURNED, 15, "Overdue since 11 May 2026: waits for the proposer"),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_a_proposal_that_waits_too_long_is_overdue_and_comes_first(
    cast: Cast, state: str, days: int, words: str
) -> None:
    late = running(cast)
    Stage.objects.create(cluster=late, position=2, title="Pilot", planned_end_on=TODAY - timedelta(days=1))
    waits = make_cluster(cast, state, state_since=NOW - timedelta(days=days))
    first, second = lines(cast)
    line = first if first.cluster == waits else second
    assert (line.health, line.is_hot) == (words, first.cluster == waits)
    assert first.cluster == (waits if words.startswith("Overdue") else late)


@time_machine.travel(NOW, tick=False)
def test_conditions_leads_and_organisations_are_part_of_the_health(cast: Cast) -> None:
    proposal = make_cluster(cast, State.SUBMITTED, starts_on=TODAY + timedelta(days=20))
    due = TODAY + timedelta(days=9)
    condition = {"text": "Name a second region", "due_on": due}
    transition(proposal, "approve", by=cast.user("coordinator"), at=NOW, seen=None, conditions=[condition])
    assert Condition.objects.get().due_on == due
    assert "condition" not in lines(cast, on=due)[0].health
    Cluster.objects.filter(pk=proposal.pk).update(lead=None, lead_accepted_at=None)
    Participation.objects.filter(cluster=proposal, organisation=cast.partner).delete()
    [line] = lines(cast, on=due + timedelta(days=1))
    assert line.health == "1 condition overdue; a lead is wanted; fewer than two organisations take part"
    assert (line.organisations, line.next_on) == (1, TODAY + timedelta(days=20))


@time_machine.travel(NOW, tick=False)
def test_everybody_sees_the_groups_that_they_coordinate(cast: Cast) -> None:
    first = running(cast)
    second = running(cast, working_group=cast.other_group)
    for state in (State.DRAFT, State.CONCLUDED, State.WITHDRAWN, State.DECLINED, State.DISCONTINUED):
        make_cluster(cast, state)
    seen = {
        role: {line.cluster for line in lines(cast, role)}
        for role in ("coordinator", "other_coordinator", "mission_coordinator", "admin")
    }
    assert seen == {
        "coordinator": {first},
        "other_coordinator": {second},
        "mission_coordinator": {first, second},
        "admin": {first, second},
    }


@time_machine.travel(NOW, tick=False)
def test_the_page_filters_and_sorts_and_links_the_last_report(cast: Cast, client: Client) -> None:
    calm = running(cast, title="Calm waters", search_text="calm waters", ends_on=TODAY + timedelta(days=5))
    late = running(cast, title="Late tides", search_text="late tides")
    Stage.objects.create(cluster=late, position=2, title="Pilot", planned_end_on=TODAY - timedelta(days=1))
    for version in (1, 2):
        Issue.objects.create(
            kind=IssueKind.CLUSTER,
            face="forward",
            subject_kind="cluster",
            subject_id=late.pk,
            reference=late.name,
            version=version,
            title=late.title,
            issued_at=NOW,
            snapshot={"language": "en"},
            snapshot_sha256=str(version) * 64,
        )
    client.force_login(cast.user("coordinator"))

    def order(query: str) -> list[str]:
        text = client.get(f"/review/clusters/{query}").text
        places = {name: text.find(f'href="/clusters/{name}/"') for name in (calm.name, late.name)}
        return [name for name, place in sorted(places.items(), key=lambda pair: pair[1]) if place >= 0]

    assert order("") == [late.name, calm.name]
    assert order("?sort=end") == [calm.name, late.name]
    assert order("?sort=title") == [calm.name, late.name]
    assert order("?health=overdue") == [late.name]
    assert order("?q=calm") == [calm.name]
    assert order("?state=paused") == []
    assert order("?state=nonsense") == order("?sort=nonsense") == order("?wg=WG2") == []
    text = client.get("/review/clusters/").text
    assert f'href="/factsheets/{late.reference}/v2/en/"' in text
    assert f"/factsheets/{late.reference}/v1/en/" not in text
    assert "1 stage overdue: Pilot" in text
