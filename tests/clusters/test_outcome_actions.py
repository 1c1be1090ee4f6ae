"""What came of a cluster: outcomes recorded, objectives measured, and the words of the end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clusters.actions.outcome import add_outcome, measure_objective, remove_outcome, update_outcome
from clusters.choices import OutcomeKind, State
from clusters.forms.outcome import ConcludeForm
from clusters.models import Cluster, Objective, Outcome, Stage
from clusters.rules.corrections import changed_since_report
from clusters.summary import snapshot
from community.actions.transition import transition
from community.models import Event
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    cluster = make_cluster(cast, State.RUNNING)
    cluster.outcomes.all().delete()
    return cluster


def record(cluster: Cluster, cast: Cast, **values: Any) -> Outcome:
    given = {"kind": OutcomeKind.TRANSFERENCE, "title": "Sheet handed over", "at": NOW, **values}
    return add_outcome(cluster=cluster, by=cast.user("lead"), **given)


def verbs(cluster: Cluster) -> list[str]:
    return list(Event.objects.of_chain(f"cluster:{cluster.pk}").values_list("verb", flat=True))


def test_an_outcome_is_recorded_with_its_event(cast: Cast, cluster: Cluster) -> None:
    outcome = record(cluster, cast, reached_on=date(2026, 5, 12), participants_count=34, stage=cluster.stages.get())
    event = Event.objects.about(outcome).get()
    assert (event.verb, event.data) == ("outcome.recorded", {"kind": "transference"})
    assert event.detail.body["title"] == "Sheet handed over"
    assert event.detail.body["values"]["stage"] == "Kick-off"
    cluster.refresh_from_db()
    assert (cluster.version, "sheet handed" in cluster.search_text) == (2, True)


def test_recording_an_outcome_takes_no_outcome_back(cast: Cast, cluster: Cluster) -> None:
    Cluster.objects.filter(pk=cluster.pk).update(has_no_outcome=True)
    record(cluster, cast)
    cluster.refresh_from_db()
    assert cluster.has_no_outcome is False


def test_the_same_outcome_sent_twice_is_recorded_once(cast: Cast, cluster: Cluster) -> None:
    assert record(cluster, cast) == record(cluster, cast)
    assert verbs(cluster) == ["outcome.recorded"]


def test_two_outcomes_of_one_name_and_day_that_say_different_things_are_two(cast: Cast, cluster: Cluster) -> None:
    first = record(cluster, cast, description="In Split.", participants_count=10)
    second = record(cluster, cast, description="In Bari.", participants_count=33)
    assert first != second
    assert sorted(cluster.outcomes.values_list("participants_count", flat=True)) == [10, 33]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"reached_on": date(2026, 5, 13)}, "This day has not come yet"),
        ({"reached_on": date(1, 1, 1)}, "Give a year from 2000 on."),
        ({"title": "two\nlines"}, "This must be one line"),
        ({"description": "x" * 1001}, "1000"),
        ({"kind": "glory"}, "not a valid choice"),
        ({"participants_count": -1}, "greater than or equal to 0"),
        ({"evidence_url": "javascript:alert(1)"}, "valid URL"),
    ],
)
def test_a_wrong_outcome_is_refused(cast: Cast, cluster: Cluster, values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        record(cluster, cast, **values)
    assert not cluster.outcomes.exists()


def test_stage_and_objective_are_of_the_same_cluster(cast: Cast, cluster: Cluster) -> None:
    other = make_cluster(cast, State.RUNNING)
    with pytest.raises(Refusal, match="must be of this cluster"):
        record(cluster, cast, stage=Stage.objects.get(cluster=other))
    with pytest.raises(Refusal, match="must be of this cluster"):
        record(cluster, cast, objective=other.objectives.get())


def test_a_stale_outcome_is_refused_and_the_second_press_is_not(cast: Cast, cluster: Cluster) -> None:
    outcome = record(cluster, cast)
    for _press in range(2):
        update_outcome(outcome=outcome, by=cast.user("deputy_lead"), seen_version=1, description="Nine took part.")
    with pytest.raises(Refusal, match="Deputy_Lead Person saved this outcome at") as caught:
        update_outcome(outcome=outcome, by=cast.user("lead"), seen_version=1, description="Ten took part.")
    assert caught.value.code == "stale"
    assert verbs(cluster) == ["outcome.recorded", "outcome.changed"]


def test_what_is_removed_stays_in_the_history(cast: Cast, cluster: Cluster) -> None:
    outcome = record(cluster, cast, description="Half a day of training.")
    pk = outcome.pk
    for _press in range(2):
        remove_outcome(outcome=outcome, by=cast.user("lead"), seen_version=1)
    event = Event.objects.get(kind="outcome", subject_id=pk, verb="outcome.removed")
    assert event.detail.body["changes"]["description"] == {"was": "Half a day of training.", "now": None}
    assert not cluster.outcomes.exists()


def test_an_outcome_that_was_saved_meanwhile_is_not_removed(cast: Cast, cluster: Cluster) -> None:
    outcome = record(cluster, cast)
    update_outcome(outcome=outcome, by=cast.user("deputy_lead"), seen_version=1, title="Sheet and training")
    with pytest.raises(Refusal) as caught:
        remove_outcome(outcome=outcome, by=cast.user("lead"), seen_version=1)
    assert caught.value.code == "stale"
    assert cluster.outcomes.get().title == "Sheet and training"


def test_an_objective_that_is_partly_reached_is_not_reached_and_says_so(cast: Cast, cluster: Cluster) -> None:
    objective = cluster.objectives.get()
    given = {"objective": objective, "by": cast.user("lead"), "seen": ("", None, False), "is_partly": True}
    with pytest.raises(Refusal, match="Write down what was measured"):
        measure_objective(measured="", is_reached=None, **given)
    saved = measure_objective(measured="One annex of two", is_reached=None, **given)
    assert (saved.is_reached, saved.is_partly) == (False, True)
    assert snapshot(cluster, at=NOW)["objectives"][0]["partly"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Objective.objects.filter(pk=saved.pk).update(is_reached=True)


def test_an_objective_is_measured_against_its_criterion(cast: Cast, cluster: Cluster) -> None:
    objective = cluster.objectives.get()
    with pytest.raises(Refusal, match="Write down what was measured"):
        measure_objective(objective=objective, by=cast.user("lead"), seen=("", None), measured="", is_reached=True)
    saved = measure_objective(
        objective=objective, by=cast.user("lead"), seen=("", None), measured="Two annexes", is_reached=True
    )
    assert (saved.measured, saved.is_reached) == ("Two annexes", True)
    with pytest.raises(Refusal, match="saved objective 1 at") as caught:
        measure_objective(
            objective=objective, by=cast.user("deputy_lead"), seen=("", None), measured="One", is_reached=False
        )
    assert caught.value.code == "stale"
    assert verbs(cluster) == ["objective.measured"]


@pytest.mark.parametrize("state", [State.CONCLUDED, State.DISCONTINUED])
def test_after_the_end_the_record_is_corrected(cast: Cast, state: str) -> None:
    cluster = make_cluster(cast, state)
    record(cluster, cast, title="Found later")
    assert cluster.outcomes.filter(title="Found later").exists()


def test_what_was_changed_after_the_end_is_known_until_the_next_version(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    assert changed_since_report(cluster) is None
    record(cluster, cast, title="Found later")
    assert changed_since_report(cluster) == NOW
    cluster = transition(cluster, "correct", by=cast.user("lead"), reason="Found later.")
    assert changed_since_report(cluster) is None


def test_a_running_cluster_has_no_report_to_differ_from(cast: Cast, cluster: Cluster) -> None:
    record(cluster, cast, title="Found")
    assert changed_since_report(cluster) is None


def test_the_record_is_corrected_where_something_differs(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    same = {"lessons": cluster.lessons, "next_steps": cluster.next_steps}
    with pytest.raises(Refusal, match="Nothing differs"):
        transition(cluster, "correct", by=cast.user("lead"), reason="Again.", **same)
    changed = {**same, "lessons": "Begin with the form, early."}
    cluster = transition(cluster, "correct", by=cast.user("lead"), reason="Learnt since.", **changed)
    assert cluster.lessons == "Begin with the form, early."


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.DECLINED, State.WITHDRAWN])
def test_before_the_approval_there_is_no_outcome(cast: Cast, state: str) -> None:
    with pytest.raises(Refusal):
        record(make_cluster(cast, state), cast)


@pytest.mark.parametrize("role", ["member", "participant", "external", "admin", "other_coordinator"])
def test_who_does_not_keep_the_record_is_refused(cast: Cast, cluster: Cluster, role: str) -> None:
    with pytest.raises(Refusal) as caught:
        add_outcome(cluster=cluster, by=cast.user(role), kind="answer", title="Mine")
    assert caught.value.code == "forbidden"


# -- The words of the end ---------------------------------------------------------------------------------------------


class EndForm(ConcludeForm):
    """The form as a verb's page builds on it."""

    def __init__(self, data: dict[str, Any], cluster: Cluster) -> None:
        super().__init__(data)
        self.cluster = cluster


