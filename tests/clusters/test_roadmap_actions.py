"""The lead's work on the stages: what each action writes, refuses, and leaves in the record."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from clusters.actions.roadmap import (
    add_stage,
    complete_stage,
    drop_stage,
    note_stage,
    reopen_stage,
    start_stage,
    update_stage,
)
from clusters.actions.roadmap_order import move_stage, place_stage
from clusters.choices import StageStatus, State
from clusters.desk import items
from clusters.models import Cluster, Stage
from community.models import Event, Message
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    """A running cluster with three stages: one done, two planned."""
    cluster = make_cluster(cast, State.RUNNING)
    for position, title in ((2, "Match measures"), (3, "Try-outs")):
        Stage.objects.create(
            cluster=cluster,
            position=position,
            title=title,
            planned_start_on=date(2026, 4, 1),
            planned_end_on=date(2026, 5, 3),
        )
    return cluster


def stage_of(cluster: Cluster, number: int) -> Stage:
    return list(cluster.stages.all())[number - 1]


def titles(cluster: Cluster) -> list[str]:
    return list(cluster.stages.values_list("title", flat=True))


def events(cluster: Cluster) -> list[str]:
    return list(Event.objects.of_chain(f"cluster:{cluster.pk}").values_list("verb", flat=True))


def refused(reason: str) -> pytest.RaisesContext:  # type: ignore[type-arg]
    return pytest.raises(Refusal, match=reason)


def test_a_stage_is_added_at_the_end_and_written_to_the_history(cast: Cast, cluster: Cluster) -> None:
    version = cluster.version
    stage = add_stage(cluster=cluster, by=cast.user("lead"), title="Workshop in Chania", at=NOW)
    assert titles(cluster) == ["Kick-off", "Match measures", "Try-outs", "Workshop in Chania"]
    assert stage.position == 4
    event = Event.objects.about(stage).get()
    assert (event.verb, event.role, event.data) == ("stage.added", "lead", {"number": 4})
    assert event.detail.body["title"] == "Workshop in Chania"
    cluster.refresh_from_db()
    assert cluster.version == version + 1
    assert "chania" in cluster.search_text


def test_the_same_stage_sent_twice_is_added_once(cast: Cast, cluster: Cluster) -> None:
    first = add_stage(cluster=cluster, by=cast.user("lead"), title="Workshop")
    second = add_stage(cluster=cluster, by=cast.user("lead"), title="Workshop")
    assert second == first
    assert events(cluster) == ["stage.added"]


def test_a_change_keeps_old_and_new_values(cast: Cast, cluster: Cluster) -> None:
    stage = stage_of(cluster, 3)
    update_stage(stage=stage, by=cast.user("lead"), seen_version=1, planned_end_on=date(2026, 5, 22), note="Later.")
    stage.refresh_from_db()
    assert (stage.planned_end_on, stage.note, stage.version) == (date(2026, 5, 22), "Later.", 2)
    event = Event.objects.about(stage).get()
    assert event.data == {"number": 3, "version": 2}
    assert event.detail.body == {
        "title": "Try-outs",
        "changes": {
            "planned_end_on": {"was": "2026-05-03", "now": "2026-05-22"},
            "note": {"was": None, "now": "Later."},
        },
    }


def test_nothing_changed_leaves_no_event(cast: Cast, cluster: Cluster) -> None:
    stage = stage_of(cluster, 3)
    update_stage(stage=stage, by=cast.user("lead"), seen_version=1, title="Try-outs")
    assert events(cluster) == []


def test_an_actual_start_puts_a_stage_under_way_and_taking_it_away_puts_it_back(cast: Cast, cluster: Cluster) -> None:
    stage = stage_of(cluster, 3)
    saved = update_stage(stage=stage, by=cast.user("lead"), seen_version=1, actual_start_on=date(2026, 4, 9), at=NOW)
    assert saved.status == StageStatus.RUNNING
    saved = update_stage(stage=stage, by=cast.user("lead"), seen_version=2, actual_start_on=None, at=NOW)
    assert saved.status == StageStatus.PLANNED


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"planned_start_on": date(2026, 5, 4)}, "The end lies before the start"),
        ({"planned_end_on": date(9999, 1, 1)}, "Give a year between 2000 and 2099"),
        ({"planned_start_on": date(1, 1, 1)}, "Give a year between 2000 and 2099"),
        ({"actual_start_on": date(2026, 5, 13)}, "This day has not come yet"),
        ({"actual_end_on": date(2026, 5, 1)}, "Mark the stage as done"),
        ({"title": "line\nbreak"}, "This must be one line"),
        ({"note": "x" * 1001}, "at most 1000"),
    ],
)
def test_a_wrong_value_is_refused_and_nothing_is_written(
    cast: Cast, cluster: Cluster, values: dict[str, object], sentence: str
) -> None:
    stage = stage_of(cluster, 3)
    with refused(sentence):
        update_stage(stage=stage, by=cast.user("lead"), seen_version=1, at=NOW, **values)
    stage.refresh_from_db()
    assert (stage.version, stage.planned_end_on, events(cluster)) == (1, date(2026, 5, 3), [])


def test_today_is_the_day_of_the_site_not_of_greenwich(cast: Cast, cluster: Cluster, settings: object) -> None:
    # 22:30 in Greenwich on 12 May is half past midnight on 13 May in the site's zone (Brussels, summer).
    late = datetime(2026, 5, 12, 22, 30, tzinfo=NOW.tzinfo)
    settings.TIME_ZONE = "Europe/Brussels"  # type: ignore[attr-defined]
    stage = stage_of(cluster, 3)
    saved = update_stage(stage=stage, by=cast.user("lead"), seen_version=1, actual_start_on=date(2026, 5, 13), at=late)
    assert saved.actual_start_on == date(2026, 5, 13)


def test_one_day_is_a_legal_stage(cast: Cast, cluster: Cluster) -> None:
    day = date(2026, 6, 10)
    stage = add_stage(cluster=cluster, by=cast.user("lead"), title="Day", planned_start_on=day, planned_end_on=day)
    assert (stage.planned_start_on, stage.planned_end_on) == (day, day)


def test_a_stage_outside_the_cluster_is_warned_of_not_refused(cast: Cast, cluster: Cluster) -> None:
    from clusters.rules.roadmap import outside_cluster

    stage = update_stage(
        stage=stage_of(cluster, 3), by=cast.user("lead"), seen_version=1, planned_end_on=date(2026, 10, 15)
    )
    assert outside_cluster(stage, cluster).startswith("Ends after the cluster does (30 September 2026).")
    assert outside_cluster(stage_of(cluster, 2), cluster) == ""


def test_a_stale_edit_is_refused_with_who_and_when(cast: Cast, cluster: Cluster) -> None:
    stage = stage_of(cluster, 3)
    update_stage(stage=stage, by=cast.user("deputy_lead"), seen_version=1, note="Two are written up.", at=NOW)
    with refused(
        r"Deputy_Lead Person saved stage 3 at \d\d:\d\d while you were writing\. "
        "Your text is still here: compare, then save again."
    ) as caught:
        update_stage(stage=stage, by=cast.user("lead"), seen_version=1, note="Three.", at=NOW + timedelta(hours=1))
    assert caught.value.code == "stale"
    stage.refresh_from_db()
    assert stage.note == "Two are written up."


def test_an_older_form_that_wants_what_stands_there_is_the_second_press(cast: Cast, cluster: Cluster) -> None:
    stage = stage_of(cluster, 3)
    for _press in range(2):
        update_stage(stage=stage, by=cast.user("lead"), seen_version=1, note="Two.", at=NOW)
    assert events(cluster) == ["stage.changed"]


def test_a_stage_is_started_completed_and_reopened(cast: Cast, cluster: Cluster) -> None:
    stage = stage_of(cluster, 3)
    started = start_stage(stage=stage, by=cast.user("lead"), seen_version=1, at=NOW)
    assert (started.status, started.actual_start_on) == (StageStatus.RUNNING, date(2026, 5, 12))
    done = complete_stage(
        stage=stage,
        by=cast.user("lead"),
        seen_version=2,
        actual_start_on=date(2026, 4, 9),
        actual_end_on=date(2026, 5, 12),
        deliverable="Three notes",
        at=NOW,
    )
    assert (done.status, done.actual_end_on, done.deliverable) == (StageStatus.DONE, date(2026, 5, 12), "Three notes")
    opened = reopen_stage(stage=stage, by=cast.user("lead"), seen_version=3, at=NOW)
    assert (opened.status, opened.actual_start_on, opened.actual_end_on) == (
        StageStatus.RUNNING,
        date(2026, 4, 9),
        None,
    )
    assert events(cluster) == ["stage.started", "stage.done", "stage.reopened"]


def test_a_stage_needs_an_actual_start_to_be_done(cast: Cast, cluster: Cluster) -> None:
    with refused("Say when the stage began"):
        complete_stage(
            stage=stage_of(cluster, 3),
            by=cast.user("lead"),
            seen_version=1,
            actual_start_on=None,
            actual_end_on=date(2026, 5, 1),
            at=NOW,
        )


def test_a_done_stage_keeps_an_end(cast: Cast, cluster: Cluster) -> None:
    with refused("This stage is done, so it has an end"):
        update_stage(stage=stage_of(cluster, 1), by=cast.user("lead"), seen_version=1, actual_end_on=None, at=NOW)


def test_a_stage_that_is_over_is_neither_done_nor_dropped_again(cast: Cast, cluster: Cluster) -> None:
    with refused("Stage 1 is over: Done. Reopen it first."):
        drop_stage(stage=stage_of(cluster, 1), by=cast.user("lead"), seen_version=1, reason="No.")


def test_dropping_asks_why_and_shows_it(cast: Cast, cluster: Cluster) -> None:
    stage = stage_of(cluster, 3)
    with refused("Say why the stage is dropped") as caught:
        drop_stage(stage=stage, by=cast.user("lead"), seen_version=1, reason="  ")
    assert caught.value.code == "reason"
    dropped = drop_stage(stage=stage, by=cast.user("lead"), seen_version=1, reason="No harbour can host us.")
    assert (dropped.status, dropped.note) == (StageStatus.DROPPED, "No harbour can host us.")
    assert Event.objects.about(stage).get().detail.body["reason"] == "No harbour can host us."
    reopened = reopen_stage(stage=stage, by=cast.user("lead"), seen_version=2)
    assert reopened.status == StageStatus.PLANNED


def test_stages_begin_only_once_the_cluster_has_started(cast: Cast) -> None:
    cluster = make_cluster(cast, State.APPROVED)
    stage = stage_of(cluster, 1)
    for attempt in (
        lambda: start_stage(stage=stage, by=cast.user("lead"), seen_version=1),
        lambda: update_stage(stage=stage, by=cast.user("lead"), seen_version=1, actual_start_on=date(2026, 3, 1)),
    ):
        with refused("This cluster has not started. Start it first"):
            attempt()
    assert update_stage(stage=stage, by=cast.user("lead"), seen_version=1, title="Kick-off in Athens").version == 2


def test_a_stage_moves_up_and_down_without_changing_its_version(cast: Cast, cluster: Cluster) -> None:
    stage = stage_of(cluster, 3)
    order = [one.pk for one in cluster.stages.all()]
    move_stage(stage=stage, by=cast.user("lead"), up=True, seen_order=order, at=NOW)
    assert titles(cluster) == ["Kick-off", "Try-outs", "Match measures"]
    assert list(cluster.stages.values_list("position", "version")) == [(1, 1), (2, 1), (3, 1)]
    assert Event.objects.about(stage).get().data == {"from": 3, "to": 2}


def test_positions_that_collide_are_put_right_by_the_next_move(cast: Cast, cluster: Cluster) -> None:
    cluster.stages.update(position=7)
    order = [one.pk for one in cluster.stages.all()]
    move_stage(stage=stage_of(cluster, 1), by=cast.user("lead"), up=False, seen_order=order)
    assert titles(cluster) == ["Match measures", "Kick-off", "Try-outs"]
    assert list(cluster.stages.values_list("position", flat=True)) == [1, 2, 3]


def test_whoever_takes_part_writes_how_an_open_stage_stands_and_nothing_else(cast: Cast, cluster: Cluster) -> None:
    participant = cast.user("participant")
    note_stage(stage=stage_of(cluster, 2), by=participant, seen_version=1, note="Half is matched.")
    row = stage_of(cluster, 2)
    assert (row.note, row.version, events(cluster)) == ("Half is matched.", 2, ["stage.noted"])
    assert Event.objects.order_by("pk").last().role == "participant"
    with refused("saved stage 2"):
        note_stage(stage=row, by=participant, seen_version=1, note="Later.")
    with refused("is over"):
        note_stage(stage=stage_of(cluster, 1), by=participant, seen_version=1, note="Later.")
    with refused("Only those who take part"):
        note_stage(stage=row, by=cast.user("member"), seen_version=2, note="Later.")


def test_who_is_responsible_for_a_late_stage_finds_it_on_the_desk(cast: Cast, cluster: Cluster) -> None:
    Stage.objects.filter(cluster=cluster, position=2).update(responsible=cast.member("participant"))
    participant = cast.user("participant")
    assert participant is not None
    found = [item for item in items(participant, date(2026, 5, 12)) if "Match measures" in item.title]
    assert [(item.verb, item.url) for item in found] == [
        ("Say how it stands", f"/clusters/{cluster.name}/roadmap/{stage_of(cluster, 2).pk}/note/")
    ]


def test_a_stage_is_put_anywhere_once(cast: Cast, cluster: Cluster) -> None:
    by, order = cast.user("lead"), [stage.pk for stage in cluster.stages.all()]
    last, seen = stage_of(cluster, 3), titles(cluster)
    for _press in range(2):
        place_stage(stage=last, by=by, place=1, seen_order=order)
    assert titles(cluster) == [seen[2], seen[0], seen[1]]
    assert events(cluster) == ["stage.moved"]
    with refused("changed the order of the stages"):
        place_stage(stage=last, by=by, place=2, seen_order=order)
    now = [stage.pk for stage in cluster.stages.all()]
    place_stage(stage=last, by=by, place=99, seen_order=now)
    assert titles(cluster) == seen
    assert Event.objects.order_by("pk").last().data == {"from": 1, "to": 3}


def test_the_second_press_of_a_move_moves_nothing(cast: Cast, cluster: Cluster) -> None:
    order = [one.pk for one in cluster.stages.all()]
    stage = stage_of(cluster, 3)
    for _press in range(2):
        move_stage(stage=stage, by=cast.user("lead"), up=True, seen_order=order)
    assert titles(cluster) == ["Kick-off", "Try-outs", "Match measures"]
    assert events(cluster) == ["stage.moved"]


def test_a_move_from_an_older_order_is_refused(cast: Cast, cluster: Cluster) -> None:
    order = [one.pk for one in cluster.stages.all()]
    add_stage(cluster=cluster, by=cast.user("deputy_lead"), title="Workshop")
    with refused(r"Deputy_Lead Person changed the order of the stages at \d\d:\d\d\. Compare both orders") as caught:
        move_stage(stage=stage_of(cluster, 2), by=cast.user("lead"), up=False, seen_order=order)
    assert caught.value.code == "stale"
    assert titles(cluster) == ["Kick-off", "Match measures", "Try-outs", "Workshop"]


def test_the_ends_of_the_roadmap_say_so(cast: Cast, cluster: Cluster) -> None:
    order = [one.pk for one in cluster.stages.all()]
    with refused("It is the first stage."):
        move_stage(stage=stage_of(cluster, 1), by=cast.user("lead"), up=True, seen_order=order)
    with refused("It is the last stage."):
        move_stage(stage=stage_of(cluster, 3), by=cast.user("lead"), up=False, seen_order=order)


def test_stages_do_not_wait_in_a_circle(cast: Cast, cluster: Cluster) -> None:
    first, second = stage_of(cluster, 2), stage_of(cluster, 3)
    update_stage(stage=second, by=cast.user("lead"), seen_version=1, waits_for=first)
    with refused("These stages would wait for each other"):
        update_stage(stage=first, by=cast.user("lead"), seen_version=1, waits_for=second)


def test_a_stage_waits_only_within_its_cluster(cast: Cast, cluster: Cluster) -> None:
    other = make_cluster(cast, State.RUNNING)
    with refused("another stage of the same cluster"):
        update_stage(stage=stage_of(cluster, 3), by=cast.user("lead"), seen_version=1, waits_for=stage_of(other, 1))


def test_only_participants_are_responsible_and_history_names_their_organisation(cast: Cast, cluster: Cluster) -> None:
    stage = stage_of(cluster, 3)
    with refused("Only somebody who takes part"):
        update_stage(stage=stage, by=cast.user("lead"), seen_version=1, responsible=cast.member("member"))
    update_stage(stage=stage, by=cast.user("lead"), seen_version=1, responsible=cast.member("participant"))
    body = Event.objects.about(stage).get().detail.body
    assert body["changes"] == {"responsible": {"was": None, "now": "Region of the Gulf"}}


@pytest.mark.parametrize("role", ["member", "participant", "external", "other_coordinator", "admin", "superuser"])
def test_who_does_not_keep_the_roadmap_is_refused(cast: Cast, cluster: Cluster, role: str) -> None:
    with refused("Only the lead, the deputy and the coordinators keep this.") as caught:
        add_stage(cluster=cluster, by=cast.user(role), title="Mine")
    assert caught.value.code == "forbidden"
    assert cluster.stages.count() == 3


@pytest.mark.parametrize("role", ["lead", "deputy_lead", "coordinator", "mission_coordinator"])
def test_lead_deputy_and_coordinators_keep_the_roadmap(cast: Cast, cluster: Cluster, role: str) -> None:
    add_stage(cluster=cluster, by=cast.user(role), title="Ours")
    assert cluster.stages.count() == 4


def test_the_roadmap_of_an_ended_cluster_stays(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    with refused("This cluster is over"):
        add_stage(cluster=cluster, by=cast.user("lead"), title="Late")


def test_a_field_that_no_form_shows_can_not_be_written(cast: Cast, cluster: Cluster) -> None:
    with pytest.raises(TypeError, match="status"):
        update_stage(stage=stage_of(cluster, 3), by=cast.user("lead"), seen_version=1, status="done")


def test_the_roadmap_mails_nobody(cast: Cast, cluster: Cluster) -> None:
    start_stage(stage=stage_of(cluster, 3), by=cast.user("lead"), seen_version=1)
    assert Message.objects.count() == 0
