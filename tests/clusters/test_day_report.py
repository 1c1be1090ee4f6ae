"""A one-day cluster: approved and started in one press, reported and concluded in one form."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clusters.actions.day import report_day
from clusters.choices import State
from clusters.models import Attendance, Baseline, Cluster, Meeting
from clusters.summary import snapshot
from community.actions.transition import transition
from community.models import Event, Organisation
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db
LESSONS = "Begin with the tide table."


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def proposed(cast: Cast) -> Cluster:
    """Make a proposal for today with one stage, which waits for its decision."""
    day = timezone.localdate()
    cluster = make_cluster(cast, State.SUBMITTED, starts_on=day, ends_on=day)
    cluster.outcomes.all().delete()
    cluster.stages.all().delete()
    cluster.stages.create(position=1, title="Workshop", kind="meeting", planned_start_on=day, planned_end_on=day)
    return cluster


def one_day(cast: Cast) -> Cluster:
    """Approve it, so that it runs."""
    return transition(proposed(cast), "approve", by=cast.user("coordinator"))


def posted(cluster: Cluster, **more: Any) -> dict[str, Any]:
    """Return what the form sends when everything went as planned."""
    return {
        "took_place": [stage.pk for stage in cluster.stages.all()],
        "outcomes-0-kind": "answer",
        "outcomes-0-title": "Three harbours know what to measure",
        "lessons": LESSONS,
        **more,
    }


def test_approved_on_its_day_it_runs_at_once_with_a_baseline(cast: Cast) -> None:
    cluster = one_day(cast)
    assert (cluster.state, cluster.started_on, cluster.is_recorded_afterwards) == (
        State.RUNNING,
        timezone.localdate(),
        False,
    )
    assert Baseline.objects.filter(cluster=cluster).count() == 1


def test_one_form_closes_records_and_concludes(cast: Cast) -> None:
    cluster, guest = one_day(cast), make_organisation("Port authority of Elafia")
    lead = cast.member("lead").organisation_on(timezone.localdate())
    assert lead is not None
    sent = {f"persons_{lead.pk}": "3", "guests-0-organisation": "port authority of ELAFIA", "guests-0-persons": "2"}
    answer = client_of(cast, "lead").post(f"/clusters/{cluster.name}/day/", posted(cluster, **sent))
    assert (answer.status_code, answer.headers["Location"]) == (302, cluster.get_absolute_url())
    cluster.refresh_from_db()
    day = timezone.localdate()
    assert (cluster.state, cluster.ended_on, cluster.lessons) == (State.CONCLUDED, day, LESSONS)
    stage = cluster.stages.get()
    assert (stage.status, stage.actual_start_on, stage.actual_end_on) == ("done", day, day)
    assert list(cluster.outcomes.values_list("kind", "title", "reached_on")) == [
        ("answer", "Three harbours know what to measure", day)
    ]
    there = Attendance.objects.filter(meeting__cluster=cluster).values_list("organisation", "persons")
    assert sorted(there) == sorted([(lead.pk, 3), (guest.pk, 2)])
    told = snapshot(cluster, at=timezone.now())["meetings"]
    assert [(line["people"], line["organisations"]) for line in told] == [(5, 2)]
    verbs = Event.objects.of_chain(f"cluster:{cluster.pk}").values_list("verb", flat=True)
    assert list(verbs)[-4:] == ["stage.done", "outcome.recorded", "meeting.held", "conclude"]


def test_nothing_is_written_when_the_end_is_refused(cast: Cast) -> None:
    cluster = one_day(cast)
    before = Event.objects.count()
    with pytest.raises(Refusal, match="outcome"):
        report_day(cluster=cluster, by=cast.user("lead"), took_place=[cluster.stages.get().pk])
    assert (cluster.stages.get().status, Meeting.objects.count(), Event.objects.count()) == ("planned", 0, before)


def test_what_was_not_held_is_dropped_for_a_reason(cast: Cast) -> None:
    cluster, client = one_day(cast), client_of(cast, "lead")
    address = f"/clusters/{cluster.name}/day/"
    answer = client.post(address, posted(cluster, took_place=[]))
    assert answer.status_code == 422
    assert "Say why the rest was not held" in answer.content.decode()
    assert LESSONS in answer.content.decode()
    client.post(address, posted(cluster, took_place=[], why_not="The ferry was cancelled."))
    assert [(row.status, row.note) for row in cluster.stages.all()] == [("dropped", "The ferry was cancelled.")]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"outcomes-0-kind": ""}, "Choose what kind of outcome it is."),
        ({"outcomes-0-kind": "", "outcomes-0-title": ""}, "Write an outcome above"),
        ({"has_no_outcome": "on"}, "An outcome is written above"),
        ({"guests-0-organisation": "Nobody of that name", "guests-0-persons": "2"}, "No organisation is called"),
        ({"guests-0-persons": "2"}, "Write the name of the organisation."),
        ({"guests-0-organisation": "{partner}"}, "How many persons were there?"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(sent: dict[str, str], sentence: str, cast: Cast) -> None:
    cluster = one_day(cast)
    typed = {name: text.format(partner=cast.partner.name) for name, text in sent.items()}
    answer = client_of(cast, "lead").post(f"/clusters/{cluster.name}/day/", posted(cluster, **typed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert LESSONS in page
    assert "1 thing to put right" in page  # rows in which nothing is typed are not judged
    cluster.refresh_from_db()
    assert cluster.state == State.RUNNING


@pytest.mark.parametrize("rows", ["outcomes", "guests"])
def test_a_row_more_keeps_what_is_typed_and_judges_nothing(rows: str, cast: Cast) -> None:
    cluster = one_day(cast)
    sent = {"guests-0-organisation": "Half a na", "took_place": [], "more": rows}
    page = client_of(cast, "lead").post(f"/clusters/{cluster.name}/day/", posted(cluster, **sent)).content.decode()
    assert f'name="{rows}-1-' in page
    assert all(typed in page for typed in ("Half a na", LESSONS, "Three harbours know what to measure"))
    assert "to put right" not in page
    assert f'value="{cluster.stages.get().pk}" checked' not in page


def test_the_second_press_leads_to_the_concluded_cluster(cast: Cast) -> None:
    cluster, client = one_day(cast), client_of(cast, "lead")
    sent = posted(cluster)
    client.post(f"/clusters/{cluster.name}/day/", sent)
    again = client.post(f"/clusters/{cluster.name}/day/", sent)
    assert (again.status_code, again.headers["Location"]) == (302, cluster.get_absolute_url())
    assert cluster.outcomes.count() == 1


def test_who_may_not_conclude_is_refused_with_the_reason(cast: Cast) -> None:
    cluster = one_day(cast)
    for role in ("participant", "member", "other_coordinator"):
        assert client_of(cast, role).get(f"/clusters/{cluster.name}/day/").status_code == 403, role
    assert Client().get(f"/clusters/{cluster.name}/day/").status_code == 302
    longer = make_cluster(cast, State.RUNNING)
    answer = client_of(cast, "lead").get(f"/clusters/{longer.name}/day/")
    assert answer.status_code == 403
    assert "lasts longer than a day" in answer.content.decode()


def test_the_button_stands_on_the_page_of_a_one_day_cluster_only(cast: Cast) -> None:
    cluster, longer, client = one_day(cast), make_cluster(cast, State.RUNNING), client_of(cast, "lead")
    button = '/day/"'
    page = client.get(cluster.get_absolute_url()).content.decode()
    assert button in page
    assert "/conclude/" not in page
    assert "/conclude/" in client.get(longer.get_absolute_url()).content.decode()
    assert button not in client.get(longer.get_absolute_url()).content.decode()
    assert button not in client_of(cast, "participant").get(cluster.get_absolute_url()).content.decode()


def test_persons_are_counted_within_reason(cast: Cast) -> None:
    cluster = one_day(cast)
    organisation = Organisation.objects.all()[0]
    with pytest.raises(Refusal, match="from 1 to 999"):
        report_day(
            cluster=cluster,
            by=cast.user("lead"),
            took_place=[cluster.stages.get().pk],
            present={organisation: 1000},
            has_no_outcome=True,
            lessons=LESSONS,
        )