def errors(cluster: Cluster, **data: Any) -> dict[str, list[str]]:
    return dict(EndForm(data, cluster).errors)


def test_the_form_of_the_end_gives_what_the_transition_takes(cast: Cast, cluster: Cluster) -> None:
    form = EndForm({"lessons": "It did not work.", "has_no_outcome": "on"}, cluster)
    assert form.is_valid(), form.errors
    assert form.details() == {
        "practitioners_summary": "",
        "lessons": "It did not work.",
        "next_steps": "",
        "has_no_outcome": True,
        "ended_on": None,
    }
    concluded = transition(cluster, "conclude", by=cast.user("lead"), **form.details())
    assert (concluded.state, concluded.lessons, concluded.has_no_outcome) == (
        State.CONCLUDED,
        "It did not work.",
        True,
    )


def test_no_outcome_asks_for_lessons_and_for_none_recorded(cast: Cast, cluster: Cluster) -> None:
    assert "lessons" in errors(cluster, has_no_outcome="on")
    record(cluster, cast)
    assert errors(cluster, has_no_outcome="on", lessons="Much.")["has_no_outcome"] == [
        "1 outcome is recorded. Take this tick away, or remove it first."
    ]


def test_the_end_lies_between_the_start_and_today(cast: Cast, cluster: Cluster) -> None:
    from django.utils import timezone

    today = timezone.localdate()
    assert errors(cluster, ended_on=(today + timedelta(days=1)).isoformat()) == {
        "ended_on": ["This day has not come yet."]
    }
    assert errors(cluster, ended_on="28 February 2026") == {
        "ended_on": ["The cluster began on 1 March 2026, so it can't have ended before."]
    }
    assert errors(cluster, ended_on="1 March 2026") == {}
    assert "30 April" in errors(cluster, ended_on="31.4.2026")["ended_on"][0]
