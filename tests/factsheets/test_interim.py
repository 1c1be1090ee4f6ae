"""Factsheets in between: issued when lead or coordinator asks, due in a rhythm, skipped with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.choices import State
from clusters.models import Cluster
from clusters.tables.deadlines import deadlines_of
from community.models import Event, Job
from community.permissions import Refusal
from community.verification import verify_history
from factsheets.actions.interim import issue_interim, skip_interim
from factsheets.actions.issue import draw_first, take_version
from factsheets.choices import Face
from factsheets.interim import SENTENCES, schedule_of
from factsheets.interim_contributed import items
from factsheets.models import Issue
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_every_action_atomic import Back, breaks, statements
from tests.clusters.test_lifecycle_pages import client_of
from tests.database import changed, contents
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
WHY = "The regions ask where we stand."
#: Half a year after the version that the clusters here have.
DUE = date(2026, 11, 12)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    """A running cluster whose version 1 is taken, and which ends late."""
    made = make_cluster(cast, State.RUNNING, ends_on=date(2028, 9, 30))
    take_version(cluster=made, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    return made


def rename(cluster: Cluster, title: str = "Wetlands as flood storage") -> None:
    """Change something that a factsheet says, as an action does."""
    Cluster.objects.filter(pk=cluster.pk).update(title=title, version=cluster.version + 1)


def refused(press: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        press()
    return str(caught.value.reason)


def desk(cast: Cast, name: str, on: date) -> list[tuple[str, bool]]:
    return [(str(item.verb), item.late) for item in items(cast.user(name), on)]


def test_an_interim_is_the_next_version_with_its_event_reason_and_job(cast: Cast, cluster: Cluster) -> None:
    rename(cluster)
    issue = issue_interim(cluster=cluster, by=cast.user("lead"), reason=WHY)
    assert (issue.version, issue.face, issue.role, issue.title) == (
        2,
        Face.FORWARD,
        "lead",
        "Wetlands as flood storage",
    )
    event = Event.objects.get(verb="interim.issued")
    assert (issue.event, event.chain, event.detail.body) == (event, f"cluster:{cluster.pk}", {"reason": WHY})
    assert Job.objects.filter(task="factsheets.issue", arguments={"issue": issue.pk}).count() == 1
    assert list(verify_history()) == []
    page = Client().get(f"/clusters/{cluster.reference}/history/").text
    assert str(SENTENCES["interim.issued"][0]) % {"who": "The lead"} in page
    assert WHY in page


def test_nothing_new_nobodys_press_and_no_reason_are_refused_in_words(cast: Cast, cluster: Cluster) -> None:
    given: dict[str, Any] = {"cluster": cluster, "by": cast.user("lead"), "reason": WHY}
    nothing = "Nothing changed since version 1. There is nothing new to issue."
    assert refused(lambda: issue_interim(**given)) == nothing
    rename(cluster)
    assert "Lead, deputy" in refused(lambda: issue_interim(**{**given, "by": cast.user("participant")}))
    assert "Say why" in refused(lambda: issue_interim(**{**given, "reason": "  "}))
    issue_interim(**given)
    assert refused(lambda: issue_interim(**given)) == nothing.replace("1", "2")
    ended = make_cluster(cast, State.CONCLUDED)
    assert "has a factsheet of its own" in refused(lambda: issue_interim(**{**given, "cluster": ended}))
    assert Issue.objects.about(cluster).count() == 2


def test_the_page_says_what_is_new_keeps_what_was_typed_and_issues(cast: Cast, cluster: Cluster) -> None:
    draw_first(issue=Issue.objects.get())
    client, path = Client(), f"/clusters/{cluster.reference}/factsheet/issue/"
    client.force_login(cast.user("coordinator"))
    before = client.get(path).text
    assert "Nothing changed since version 1." in before
    assert 'value="issue"' not in before
    rename(cluster)
    for page in (f"/clusters/{cluster.reference}/", f"/clusters/{cluster.reference}/preview/"):
        assert f'href="{path}"' in client.get(page).text
        assert f'href="{path}"' not in Client().get(page).text
    for page, most in ((f"/clusters/{cluster.reference}/", 12), (path, 14)):
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        assert len(captured) <= most, [row["sql"] for row in captured]
    shown = client.get(path).text
    assert "to “Wetlands as flood storage”." in shown
    assert 'value="issue"' in shown
    assert 'value="skip"' not in shown
    empty = client.post(path, {"press": "issue", "reason": ""})
    assert (empty.status_code, "Say why" in empty.text) == (422, True)
    early = client.post(path, {"press": "skip", "reason": WHY})
    assert (early.status_code, WHY in early.text) == (409, True)
    assert "None is due before 12 November 2026" in early.text
    assert client.post(path, {"press": "issue", "reason": WHY})["location"] == f"/clusters/{cluster.reference}/"
    assert Issue.objects.about(cluster).count() == 2


def test_one_is_due_half_a_year_after_the_last_and_late_a_month_later(cast: Cast, cluster: Cluster) -> None:
    due = schedule_of(cluster, TODAY)
    assert due is not None
    assert (due.due_on, due.is_due) == (DUE, False)
    assert desk(cast, "lead", DUE - timedelta(days=1)) == []
    assert desk(cast, "lead", DUE) == [("Issue a factsheet in between", False)]
    assert desk(cast, "deputy_lead", DUE) == [("Issue a factsheet in between", False)]
    assert desk(cast, "coordinator", DUE + timedelta(days=29)) == []
    late = DUE + timedelta(days=30)
    assert desk(cast, "coordinator", late) == [("Look what is new", True)]
    assert desk(cast, "mission_coordinator", late) == [("Look what is new", True)]
    assert desk(cast, "lead", late) == [("Issue a factsheet in between", True)]
    assert desk(cast, "participant", late) == desk(cast, "member", late) == []
    Cluster.objects.filter(pk=cluster.pk).update(ends_on=late + timedelta(days=30))
    assert desk(cast, "lead", late) == []
    assert schedule_of(cluster, late) is None


def ahead(cast: Cast, name: str, on: date) -> list[tuple[date, str, str]]:
    return [(row.day, row.verb, row.whose) for row in deadlines_of(cast.user(name), on) if "in between" in row.what]


def test_the_day_on_which_one_falls_due_stands_among_all_dates_ahead(cast: Cast, cluster: Cluster) -> None:
    before = DUE - timedelta(days=40)
    issue = "Issue a factsheet in between"
    assert ahead(cast, "lead", before) == ahead(cast, "deputy_lead", before) == [(DUE, issue, "mine")]
    assert ahead(cast, "coordinator", before) == [(DUE, "", "group")]
    assert ahead(cast, "participant", before) == ahead(cast, "other_coordinator", before) == []
    assert ahead(cast, "lead", DUE - timedelta(days=91)) == []
    assert ahead(cast, "lead", DUE + timedelta(days=1)) == []
    with time_machine.travel(NOW + (DUE - TODAY), tick=False):
        [row] = [row for row in deadlines_of(cast.user("lead"), DUE) if "factsheet" in f"{row.what} {row.verb}"]
        assert (row.day, row.url) == (DUE, f"/clusters/{cluster.reference}/factsheet/issue/")
    Cluster.objects.filter(pk=cluster.pk).update(ends_on=DUE + timedelta(days=30))
    assert ahead(cast, "lead", before) == []


def test_a_skip_is_recorded_with_its_reason_and_counts_from_its_day(cast: Cast, cluster: Cluster) -> None:
    by, chosen = cast.user("lead"), DUE + timedelta(days=3)
    with time_machine.travel(NOW + (chosen - TODAY), tick=False):
        event = skip_interim(cluster=cluster, by=by, reason="Nothing but stages moved.")
        assert (event.verb, event.data) == ("interim.skipped", {"due_on": DUE.isoformat()})
        assert event.detail.body == {"reason": "Nothing but stages moved."}
        again = schedule_of(cluster, chosen)
        assert again is not None
        assert again.due_on == date(2027, 5, 15)
        assert desk(cast, "lead", chosen) == []
        assert "None is due before 15 May 2027" in refused(lambda: skip_interim(cluster=cluster, by=by, reason=WHY))
    assert Issue.objects.about(cluster).count() == 1


def test_an_interim_that_breaks_in_the_middle_leaves_nothing_behind(cast: Cast, cluster: Cluster) -> None:
    rename(cluster)
    lead = cast.user("lead")

    def skip() -> object:
        with time_machine.travel(NOW + timedelta(days=300), tick=False):
            return skip_interim(cluster=cluster, by=lead, reason=WHY)

    for press in (lambda: issue_interim(cluster=cluster, by=lead, reason=WHY), skip):
        found, before = statements(press), contents()
        with suppress(Back), transaction.atomic():
            last = next(number for number in range(len(found), 0, -1) if breaks(press, number))
            assert last > 3
            raise Back
        assert changed(before, contents()) == {}


def test_the_pages_beside_a_factsheet_say_in_which_language_its_title_is(cast: Cast, cluster: Cluster) -> None:
    Cluster.objects.filter(pk=cluster.pk).update(language="el", title="Υγρότοποι", lessons="- Νερό\n- Χώμα")
    issue_interim(cluster=cluster, by=cast.user("lead"), reason=WHY)
    for issue in Issue.objects.all():
        draw_first(issue=issue)
    client, page = client_of(cast, "lead"), f"/clusters/{cluster.reference}"
    sheet = f"/factsheets/{cluster.reference}/v2"
    for address in (f"{sheet}/changes/", f"{sheet}/languages/", f"{page}/factsheet/issue/", f"{page}/dossier/"):
        assert '<p class="question" lang="el">Υγρότοποι</p>' in client.get(address).text, address
    told = client.get(f"{sheet}/changes/").text
    assert '<div class="prose" lang="el"><ul>' in told
    assert "Νερό" in told
