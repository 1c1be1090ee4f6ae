"""The roadmap's page: what it shows to whom, edited in place and without script, and what a stale edit answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.forms.models import model_to_dict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.actions.roadmap import update_stage
from clusters.actions.roadmap_order import move_stage
from clusters.choices import StageStatus, State
from clusters.models import Baseline, BaselineStage, Cluster, Stage
from community.models import Event
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db]

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    """A running cluster with one stage that is done, one that is late and one that is planned."""
    cluster = make_cluster(cast, State.RUNNING)
    add(cluster, 2, "Try-outs", date(2026, 4, 1), date(2026, 5, 3), responsible=cast.member("lead"))
    add(cluster, 3, "Workshop", date(2026, 6, 10), date(2026, 6, 10))
    return cluster


def add(cluster: Cluster, position: int, title: str, start: date | None, end: date | None, **more: Any) -> Stage:
    return Stage.objects.create(
        cluster=cluster, position=position, title=title, planned_start_on=start, planned_end_on=end, **more
    )


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    return client


def url(cluster: Cluster, *parts: Any) -> str:
    return "/".join(["", "clusters", cluster.name, "roadmap", *map(str, parts), ""])


def form_of(stage: Stage, **values: Any) -> dict[str, Any]:
    """What the browser sends: the fields, and beside each the value that the page was opened on."""
    shown = {
        "title": stage.title,
        "kind": stage.kind,
        "planned_start_on": stage.planned_start_on or "",
        "planned_end_on": stage.planned_end_on or "",
        "actual_start_on": stage.actual_start_on or "",
        "responsible": stage.responsible_id or "",
        "deliverable": stage.deliverable,
        "evidence_url": stage.evidence_url,
        "waits_for": stage.waits_for_id or "",
        "waits_why": stage.waits_why,
        "note": stage.note,
    }
    return {
        **shown,
        **{f"initial-{name}": value for name, value in shown.items()},
        "seen_version": stage.version,
        **values,
    }


def stages(cluster: Cluster) -> list[Stage]:
    return list(cluster.stages.all())


def test_visitors_see_picture_and_table_with_late_and_slip(cast: Cast, cluster: Cluster) -> None:
    response = Client().get(url(cluster))
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("<svg") >= 2
    assert "2. Try-outs" in page
    assert "Late" in page
    assert "Region of the Gulf, Lead" in page
    assert "Lead Person" not in page
    assert "Edit" not in page.split("<main")[1]
    assert "Slip is counted against baseline 1 of" in page


def test_slip_is_shown_against_the_newest_baseline_and_the_first_beside_it(cast: Cast, cluster: Cluster) -> None:
    stage = stages(cluster)[0]
    second = Baseline.objects.create(cluster=cluster, number=2, frozen_at=NOW)
    BaselineStage.objects.create(
        baseline=second, stage=stage, position=1, title=stage.title, planned_end_on=date(2026, 3, 5)
    )
    page = Client().get(url(cluster)).content.decode()
    assert "−3 d" in page
    assert "0 against the first" in page


def test_a_roadmap_that_is_not_visible_is_not_there(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    assert Client().get(url(cluster)).status_code == 404
    assert signed_in(cast, "member").get(url(cluster)).status_code == 200


def test_the_lead_gets_buttons_and_a_member_does_not(cast: Cast, cluster: Cluster) -> None:
    assert "Edit stage 2, Try-outs" in signed_in(cast, "lead").get(url(cluster)).content.decode()
    assert "Edit stage 2, Try-outs" not in signed_in(cast, "participant").get(url(cluster)).content.decode()


@pytest.mark.parametrize("address", ["add", "1/edit", "1/complete", "1/drop"])
def test_a_hidden_button_is_a_closed_page_with_the_reason(cast: Cast, cluster: Cluster, address: str) -> None:
    path = url(cluster, address.replace("1", str(stages(cluster)[1].pk)))
    response = signed_in(cast, "participant").get(path)
    assert response.status_code == 403
    assert "Only the lead, the deputy and the coordinators keep this." in response.content.decode()
    assert Client().get(path).status_code == 302


def test_a_stage_under_the_address_of_another_cluster_is_not_there(cast: Cast, cluster: Cluster) -> None:
    other = make_cluster(cast, State.RUNNING)
    assert signed_in(cast, "lead").get(url(other, stages(cluster)[0].pk, "edit")).status_code == 404


def test_a_stage_is_edited_on_a_page_of_its_own_without_script(cast: Cast, cluster: Cluster) -> None:
    client, stage = signed_in(cast, "lead"), stages(cluster)[1]
    page = client.get(url(cluster, stage.pk, "edit")).content.decode()
    assert "<html" in page
    assert "Save stage 2" in page
    response = client.post(url(cluster, stage.pk, "edit"), form_of(stage, planned_end_on="22.5.2026"))
    assert response.status_code == 302
    assert response["Location"] == f"{url(cluster)}#stage-{stage.pk}"
    stage.refresh_from_db()
    assert (stage.planned_end_on, stage.version) == (date(2026, 5, 22), 2)
    assert "Stage 2 saved." in client.get(url(cluster)).content.decode()


def test_a_stage_is_edited_where_it_stands(cast: Cast, cluster: Cluster) -> None:
    client, stage = signed_in(cast, "lead"), stages(cluster)[1]
    opened = client.get(url(cluster, stage.pk, "edit"), **HTMX).content.decode()
    assert "<html" not in opened
    assert opened.strip().startswith(f'<li class="editing" id="stage-{stage.pk}">')
    other = stages(cluster)[2]
    data = form_of(stage, note="Two are written up.", open=["", stage.pk, other.pk])
    response = client.post(url(cluster, stage.pk, "edit"), data, **HTMX)
    part = response.content.decode()
    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (200, "#roadmap", "outerHTML")
    assert "Two are written up." in part
    assert f'<li id="stage-{other.pk}" data-hx-preserve="true"></li>' in part
    assert f'<li id="stage-{stage.pk}" data-hx-preserve' not in part
    assert 'data-hx-swap-oob="true"' in part


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"planned_start_on": "31 April 2026"}, "31 April does not exist. Did you mean 30 April?"),
        ({"planned_end_on": "2026-03-31"}, "The end lies before the start. Both may be the same day."),
        ({"actual_start_on": "2026-05-13"}, "This day has not come yet."),
        ({"title": " "}, "Give the stage a name"),
        ({"evidence_url": "javascript:alert(1)"}, "Give the address of a page, such as"),
        ({"note": "x" * 1001}, "1000"),
        ({"responsible": "999999"}, "Select a valid choice"),
    ],
)
@pytest.mark.parametrize("more", [{}, HTMX])
def test_what_is_wrong_comes_back_with_its_sentence_and_what_was_typed(
    cast: Cast, cluster: Cluster, values: dict[str, str], sentence: str, more: dict[str, str]
) -> None:
    stage = stages(cluster)[1]
    data = form_of(stage, deliverable="Three notes", **values)
    response = signed_in(cast, "lead").post(url(cluster, stage.pk, "edit"), data, **more)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert "Three notes" in response.content.decode()
    stage.refresh_from_db()
    assert stage.version == 1


def test_a_stage_outside_the_cluster_is_saved_with_a_warning(cast: Cast, cluster: Cluster) -> None:
    client, stage = signed_in(cast, "lead"), stages(cluster)[2]
    client.post(url(cluster, stage.pk, "edit"), form_of(stage, planned_end_on="2026-10-15"))
    page = client.get(url(cluster)).content.decode()
    assert page.count("Ends after the cluster does (30 September 2026).") == 2


@pytest.mark.parametrize("more", [{}, HTMX])
def test_a_stale_edit_shows_both_texts_and_takes_over_what_one_did_not_touch(
    cast: Cast, cluster: Cluster, more: dict[str, str]
) -> None:
    client, stage = signed_in(cast, "lead"), stages(cluster)[1]
    data = form_of(stage, note="My own words.")
    update_stage(
        stage=stage, by=cast.user("deputy_lead"), seen_version=1, note="Words of the deputy.", deliverable="Three notes"
    )
    response = client.post(url(cluster, stage.pk, "edit"), data, **more)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Deputy_Lead Person saved stage 2 at" in page
    assert "while you were writing. Your text is still here: compare, then save again." in page
    assert "<del>Words</del>" in page
    assert "My own words.</textarea>" in page
    assert 'value="Three notes"' in page
    assert '<input type="hidden" name="seen_version" value="2"' in page
    stage.refresh_from_db()
    assert stage.note == "Words of the deputy."
    again = {**data, "seen_version": 2, "deliverable": "Three notes", "initial-deliverable": "Three notes"}
    assert client.post(url(cluster, stage.pk, "edit"), again).status_code == 302
    stage.refresh_from_db()
    assert (stage.note, stage.deliverable) == ("My own words.", "Three notes")


@pytest.mark.parametrize("seen", [None, "", "two", "-3"])
def test_an_edit_that_lost_the_version_it_was_opened_on_is_shown_again_with_its_words(
    cast: Cast, cluster: Cluster, seen: str | None
) -> None:
    client, stage = signed_in(cast, "lead"), stages(cluster)[1]
    data = form_of(stage, note="My own words.")
    data = {name: value for name, value in data.items() if name != "seen_version"}
    response = client.post(url(cluster, stage.pk, "edit"), data if seen is None else {**data, "seen_version": seen})
    page = response.content.decode()
    assert response.status_code == 409
    assert "My own words.</textarea>" in page
    assert f'<input type="hidden" name="seen_version" value="{stage.version}"' in page
    assert "Seen version" not in page


def test_the_second_press_of_save_leads_to_the_first(cast: Cast, cluster: Cluster) -> None:
    client, stage = signed_in(cast, "lead"), stages(cluster)[1]
    data = form_of(stage, note="Two.")
    answers = [client.post(url(cluster, stage.pk, "edit"), data).status_code for _press in range(2)]
    assert answers == [302, 302]
    assert Event.objects.about(stage).count() == 1


def test_a_stage_is_added_once_even_when_the_form_is_sent_twice(cast: Cast, cluster: Cluster) -> None:
    client = signed_in(cast, "lead")
    data = {"title": "Report", "kind": "report", "planned_start_on": "1 July 2026", "seen_version": 0}
    for _press in range(2):
        assert client.post(url(cluster, "add"), data).status_code == 302
    assert [stage.title for stage in stages(cluster)] == ["Kick-off", "Try-outs", "Workshop", "Report"]


def test_mark_done_is_filled_with_likely_dates_and_writes_them(cast: Cast, cluster: Cluster) -> None:
    client, stage = signed_in(cast, "lead"), stages(cluster)[1]
    page = client.get(url(cluster, stage.pk, "complete")).content.decode()
    assert 'value="1 April 2026"' in page
    assert 'value="12 May 2026"' in page
    data = {
        "actual_start_on": "9 April 2026",
        "actual_end_on": "12 May 2026",
        "deliverable": "Notes",
        "seen_version": 1,
    }
    assert client.post(url(cluster, stage.pk, "complete"), data).status_code == 302
    stage.refresh_from_db()
    assert (stage.status, stage.actual_start_on, stage.actual_end_on) == (
        StageStatus.DONE,
        date(2026, 4, 9),
        date(2026, 5, 12),
    )


def test_drop_start_and_reopen_have_their_addresses(cast: Cast, cluster: Cluster) -> None:
    client, stage = signed_in(cast, "lead"), stages(cluster)[1]
    assert client.post(url(cluster, stage.pk, "start"), {"seen_version": 1}).status_code == 302
    assert client.post(url(cluster, stage.pk, "drop"), {"seen_version": 2, "reason": ""}).status_code == 422
    assert client.post(url(cluster, stage.pk, "drop"), {"seen_version": 2, "reason": "No boat."}).status_code == 302
    assert client.post(url(cluster, stage.pk, "reopen"), {"seen_version": 3}).status_code == 302
    stage.refresh_from_db()
    assert (stage.status, stage.note, stage.version) == (StageStatus.RUNNING, "No boat.", 4)


def test_one_press_on_an_older_row_is_refused_and_shows_the_roadmap_of_now(cast: Cast, cluster: Cluster) -> None:
    client, stage = signed_in(cast, "lead"), stages(cluster)[1]
    update_stage(stage=stage, by=cast.user("deputy_lead"), seen_version=1, note="New.")
    response = client.post(url(cluster, stage.pk, "start"), {"seen_version": 1}, **HTMX)
    assert response.status_code == 409
    assert "Deputy_Lead Person saved stage 2" in response.content.decode()
    stage.refresh_from_db()
    assert stage.status == StageStatus.PLANNED


def test_a_stage_moves_by_its_buttons(cast: Cast, cluster: Cluster) -> None:
    client, (first, second, third) = signed_in(cast, "lead"), stages(cluster)
    order = f"{first.pk},{second.pk},{third.pk}"
    response = client.post(url(cluster, third.pk, "move"), {"direction": "up", "seen_order": order}, **HTMX)
    assert response.status_code == 200
    assert [stage.pk for stage in stages(cluster)] == [first.pk, third.pk, second.pk]
    assert "Move stage 2 up, Workshop" in response.content.decode()


@pytest.mark.parametrize("more", [{}, HTMX])
def test_a_move_from_an_older_order_shows_both_orders(cast: Cast, cluster: Cluster, more: dict[str, str]) -> None:
    client, (first, second, third) = signed_in(cast, "lead"), stages(cluster)
    seen = [first.pk, second.pk, third.pk]
    move_stage(stage=first, by=cast.user("deputy_lead"), up=False, seen_order=seen)
    data = {"direction": "up", "seen_order": ",".join(map(str, seen))}
    response = client.post(url(cluster, third.pk, "move"), data, **more)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Deputy_Lead Person changed the order of the stages at" in page
    assert "<ol><li>Try-outs</li><li>Kick-off</li><li>Workshop</li></ol>" in page
    assert "<ol><li>Kick-off</li><li>Workshop</li><li>Try-outs</li></ol>" in page
    assert [stage.pk for stage in stages(cluster)] == [second.pk, first.pk, third.pk]


@pytest.mark.parametrize("seen", ["", "a,b", "1" * 3000, "\x00"])
def test_an_order_that_can_not_be_read_is_refused(cast: Cast, cluster: Cluster, seen: str) -> None:
    data = {"direction": "up", "seen_order": seen}
    response = signed_in(cast, "lead").post(url(cluster, stages(cluster)[1].pk, "move"), data)
    assert response.status_code == 422


def test_every_other_field_of_a_stage_stays_whatever_is_posted(cast: Cast, cluster: Cluster) -> None:
    other, stage = make_cluster(cast, State.RUNNING), stages(cluster)[1]
    before = model_to_dict(stage)
    everything = {field.name: "7" for field in Stage._meta.get_fields()} | {"status": "done", "cluster": other.pk}
    data = {**everything, **form_of(stage, note="Only this.")}
    assert signed_in(cast, "lead").post(url(cluster, stage.pk, "edit"), data).status_code == 302
    stage.refresh_from_db()
    assert model_to_dict(stage) == {**before, "note": "Only this.", "confirmed_at": NOW}
    assert stage.version == 2


def test_looking_changes_nothing(cast: Cast, cluster: Cluster) -> None:
    client, stage = signed_in(cast, "lead"), stages(cluster)[1]
    with CaptureQueriesContext(connection) as queries:
        for path in ("", "add/", f"{stage.pk}/", f"{stage.pk}/edit/", f"{stage.pk}/complete/", f"{stage.pk}/drop/"):
            for more in ({}, HTMX):
                assert client.get(url(cluster) + path, **more).status_code in (200, 302)
        for path in ("move", "start", "reopen"):
            assert client.get(url(cluster, stage.pk, path)).status_code == 405
    written = [q["sql"] for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert [sql for sql in written if "session" not in sql] == []


@pytest.mark.parametrize("role", ["visitor", "member", "lead"])
def test_the_page_asks_as_often_for_three_stages_as_for_one(cast: Cast, role: str) -> None:
    counts = []
    for more in (0, 2):
        cluster = make_cluster(cast, State.RUNNING)
        first = stages(cluster)[0]
        Stage.objects.filter(pk=first.pk).update(
            responsible=cast.member("participant"), status=StageStatus.PLANNED, actual_start_on=None, actual_end_on=None
        )
        for number in range(more):
            add(cluster, number + 2, f"Stage {number}", None, None, responsible=cast.member("lead"), waits_for=first)
        client = signed_in(cast, role)
        client.get(url(cluster))  # what is asked once and kept for all pages
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(cluster)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16
