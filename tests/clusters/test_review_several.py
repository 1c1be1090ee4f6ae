"""A coordinator's press for many: who looks at proposals, reminders to those who lead; preview, answers, inverse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.actions.participation import answer_request
from clusters.actions.several import press, take_back
from clusters.choices import ParticipationRole, ParticipationStatus, State
from clusters.models import Cluster, Participation, ReviewAssignment, Stage
from clusters.rules.lead_asked import asked_of_lead
from clusters.tables.preview import preview_of
from clusters.tables.review_several import review_several_of
from clusters.tables.several import several_of
from community.actions.notification import choose_rhythms
from community.actions.transition import transition
from community.choices import MessageState
from community.models import Event, Message
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY
from tests.matrix.places import make_condition

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

LONG_AGO = datetime(2026, 4, 2, 9, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def late(cast: Cast, **fields: Any) -> Cluster:
    """Return a running cluster with a stage a week past its end."""
    cluster = make_cluster(cast, State.RUNNING, **fields)
    end = TODAY - timedelta(days=7)
    Stage.objects.create(cluster=cluster, position=2, title="Pilot", planned_end_on=end, confirmed_at=NOW)
    return cluster


def keys(rows: list[Cluster]) -> list[str]:
    return [str(row.pk) for row in rows]


def signed_in(cast: Cast, role: str = "coordinator") -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


# -- What waits for those who lead -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "fields", "rule", "who"),
    [
        (State.SUBMITTED, {"lead_accepted_at": None, "lead_asked_at": LONG_AGO}, "lead_asked", ["Lead Person"]),
        (State.RETURNED, {}, "idle", ["Proposer Person"]),
        (State.APPROVED, {"starts_on": TODAY}, "start", ["Lead Person", "Deputy_Lead Person"]),
        (State.RUNNING, {"ends_on": TODAY}, "end", ["Lead Person", "Deputy_Lead Person"]),
        (State.SUBMITTED, {}, "", []),
        (State.APPROVED, {"starts_on": TODAY + timedelta(days=1)}, "", []),
        (State.RUNNING, {"ends_on": TODAY + timedelta(days=1)}, "", []),
        (State.PAUSED, {"ends_on": TODAY}, "", []),
    ],
)
def test_the_gravest_thing_that_waits_is_named_with_whom_it_waits_for(
    cast: Cast, state: str, fields: dict[str, Any], rule: str, who: list[str]
) -> None:
    cluster = make_cluster(cast, state, **fields)
    asked = asked_of_lead(cluster, TODAY)
    assert (asked.rule, sorted(person.name for person in asked.people)) == (rule, sorted(who))
    assert bool(asked.why_not) is not bool(rule)
    lines = review_several_of(cast.user("coordinator"), TODAY).leads
    assert [line.value for line in lines] == ([str(cluster.pk)] if rule else [])


def test_a_late_stage_goes_before_a_late_condition_and_that_before_an_old_roadmap(cast: Cast) -> None:
    cluster = late(cast)
    condition = make_condition(cast, cluster)
    condition.due_on = TODAY - timedelta(days=1)
    condition.save(update_fields=["due_on"])
    asked = asked_of_lead(cluster, TODAY)
    assert (asked.rule, asked.part, asked.day) == ("stage", "Pilot", TODAY - timedelta(days=7))
    cluster.stages.filter(title="Pilot").update(planned_end_on=TODAY, confirmed_at=NOW - timedelta(days=14))
    assert asked_of_lead(Cluster.objects.get(pk=cluster.pk), TODAY).rule == "condition"
    cluster.conditions.update(met_at=NOW, met_by=cast.user("lead"))
    asked = asked_of_lead(Cluster.objects.get(pk=cluster.pk), TODAY)
    assert (asked.rule, asked.day) == ("roadmap", TODAY - timedelta(days=14))
    cluster.stages.filter(title="Pilot").update(confirmed_at=NOW - timedelta(days=13))
    assert asked_of_lead(Cluster.objects.get(pk=cluster.pk), TODAY).why_not


def test_whoever_acts_as_lead_is_asked_and_nobody_where_there_is_none(cast: Cast) -> None:
    cluster = late(cast)
    cluster.participations.filter(role=ParticipationRole.DEPUTY).delete()
    cluster = transition(cluster, "step_down", by=cast.user("lead"), reason="A new post.")
    assert "Nobody leads it" in str(asked_of_lead(cluster, TODAY).why_not)
    cluster = transition(cluster, "adopt", by=cast.user("mission_coordinator"), reason="To keep it going.")
    assert asked_of_lead(Cluster.objects.get(pk=cluster.pk), TODAY).people == (cast.member("mission_coordinator"),)


# -- Reminding ---------------------------------------------------------------------------------------------------------


def test_the_leads_of_several_clusters_are_reminded_once_a_day_and_the_mails_can_be_stopped(
    cast: Cast, clock: Any
) -> None:
    clusters, by = [late(cast), late(cast)], cast.user("coordinator")
    was = clusters[0].version
    done = press("remind-lead", keys(clusters), by=by)
    assert [(one.title, one.words) for one in done.answers] == [
        (str(row), "Lead Person, Deputy_Lead Person reminded") for row in clusters
    ]
    told = Message.objects.filter(template="clusters/reminder")
    assert {(m.to, m.params["rule"], m.due_at) for m in told} == {
        (cast.user(role), "stage", NOW + timedelta(seconds=30)) for role in ("lead", "deputy_lead")
    }
    assert told.count() == 4
    again = press("remind-lead", keys(clusters), by=cast.user("mission_coordinator"))
    assert {words for _title, words in again.refused} == {"Was reminded today already."}
    clusters[0].refresh_from_db()
    assert clusters[0].version == was
    assert len(take_back("remind-lead", done.rows, by=by).rows) == 2
    assert set(told.values_list("state", flat=True)) == {MessageState.CANCELLED}
    assert press("remind-lead", keys(clusters), by=by).refused == []
    clock.shift(31)
    assert take_back("remind-lead", done.rows, by=by).rows == []


def test_a_reminder_is_no_word_about_the_cluster(cast: Cast) -> None:
    cluster = late(cast, state_since=LONG_AGO)
    press("remind-lead", keys([cluster]), by=cast.user("coordinator"))
    row = Cluster.objects.with_health(TODAY).get(pk=cluster.pk)
    assert row.heard_at == LONG_AGO


def test_the_preview_says_who_gets_what_when_and_who_does_not_and_why(cast: Cast) -> None:
    one, paused = late(cast), make_cluster(cast, State.PAUSED)
    idle, by = late(cast), cast.user("coordinator")
    press("remind-lead", keys([idle]), by=by)
    Message.objects.all().delete()
    choose_rhythms(by=cast.user("deputy_lead"), rhythms={"clusters.reminders": "never"}, about=f"cluster:{one.pk}")
    lines = preview_of("remind-lead", keys([one, paused, idle]), by=by)
    stage = f"Please update the stage “Pilot” of “{one.title}”"
    assert [(line.title, line.name, line.mail, line.leaves, line.why_not) for line in lines] == [
        (str(one), "Lead Person", stage, "in 30 seconds", ""),
        (
            str(one),
            "Deputy_Lead Person",
            stage,
            "no mail, as the person chose; it stands in the list of notifications",
            "",
        ),
        (str(paused), "–", "", "", "The cluster is paused, so nobody is reminded."),
        (str(idle), "Lead Person", "", "", "Was reminded today already."),
        (str(idle), "Deputy_Lead Person", "", "", "Was reminded today already."),
    ]
    done = press("remind-lead", keys([one, paused, idle]), by=by)
    assert [row["pk"] for row in done.rows] == [one.pk]
    assert set(Message.objects.values_list("to__member__name", "state")) == {
        ("Lead Person", "queued"),
        ("Deputy_Lead Person", "kept"),
    }


def test_who_has_no_account_or_presses_is_skipped(cast: Cast) -> None:
    cluster = late(cast)
    lead = cast.member("lead")
    lead.user.is_active = False
    lead.user.save()
    cluster.participations.filter(role=ParticipationRole.DEPUTY).update(member=cast.member("coordinator"))
    lines = preview_of("remind-lead", keys([cluster]), by=cast.user("coordinator"))
    assert [line.why_not for line in lines] == ["has no open account", "that is you"]
    done = press("remind-lead", keys([cluster]), by=cast.user("coordinator"))
    assert [words for _title, words in done.refused] == ["Nobody who leads it has an open account besides you."]
    assert Event.objects.filter(verb="lead.reminded").count() == 0


# -- Who looks at proposals --------------------------------------------------------------------------------------------


def test_proposals_are_given_to_somebody_and_taken_back_one_answer_each(cast: Cast) -> None:
    by, person = cast.user("coordinator"), cast.member("coordinator_proposer")
    free = [make_cluster(cast, State.SUBMITTED), make_cluster(cast, State.SUBMITTED)]
    theirs = make_cluster(cast, State.SUBMITTED, proposer=person)
    lines = review_several_of(by, TODAY)
    assert [line.value for line in lines.free] == keys([*free, theirs])
    assert (person.pk, "Coordinator_Proposer Person (WG1)") in lines.people
    found = preview_of("assign-review", keys([*free, theirs]), by=by, member=person)
    assert [line.why_not for line in found] == ["", "", "may not decide on this proposal"]
    assert found[0].mail == f"Please look at the proposal “{free[0].title}”"
    done = press("assign-review", keys([*free, theirs]), by=by, member=person)
    assert [(one.is_done, one.words) for one in done.answers] == [
        (True, "Coordinator_Proposer Person looks at it"),
        (True, "Coordinator_Proposer Person looks at it"),
        (False, "This person may not decide on this proposal, so somebody else looks at it."),
    ]
    assert [line.value for line in review_several_of(by, TODAY).assigned] == keys(free)
    assert press("assign-review", keys(free[:1]), by=by, member=person).refused[0][1].endswith("looks at it already.")
    assert len(take_back("assign-review", done.rows, by=by).rows) == 2
    assert not ReviewAssignment.objects.exists()
    assert not Message.objects.in_state(MessageState.QUEUED).exists()


def test_what_is_released_goes_back_to_who_had_it_unless_somebody_else_was_named(cast: Cast) -> None:
    by, clusters = cast.user("coordinator"), [make_cluster(cast, State.SUBMITTED), make_cluster(cast, State.SUBMITTED)]
    press("assign-review", keys(clusters), by=by, member=cast.member("mission_coordinator"))
    done = press("release-review", keys(clusters), by=by)
    assert [one.words for one in done.answers] == ["nobody looks at it now"] * 2
    assert press("release-review", keys(clusters), by=by).refused[0][1] == "Nobody looks at it."
    press("assign-review", keys(clusters[:1]), by=by, member=cast.member("coordinator"))
    back = take_back("release-review", done.rows, by=by)
    assert [words for _title, words in back.refused] == [
        "Somebody else was named meanwhile, so this can't be taken back."
    ]
    found = dict(ReviewAssignment.objects.values_list("cluster", "member__name"))
    assert found == {clusters[0].pk: "Coordinator Person", clusters[1].pk: "Mission Person"}


@pytest.mark.parametrize("role", ["lead", "member", "other_coordinator"])
def test_others_can_do_nothing(cast: Cast, role: str) -> None:
    clusters = [make_cluster(cast, State.SUBMITTED), late(cast)]
    lines = review_several_of(cast.user(role), TODAY)
    assert (lines.free, lines.assigned, lines.leads) == ([], [], [])
    for name in ("remind-lead", "assign-review"):
        done = press(name, keys(clusters), by=cast.user(role), member=cast.member("coordinator"))
        assert (done.rows, len(done.refused)) == ([], 2)
        assert all(line.why_not for line in preview_of(name, keys(clusters), by=cast.user(role)))


def test_who_acts_as_lead_answers_requests_for_many(cast: Cast) -> None:
    by, rows = cast.user("mission_coordinator"), []
    for _number in range(2):
        cluster = transition(make_cluster(cast, State.RUNNING), "step_down", by=cast.user("lead"), reason="A new post.")
        cluster = transition(cluster, "adopt", by=by, reason="To keep it going.")
        facts = {"asked_at": NOW, "asked_by": cast.user("member"), "status": ParticipationStatus.REQUESTED}
        rows.append(
            Participation.objects.create(
                cluster=cluster, member=cast.member("member"), organisation=cast.organisation, **facts
            )
        )
    picks = [str(row.pk) for row in rows]
    assert [line.value for line in several_of(by, TODAY).requests] == picks
    answer_request(participation=rows[0], by=by, accept=False, reason="The group is complete.")
    done = press("accept", picks, by=by)
    assert [(one.is_done, one.words) for one in done.answers] == [
        (False, "This request is not open any more: Declined."),
        (True, "Member Person takes part"),
    ]
    assert len(take_back("accept", done.rows, by=by).rows) == 1


# -- Pages -------------------------------------------------------------------------------------------------------------


def test_the_pages_show_first_then_send_then_take_back(cast: Cast) -> None:
    clusters, client = [late(cast), late(cast)], signed_in(cast)
    make_cluster(cast, State.SUBMITTED)
    assert 'href="/review/several/"' in client.get("/desk/").text
    assert 'href="/review/several/"' in client.get("/review/").text
    page = client.get("/review/several/").text
    assert "Stage is due, since 5 May 2026: Pilot" in page
    query: dict[str, Any] = {"press": "remind-lead", "pick": keys(clusters)}
    preview = client.get("/review/several/preview/", query)
    assert "Send 4 mails" in preview.text
    assert '<form method="post" action="/review/several/"' in preview.text
    assert 'href="/review/several/">Leave it' in preview.text
    assert Message.objects.count() == 0
    answer = client.post("/review/several/", query, follow=True)
    assert "2 things done." in answer.text
    assert answer.text.count("Lead Person, Deputy_Lead Person reminded") == 2
    answer = client.post("/review/several/take-back/", follow=True)
    assert "2 things taken back." in answer.text
    assert "There is nothing to take back." in client.post("/review/several/take-back/", follow=True).text
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.CANCELLED}


def test_the_preview_of_a_leads_reminders_and_what_is_missing(cast: Cast) -> None:
    cluster, client = late(cast), signed_in(cast, "lead")
    row = Participation.objects.create(
        cluster=cluster, member=cast.member("member"), status=ParticipationStatus.INVITED, asked_at=NOW
    )
    preview = client.get("/desk/several/preview/", {"press": "remind", "pick": [str(row.pk)]})
    assert "Please answer the invitation to" in preview.text
    assert "Send 1 mail<" in preview.text
    assert '<form method="post" action="/desk/several/"' in preview.text
    assert client.get("/desk/several/preview/", {"press": "remind"}).status_code == 422
    assert client.get("/desk/several/preview/", {"press": "assign-review", "pick": "1"}).status_code == 422
    assert client.get("/desk/several/preview/").status_code == 422
    free = make_cluster(cast, State.SUBMITTED)
    coordinator = signed_in(cast)
    answer = coordinator.get("/review/several/preview/", {"press": "assign-review", "pick": [str(free.pk)]})
    assert answer.status_code == 422
    assert "Choose a person." in answer.text
    assert f'value="{free.pk}" id="free-1" checked' in answer.text
    given: dict[str, Any] = {
        "press": "assign-review",
        "pick": [str(free.pk)],
        "member": cast.member("mission_coordinator").pk,
    }
    assert "Assign them" in coordinator.get("/review/several/preview/", given).text
    answer = coordinator.post("/review/several/", given, follow=True)
    assert "Mission Person looks at it" in answer.text


@pytest.mark.parametrize(
    ("name", "role"), [("remind-lead", "coordinator"), ("remind", "lead"), ("remind-stage", "lead")]
)
def test_a_preview_takes_as_many_queries_for_thirty_as_for_one(cast: Cast, name: str, role: str) -> None:
    clusters, picks = [], []

    def grow() -> None:
        cluster = late(cast)
        clusters.append(cluster)
        if name == "remind":
            facts = {"member": cast.member("member"), "status": ParticipationStatus.INVITED, "asked_at": NOW}
            picks.append(str(Participation.objects.create(cluster=cluster, **facts).pk))
        else:
            cluster.stages.filter(title="Pilot").update(responsible=cast.member("participant"))
            picks.append(str(cluster.stages.get(title="Pilot").pk if name == "remind-stage" else cluster.pk))

    def count() -> int:
        user = type(cast.user(role)).objects.select_related("member").get(pk=cast.user(role).pk)
        with CaptureQueriesContext(connection) as captured:
            assert not any(line.why_not for line in preview_of(name, picks, by=user))
        return len(captured)

    grow()
    one = count()
    for _number in range(29):
        grow()
    assert count() == one
