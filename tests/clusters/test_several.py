"""Many things with one press, and the press that takes each of them back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from clusters.actions.participation import want_organisation
from clusters.actions.several import PRESSES, press, take_back
from clusters.choices import ParticipationStatus, StageStatus, State
from clusters.desk import items
from clusters.models import Cluster, Participation, Stage
from clusters.rules.roadmap import seen_versions
from clusters.tables.several import OLD_DAYS, several_of
from community import contributions
from community.choices import MessageState
from community.models import Event, Message
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

LONG_AGO = datetime(2026, 4, 2, 9, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def running(cast: Cast, number: int = 1, **fields: Any) -> Cluster:
    """Return a running cluster with an open stage, last confirmed long ago."""
    cluster = make_cluster(cast, State.RUNNING)
    facts = {"position": 2, "title": f"Pilot {number}", "confirmed_at": LONG_AGO, **fields}
    Stage.objects.create(cluster=cluster, **facts)
    return cluster


def part(cast: Cast, cluster: Cluster, status: str, role: str = "member") -> Participation:
    """Let somebody have asked, or be invited."""
    facts = {"asked_at": NOW, "asked_by": cast.user(role), "message": "I know the place"}
    return Participation.objects.create(
        cluster=cluster, member=cast.member(role), organisation=cast.organisation, status=status, **facts
    )


def verbs(cluster: Cluster) -> list[str]:
    return list(Event.objects.of_chain(f"cluster:{cluster.pk}").order_by("number").values_list("verb", flat=True))


def picks_of(clusters: list[Cluster]) -> list[str]:
    return [f"{row.pk}:{seen_versions(list(row.stages.all()))}" for row in clusters]


def test_still_true_confirms_all_and_its_inverse_puts_the_days_back(cast: Cast) -> None:
    clusters = [running(cast), running(cast)]
    lead = cast.user("lead")
    done = press("still-true", picks_of(clusters), by=lead)
    pilots = Stage.objects.filter(title="Pilot 1")
    assert (len(done.rows), done.refused) == (2, [])
    assert {row.confirmed_at for row in pilots} == {NOW}
    back = take_back("still-true", done.rows, by=lead)
    assert (len(back.rows), back.refused) == (2, [])
    assert {row.confirmed_at for row in pilots.all()} == {LONG_AGO}
    assert verbs(clusters[0]) == ["roadmap.confirmed", "roadmap.confirmation_taken_back"]


def test_what_was_written_meanwhile_is_not_taken_back(cast: Cast, clock: Any) -> None:
    cluster, lead = running(cast), cast.user("lead")
    done = press("still-true", picks_of([cluster]), by=lead)
    clock.shift(60)
    Stage.objects.filter(title="Pilot 1").update(confirmed_at=NOW + timedelta(seconds=60))
    back = take_back("still-true", done.rows, by=lead)
    assert (back.rows, len(back.refused)) == ([], 1)


@pytest.mark.parametrize(("name", "status"), [("accept", "active"), ("decline", "declined")])
def test_answers_are_given_to_many_and_taken_back_before_the_mail_leaves(
    cast: Cast, clock: Any, name: str, status: str
) -> None:
    lead, clusters = cast.user("lead"), [running(cast), running(cast)]
    rows = [part(cast, cluster, ParticipationStatus.REQUESTED) for cluster in clusters]
    picks = [str(row.pk) for row in rows]
    assert [line.value for line in several_of(lead, TODAY).requests] == picks
    done = press(name, picks, by=lead, reason="The group is complete")
    assert [Participation.objects.get(pk=row.pk).status for row in rows] == [status, status]
    assert Message.objects.filter(state=MessageState.QUEUED).count() == 2
    clock.shift(30)
    assert len(take_back(name, done.rows, by=lead).rows) == 2
    again = Participation.objects.get(pk=rows[0].pk)
    assert (again.status, again.answered_at, again.from_on, again.answer_reason) == ("requested", None, None, "")
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.CANCELLED}
    assert verbs(clusters[0])[-1] == "participation.answer_taken_back"


def test_an_answer_is_not_taken_back_later_or_by_somebody_else_or_after_its_mail(cast: Cast, clock: Any) -> None:
    lead, row = cast.user("lead"), part(cast, running(cast), ParticipationStatus.REQUESTED)
    done = press("accept", [str(row.pk)], by=lead)
    assert take_back("accept", done.rows, by=cast.user("deputy_lead")).rows == []
    Message.objects.update(state=MessageState.SENT, sent_at=NOW)
    assert take_back("accept", done.rows, by=lead).rows == []
    Message.objects.update(state=MessageState.QUEUED, sent_at=None)
    clock.shift(31)
    assert take_back("accept", done.rows, by=lead).rows == []
    assert Participation.objects.get(pk=row.pk).status == "active"


def test_a_wanted_organisation_is_wanted_again_when_the_answer_is_taken_back(cast: Cast) -> None:
    cluster, lead = running(cast), cast.user("lead")
    delta = make.make_organisation("Delta authority")
    want_organisation(cluster=cluster, by=lead, organisation=delta, purpose="Its wells")
    row = part(cast, cluster, ParticipationStatus.REQUESTED)
    Participation.objects.filter(pk=row.pk).update(organisation=delta)
    done = press("accept", [str(row.pk)], by=lead)
    assert not cluster.participations.wanted().exists()
    take_back("accept", done.rows, by=lead)
    assert cluster.participations.wanted().get().purpose == "Its wells"


def test_those_invited_are_reminded_once_a_day_and_the_mail_can_be_stopped(cast: Cast, clock: Any) -> None:
    cluster, lead = running(cast), cast.user("lead")
    row = part(cast, cluster, ParticipationStatus.INVITED)
    done = press("remind", [str(row.pk)], by=lead)
    press("remind", [str(row.pk)], by=lead)
    mail = Message.objects.get()
    assert (mail.to, mail.template, mail.due_at) == (
        cast.user("member"),
        "clusters/reminder",
        NOW + timedelta(seconds=30),
    )
    assert len(take_back("remind", done.rows, by=lead).rows) == 1
    assert Message.objects.get().state == MessageState.CANCELLED
    press("remind", [str(row.pk)], by=lead)
    clock.shift(timedelta(days=1))
    press("remind", [str(row.pk)], by=lead)
    assert Message.objects.exclude(state=MessageState.CANCELLED).count() == 2


def test_whoever_is_responsible_for_an_overdue_stage_is_reminded(cast: Cast) -> None:
    lead = cast.user("lead")
    late: dict[str, Any] = {"planned_end_on": TODAY - timedelta(days=1), "responsible": cast.member("participant")}
    cluster, calm = running(cast, **late), running(cast, **{**late, "planned_end_on": TODAY})
    assert [line.title for line in several_of(lead, TODAY).late] == [f"{cluster.name}: Pilot 1"]
    picks = [str(row.pk) for row in Stage.objects.filter(title="Pilot 1").order_by("cluster")]
    done = press("remind-stage", picks, by=lead)
    assert [title for title, _reason in done.refused] == [str(calm)]
    assert Message.objects.get().to == cast.user("participant")
    assert len(take_back("remind-stage", done.rows, by=lead).rows) == 1
    assert Message.objects.get().state == MessageState.CANCELLED


def test_stages_are_given_to_somebody_who_takes_part_and_taken_back(cast: Cast) -> None:
    lead, clusters = cast.user("lead"), [running(cast), running(cast)]
    picks = [line.value for line in several_of(lead, TODAY).unassigned]
    assert len(picks) == 2
    assert len(press("assign", picks, by=lead, member=cast.member("other_lead")).refused) == 2
    done = press("assign", picks, by=lead, member=cast.member("participant"))
    pilots = Stage.objects.filter(title="Pilot 1", cluster__in=clusters)
    assert {row.responsible for row in pilots} == {cast.member("participant")}
    assert len(take_back("assign", done.rows, by=lead).rows) == 2
    assert {row.responsible for row in pilots.all()} == {None}


def test_nothing_is_approved_in_bulk() -> None:
    assert sorted(PRESSES) == [
        "accept",
        "assign",
        "assign-review",
        "decline",
        "release-review",
        "remind",
        "remind-lead",
        "remind-stage",
        "still-true",
    ]


@pytest.mark.parametrize("role", ["member", "participant", "other_lead"])
def test_others_have_no_lines_and_can_do_nothing(cast: Cast, role: str) -> None:
    cluster = running(cast)
    assert several_of(cast.user(role), TODAY).is_empty
    row = part(cast, cluster, ParticipationStatus.REQUESTED, "proposer")
    for name, picks in (("still-true", picks_of([cluster])), ("accept", [str(row.pk)])):
        done = press(name, picks, by=cast.user(role))
        assert (done.rows, len(done.refused)) == ([], 1)
    assert verbs(cluster) == []


@pytest.mark.parametrize("role", ["lead", "deputy_lead"])
def test_the_page_does_it_and_takes_it_back(cast: Cast, role: str) -> None:
    clusters = [running(cast), running(cast)]
    client = Client()
    client.force_login(cast.user(role))
    assert 'href="/desk/several/"' in client.get("/desk/").text
    assert client.post("/desk/several/", {"press": "still-true"}).status_code == 422
    answer = client.post("/desk/several/", {"press": "still-true", "pick": picks_of(clusters)}, follow=True)
    assert "2 things done." in answer.text
    assert "Take the last press back" in answer.text
    answer = client.post("/desk/several/take-back/", follow=True)
    assert "2 things taken back." in answer.text
    assert {row.confirmed_at for row in Stage.objects.filter(title="Pilot 1")} == {LONG_AGO}
    assert "There is nothing to take back." in client.post("/desk/several/take-back/", follow=True).text


def test_the_preview_of_answers_counts_the_places_and_shows_the_reason(cast: Cast) -> None:
    cluster = running(cast)
    Cluster.objects.filter(pk=cluster.pk).update(size_limit=cluster.participations.active().count() + 1)
    rows = [part(cast, cluster, ParticipationStatus.REQUESTED, member) for member in ("member", "other_lead")]
    client = Client()
    client.force_login(cast.user("lead"))
    picks = [str(row.pk) for row in rows]
    preview = client.post("/desk/several/preview/", {"press": "accept", "pick": picks})
    assert [line.why_not for line in [*preview.context["sends"], *preview.context["skips"]]] == [
        "",
        "no place is left: the request stays open",
    ]
    assert "Accept them" in preview.text
    preview = client.post("/desk/several/preview/", {"press": "decline", "pick": picks, "reason": "We are complete"})
    assert ("We are complete" in preview.text, "Decline them" in preview.text) == (True, True)
    assert client.post("/desk/several/preview/", {"press": "decline", "pick": picks}).status_code == 422
    assert set(Participation.objects.filter(pk__in=picks).values_list("status", flat=True)) == {"requested"}
    client.post("/desk/several/", {"press": "accept", "pick": picks})
    assert [Participation.objects.get(pk=pk).status for pk in picks] == ["active", "requested"]


@pytest.mark.parametrize("days", [OLD_DAYS - 1, OLD_DAYS])
def test_old_roadmaps_are_found_behind_any_number_of_fresh_ones(cast: Cast, days: int) -> None:
    for _number in range(3):
        running(cast, confirmed_at=NOW)
    old = running(cast, confirmed_at=NOW - timedelta(days=days))
    found = Cluster.objects.with_old_roadmap(TODAY, OLD_DAYS)
    assert list(found) == ([old] if days == OLD_DAYS else [])


def test_more_lines_than_fit_are_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusters.tables.several.MOST", 1)
    monkeypatch.setattr("clusters.desk.MOST", 1)
    for _number in range(2):
        part(cast, running(cast), ParticipationStatus.REQUESTED)
    found = several_of(cast.user("lead"), TODAY)
    assert (len(found.requests), found.has_more) == (1, True)
    more = [item for item in items(cast.user("lead"), TODAY) if item.verb == "See more"]
    assert [item.url for item in more] == ["/desk/several/", "/desk/several/"]


def test_declining_asks_for_the_reason_and_keeps_what_was_ticked(cast: Cast) -> None:
    row = part(cast, running(cast), ParticipationStatus.REQUESTED)
    client = Client()
    client.force_login(cast.user("lead"))
    answer = client.post("/desk/several/", {"press": "decline", "pick": [str(row.pk)]})
    assert answer.status_code == 422
    assert "Say why: the person who asked reads it word for word." in answer.text
    assert f'value="{row.pk}" id="requests-1" checked' in answer.text
    assert Participation.objects.get(pk=row.pk).status == "requested"


@pytest.mark.parametrize("days", [OLD_DAYS - 1, OLD_DAYS])
@pytest.mark.parametrize("role", ["lead", "deputy_lead", "participant"])
def test_the_desk_asks_whether_an_old_roadmap_is_still_true(cast: Cast, role: str, days: int) -> None:
    cluster = running(cast, confirmed_at=NOW - timedelta(days=days))
    found = [
        item
        for item in contributions.desk_items.get("clusters")(cast.user(role), TODAY)
        if item.url == f"/clusters/{cluster.name}/roadmap/still-true/"
    ]
    assert len(found) == (days == OLD_DAYS and role != "participant")
    for item in found:
        assert str(item.why) == "Its roadmap was last confirmed 14 days ago. Still true?"
        client = Client()
        client.force_login(cast.user(role))
        client.post(item.url, dict(item.data))
        assert Stage.objects.get(title="Pilot 1").confirmed_at == NOW


def test_a_roadmap_without_an_open_stage_is_not_asked_about(cast: Cast) -> None:
    running(cast, status=StageStatus.DROPPED)
    assert several_of(cast.user("lead"), TODAY).roadmaps == []


def test_a_number_of_thousands_of_digits_is_no_number(cast: Cast) -> None:
    stage = make_cluster(cast, State.RUNNING).stages.get()
    nines = "9" * 5000
    for pick in (f"{stage.pk}:{nines}", f"{nines}:1"):
        done = press("assign", [pick], by=cast.user("lead"), member=cast.member("participant"))
        assert done.rows == []
