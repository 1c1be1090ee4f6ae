"""Uptakes: recorded, carried from step to step, edited, removed, and read by whom they are for."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clusters import demo
from clusters.choices import Access, State
from clusters.models import Cluster
from clusters.rules.corrections import changed_since_report
from clusters.summary import snapshot
from community.models import Event, Organisation
from community.permissions import Refusal
from results.actions.policy import act, put_under
from results.actions.uptake import change_step, record_uptake, remove_uptake, update_uptake
from results.choices import UptakeStep
from results.demo.steps import lines
from results.lifecycle import UPTAKE
from results.models import Uptake
from results.rules.uptake import can_record, can_remove
from tests.cast import ROLES, Cast, make_cluster
from tests.factories import NOW, TODAY, make_organisation, make_territory
from tests.results.making import EVIDENCE, answered, asked, is_documented, make_uptake
from tests.results.test_policy import begun, outcome_of

pytestmark = [pytest.mark.django_db]


def step(cast: Cast, uptake: Uptake, verb: str, **details: Any) -> Uptake:
    return change_step(uptake=uptake, verb=f"uptake.{verb}", by=cast.user("lead"), at=NOW, **details)


def test_an_uptake_is_recorded_with_its_event(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster)
    event = Event.objects.about(uptake).get()
    assert (event.verb, event.chain, event.role) == ("uptake.recorded", f"cluster:{cluster.pk}", "lead")
    assert event.data == {"step": "in_use", "is_disclosed": True}
    assert event.detail.body["title"] == "Flood storage method – Water Board of the Bay"
    assert (uptake.declared_by, uptake.statement) == (cast.member("lead"), 1)
    cluster.refresh_from_db()
    assert cluster.version == 2


def test_the_same_uptake_sent_twice_is_recorded_once_and_another_of_it_is_refused(cast: Cast, cluster: Cluster) -> None:
    first = make_uptake(cast, cluster)
    given = {"organisation": first.organisation}
    assert make_uptake(cast, cluster, name="unused", **given) == first
    with pytest.raises(Refusal, match="recorded here already"):
        make_uptake(cast, cluster, name="unused too", kind="scaled_up", **given)
    elsewhere = make_uptake(cast, cluster, name="unused three", territory=make_territory(), **given)
    assert elsewhere.pk != first.pk


def test_a_new_organisation_is_entered_unverified(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster, organisation="Harbour of the North", territory=make_territory(country="HR"))
    place = Organisation.objects.get(name="Harbour of the North")
    assert (uptake.organisation, place.is_verified, place.country) == (place, False, "HR")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": ""}, "Say how it is taken up."),
        ({"kind": "adapted"}, "Say what was adapted, and why."),
        ({"in_use_on": None}, "Say since when"),
        ({"in_use_on": TODAY + timedelta(days=1)}, "has not come yet"),
        ({"in_use_on": date(1, 1, 1)}, "from 2000 on"),
        ({"evidence_url": ""}, "Add what shows it"),
        ({"state": "stopped"}, "how far it has come"),
        ({"state": "glory"}, "how far it has come"),
        ({"tailoring": "x" * 1001}, "1000"),
    ],
)
def test_a_wrong_uptake_is_refused(cast: Cast, cluster: Cluster, values: dict[str, Any], sentence: str) -> None:
    given = {
        "solution": cast.solution,
        "organisation": make_organisation(),
        "state": "in_use",
        "kind": "as_is",
        "in_use_on": TODAY,
        "evidence_url": EVIDENCE,
    }
    with pytest.raises(Refusal, match=sentence):
        record_uptake(cluster=cluster, by=cast.user("lead"), at=NOW, **{**given, **values})
    assert Uptake.objects.count() == 0


def test_the_steps_follow_each_other_and_ask_for_what_they_need(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster, state="aware")
    uptake = step(cast, uptake, "interested")
    uptake = step(cast, uptake, "mentoring")
    with pytest.raises(Refusal, match="Add what shows it"):
        step(cast, uptake, "committed", kind="as_is")
    uptake = step(cast, uptake, "committed", kind="as_is", evidence_url=EVIDENCE)
    with pytest.raises(Refusal, match="Say since when"):
        step(cast, uptake, "in_use")
    uptake = step(cast, uptake, "in_use", in_use_on=TODAY)
    assert (uptake.state, uptake.kind, uptake.in_use_on, uptake.statement) == ("in_use", "as_is", TODAY, 3)
    with pytest.raises(Refusal, match="Say why"):
        step(cast, uptake, "stopped")
    uptake = step(cast, uptake, "stopped", reason="The pump broke.")
    assert (uptake.state, uptake.stopped_on, uptake.statement) == ("stopped", TODAY, 3)
    uptake = step(cast, uptake, "taken_up_again", reason="Repaired.")
    assert (uptake.state, uptake.stopped_on, uptake.in_use_on) == ("in_use", None, TODAY)
    verbs = [event.verb for event in Event.objects.about(uptake).order_by("number")]
    assert verbs[0] == "uptake.recorded"
    assert verbs[-2:] == ["uptake.stopped", "uptake.taken_up_again"]


def test_one_step_back_empties_what_belongs_to_the_step(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster)
    uptake = step(cast, uptake, "set_back", reason="Not yet signed.")
    assert (uptake.state, uptake.kind, uptake.in_use_on) == ("committed", "as_is", None)
    uptake = step(cast, uptake, "set_back", reason="Nor decided.")
    assert (uptake.state, uptake.kind) == ("mentoring", "")


def test_a_stale_press_is_refused(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster, state="aware")
    step(cast, uptake, "interested", seen_version=1)
    with pytest.raises(Refusal, match="while you were writing") as caught:
        step(cast, uptake, "mentoring", seen_version=1)
    assert caught.value.code == "stale"


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ("aware", {"kind": "as_is"}),
        ("in_use", {"in_use_on": None}),
        ("in_use", {"kind": ""}),
        ("in_use", {"kind": "adapted", "adaptation": ""}),
        ("in_use", {"state": "glory"}),
        ("in_use", {"state": "stopped"}),
        ("in_use", {"state": "stopped", "stopped_on": date(2026, 3, 1)}),
    ],
)
def test_the_database_holds_what_steps_ask(cast: Cast, cluster: Cluster, state: str, fields: dict[str, Any]) -> None:
    uptake = make_uptake(cast, cluster, state=state)
    with pytest.raises(IntegrityError), transaction.atomic():
        Uptake.objects.filter(pk=uptake.pk).update(**fields)


@pytest.mark.both
def test_the_database_holds_one_live_uptake_also_without_a_territory(cast: Cast, cluster: Cluster) -> None:
    first = make_uptake(cast, cluster)
    second = make_uptake(cast, cluster, name="Another Board")
    with pytest.raises(IntegrityError), transaction.atomic():
        Uptake.objects.filter(pk=second.pk).update(organisation=first.organisation)
    step(cast, first, "stopped", reason="Over.")
    Uptake.objects.filter(pk=second.pk).update(organisation=first.organisation)
    with pytest.raises(Refusal, match="goes on there"):
        step(cast, first, "taken_up_again", reason="Back.")


def test_only_what_nothing_rests_on_is_removed(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster, state="interested")
    remove_uptake(uptake=uptake, by=cast.user("lead"), seen_version=1, at=NOW)
    assert (Uptake.objects.count(), Event.objects.filter(verb="uptake.removed").count()) == (0, 1)
    used = make_uptake(cast, cluster, name="Another Board")
    with pytest.raises(Refusal, match="stays on the record"):
        remove_uptake(uptake=used, by=cast.user("lead"), seen_version=1, at=NOW)


def test_what_an_adopted_line_names_stays_on_the_record(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster, name="Board of the Cape", state="interested")
    statement = begun(cast)
    line, by = statement.lines.get(), cast.user("coordinator")
    put_under(line=line, by=by, kind="outcome", subject_id=outcome_of(cluster).pk)
    put_under(line=line, by=by, kind="uptake", subject_id=uptake.pk)
    act(statement=statement, verb="statement.opened", by=by)
    assert can_remove(cast.user("lead"), uptake), "what is only drafted takes it off again"
    act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))
    with pytest.raises(Refusal, match="An adopted line of a policy statement names it"):
        remove_uptake(uptake=uptake, by=cast.user("lead"), seen_version=1, at=NOW)


def test_what_stopped_keeps_its_evidence_and_goes_on_with_it_only(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster)
    step(cast, uptake, "stopped", reason="Over.")
    row = Uptake.objects.get(pk=uptake.pk)
    with pytest.raises(Refusal, match="Add what shows it"):
        update_uptake(uptake=row, by=cast.user("lead"), seen_version=row.version, evidence_url="", at=NOW)
    Uptake.objects.filter(pk=uptake.pk).update(evidence_url="")  # of a time before this was asked
    with pytest.raises(Refusal, match="Add what shows it"):
        step(cast, uptake, "taken_up_again", reason="Back.")
    Uptake.objects.filter(pk=uptake.pk).update(evidence_url=EVIDENCE)
    assert step(cast, uptake, "taken_up_again", reason="Back.").state == UptakeStep.IN_USE


def test_a_change_of_substance_makes_it_declared_again(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster)
    answered(asked(cast, uptake)[1])
    assert is_documented(uptake)
    uptake.refresh_from_db()
    uptake = update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=uptake.version, tailoring="Croatian.")
    assert is_documented(uptake)
    uptake = update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=uptake.version, kind="scaled_up")
    assert not is_documented(uptake)


RECORDING = {"lead", "deputy_lead", "coordinator", "coordinator_proposer", "mission_coordinator"}


def test_who_contributes_records_and_after_the_end_lead_and_coordinators(cast: Cast, cluster: Cluster) -> None:
    cluster.participations.filter(member=cast.member("participant")).update(access=Access.CONTRIBUTE)
    ended = make_cluster(cast, State.CONCLUDED)
    everybody = [role for role in cast.accounts if role != "deactivated"]
    inside = {*RECORDING, "participant", "external"}
    assert {role for role in everybody if can_record(cast.user(role), cluster)} == inside
    assert {role for role in everybody if can_record(cast.user(role), ended)} == RECORDING
    assert not can_record(None, cluster)


def test_an_undisclosed_uptake_is_read_by_who_works_on_it(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster, is_disclosed=False)
    readers = {role for role in cast.accounts if Uptake.objects.visible_to(cast.user(role)).exists()}
    inside = {"proposer", "participant", "external", "admin", *RECORDING}
    assert (readers, Uptake.objects.visible_to(None).count()) == (inside, 0)
    assert snapshot(cluster, at=NOW)["uptakes"] == []
    step(cast, uptake, "disclosed")
    assert Uptake.objects.visible_to(None).count() == 1
    with pytest.raises(Refusal, match="disclosed already"):
        step(cast, uptake, "disclosed")


def test_who_wants_all_of_public_clusters_gets_what_may_be_read_one_by_one(cast: Cast, cluster: Cluster) -> None:
    make_uptake(cast, cluster)
    make_uptake(cast, cluster, name="Kept back", is_disclosed=False)
    for role in ROLES:
        one_by_one = Uptake.objects.visible_to(cast.user(role)).order_by("pk")
        at_once = Uptake.objects.of_public_clusters(cast.user(role)).order_by("pk")
        assert (role, list(at_once)) == (role, list(one_by_one))
    cluster.state = State.SUBMITTED
    cluster.save(update_fields=["state"])
    assert list(Uptake.objects.of_public_clusters(cast.user("admin"))) == []


def test_a_snapshot_tells_declared_and_documented_apart(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster)
    make_uptake(cast, cluster, name="Another Board", state="interested")
    lines = snapshot(cluster, at=NOW)["uptakes"]
    assert [(line["step"], line["kind"], line["since"], line["documented"]) for line in lines] == [
        ("in_use", "as_is", "2026-04-01", False),
        ("interested", "", None, False),
    ]
    answered(asked(cast, uptake)[1])
    assert [line["documented"] for line in snapshot(cluster, at=NOW)["uptakes"]] == [True, False]


def test_an_uptake_after_the_end_waits_for_a_correction(cast: Cast) -> None:
    ended = make_cluster(cast, State.CONCLUDED)
    assert changed_since_report(ended) is None
    make_uptake(cast, ended)
    assert changed_since_report(ended) == NOW


def test_every_verb_of_the_table_has_a_sentence() -> None:
    from results.sentences import SENTENCES

    assert {verb.code for verb in UPTAKE} <= set(SENTENCES)
    assert {verb.target for verb in UPTAKE if isinstance(verb.target, str)} == set(UptakeStep) - {"aware"}


def test_no_public_text_of_the_demonstration_names_an_adopter_that_is_not_disclosed() -> None:
    data = Path(demo.__file__).with_name("data")
    with (data / "organisations.csv").open(encoding="utf-8", newline="") as file:
        names = {row[0]: row[1] for row in csv.reader(file)}
    hidden = [line for line in lines() if line.get("undisclosed")]
    told = {line["cluster"]: (data / "clusters" / f"{line['cluster']}.toml").read_text("utf-8") for line in hidden}
    named = [line["organisation"] for line in hidden if names[line["organisation"]] in told[line["cluster"]]]
    assert (len(hidden), named) == (1, [])
