"""Amendments: suggested, put forward, decided on in whole or in part by somebody else, and written in one go."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clusters.actions.amendment import act, comment_on_amendment, decide_amendment
from clusters.amendment_lifecycle import AMENDMENT
from clusters.choices import AmendmentKind, AmendmentState, StageStatus, State
from clusters.models import Amendment, Cluster, Stage
from clusters.notifications.amendment import AUDIENCE_LABELS, AUDIENCES
from clusters.rules.amendment_fields import amendment_hash, current
from clusters.summary import snapshot
from community.actions.transition import registered_effects, transition
from community.mails import render
from community.models import Event, Message
from community.permissions import Refusal
from community.verification import verify_history
from factsheets.models import Issue
from tests.cast import Cast, make_cluster
from tests.clusters.making_amendments import LATER, now, suggest, told

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


def test_every_row_finds_its_effects_audiences_and_mails() -> None:
    for verb in AMENDMENT:
        assert set(verb.effects) <= registered_effects()
        assert set(verb.tells) <= set(AUDIENCES)
    assert set(AUDIENCES) == set(AUDIENCE_LABELS)


def test_a_participants_suggestion_goes_to_the_lead_and_to_nobody_else(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster, "participant")
    assert (row.state, row.kind, row.number) == (AmendmentState.SUGGESTED, AmendmentKind.DATES, 1)
    assert {str(message.to) for message in Message.objects.all()} == {"Lead Person", "Deputy_Lead Person"}
    assert now(cluster).version == cluster.version
    assert now(cluster).ends_on == date(2026, 9, 30)


def test_what_the_lead_writes_is_put_forward_at_once(cast: Cast, cluster: Cluster) -> None:
    cluster.further_working_groups.add(cast.other_group)
    row = suggest(cast, cluster)
    assert (row.state, row.put_forward_by) == (AmendmentState.PROPOSED, cast.member("lead"))
    assert told("amendment_proposed") == {
        "Coordinator Person",
        "Coordinator_Proposer Person",
        "Other Coordinator Person",
        "Stand-in Person",
    }


def test_accepting_writes_cluster_baseline_event_mails_and_version_together(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster)
    done = decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["ends_on"], seen=amendment_hash(row))
    assert (done.state, done.decided_by) == (AmendmentState.ACCEPTED, cast.member("coordinator"))
    assert (now(cluster).ends_on, now(cluster).version) == (date(2026, 11, 30), cluster.version + 1)
    baseline = cluster.baselines.get(number=2)
    assert (baseline.ends_on, baseline.amendment) == (date(2026, 11, 30), row)
    event = Event.objects.get(verb="amendment.accepted")
    assert (event.data["fields"], event.data["baseline"], done.event) == (["ends_on"], 2, event)
    assert event.detail.body["changes"] == {"ends_on": {"was": "2026-09-30", "now": LATER}}
    assert told("amendment_accepted") == {
        "Lead Person",
        "Deputy_Lead Person",
        "Participant Person",
        "External Person",
    }
    assert Issue.objects.filter(event=event).count() == 1
    facts = snapshot(now(cluster), at=timezone.now())
    assert [line["fields"] for line in facts["amendments"]] == [["ends_on"]]
    assert facts["baseline"] is not None
    assert facts["baseline"]["number"] == 2


def test_a_cluster_that_has_not_started_gets_no_baseline_by_an_amendment(cast: Cast) -> None:
    cluster = make_cluster(cast, State.APPROVED)
    decide_amendment(amendment=suggest(cast, cluster), by=cast.user("coordinator"), accepted=["ends_on"])
    assert (now(cluster).ends_on, cluster.baselines.count()) == (date(2026, 11, 30), 0)


def test_a_part_is_accepted_and_the_rest_refused_with_a_reason(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster, ends_on=LATER, title="Wetlands as storage")
    with pytest.raises(Refusal, match="Say why the rest is refused"):
        decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["ends_on"])
    done = decide_amendment(
        amendment=row, by=cast.user("coordinator"), accepted=["ends_on"], reason="The title is known."
    )
    assert done.state == AmendmentState.PARTLY_ACCEPTED
    assert (now(cluster).title, now(cluster).ends_on) == (cluster.title, date(2026, 11, 30))
    assert {name: pair["accepted"] for name, pair in done.changes.items()} == {"ends_on": True, "title": False}
    event = Event.objects.get(verb="amendment.in_part")
    assert set(event.detail.body["changes"]) == {"ends_on"}
    assert snapshot(now(cluster), at=timezone.now())["amendments"][0]["fields"] == ["ends_on"]
    mails = {str(m.to): render(m).body for m in Message.objects.filter(template="clusters/amendment_in_part")}
    assert "The title is known." in mails["Lead Person"]
    assert "The title is known." not in mails["Participant Person"]


def test_refusing_changes_nothing_and_asks_why(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster)
    with pytest.raises(Refusal, match="Say why"):
        decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=[])
    done = decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=[], reason="Keep to it.")
    assert (done.state, now(cluster).ends_on) == (AmendmentState.REFUSED, date(2026, 9, 30))
    assert told("amendment_refused") == {"Lead Person", "Deputy_Lead Person"}


def test_an_objective_that_is_only_moved_stays_reached(cast: Cast, cluster: Cluster) -> None:
    objective = cluster.objectives.get()
    cluster.objectives.filter(pk=objective.pk).update(is_reached=True)
    rows = [[None, "Train the keepers", ""], [objective.pk, objective.text, objective.criterion]]
    row = suggest(cast, cluster, objectives=rows)
    decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["objectives"])
    assert list(cluster.objectives.order_by("position").values_list("is_reached", flat=True)) == [None, True]


@pytest.mark.parametrize("role", ["lead", "deputy_lead", "participant", "member", "other_coordinator", "admin"])
def test_nobody_decides_on_their_own_nor_without_the_office(cast: Cast, cluster: Cluster, role: str) -> None:
    row = suggest(cast, cluster)
    with pytest.raises(Refusal) as caught:
        decide_amendment(amendment=row, by=cast.user(role), accepted=["ends_on"])
    assert caught.value.code == "forbidden"
    assert now(cluster).ends_on == date(2026, 9, 30)


def test_a_coordinator_who_put_it_forward_leaves_the_decision_to_another(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster, "participant")
    act(amendment=row, verb="amendment.proposed", by=cast.user("coordinator"))
    with pytest.raises(Refusal, match="somebody else must decide") as caught:
        decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["ends_on"])
    assert caught.value.code == "forbidden"
    done = decide_amendment(amendment=row, by=cast.user("coordinator_proposer"), accepted=["ends_on"])
    assert done.state == AmendmentState.ACCEPTED


def test_stand_ins_decide_where_every_coordinator_has_a_part_in_it(cast: Cast, cluster: Cluster) -> None:
    cast.member("coordinator_proposer").appointments.all().delete()
    row = suggest(cast, cluster, "participant")
    act(amendment=row, verb="amendment.proposed", by=cast.user("coordinator"))
    done = decide_amendment(amendment=row, by=cast.user("stand_in"), accepted=["ends_on"])
    assert Event.objects.get(verb="amendment.accepted").role == "stand_in"
    assert done.state == AmendmentState.ACCEPTED


def test_what_the_cluster_changed_meanwhile_is_renewed_first(cast: Cast, cluster: Cluster) -> None:
    first = suggest(cast, cluster)
    second = suggest(cast, cluster, ends_on="2026-12-31", title="Another title")
    decide_amendment(amendment=first, by=cast.user("coordinator"), accepted=["ends_on"])
    with pytest.raises(Refusal, match="The cluster has changed since this was written: Last end"):
        decide_amendment(amendment=second, by=cast.user("coordinator"), accepted=["ends_on", "title"])
    assert (now(cluster).title, now(cluster).ends_on) == (cluster.title, date(2026, 11, 30))
    act(amendment=second, verb="amendment.renewed", by=cast.user("lead"), wished={"ends_on": "2026-12-31"})
    second.refresh_from_db()
    assert second.changes == {"ends_on": {"was": LATER, "now": "2026-12-31"}}
    decide_amendment(amendment=second, by=cast.user("coordinator"), accepted=["ends_on"])
    assert now(cluster).ends_on == date(2026, 12, 31)
    assert list(cluster.baselines.values_list("number", flat=True)) == [1, 2, 3]


def test_what_was_shown_is_what_is_decided(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster)
    seen = amendment_hash(row)
    act(amendment=row, verb="amendment.renewed", by=cast.user("lead"), wished={"ends_on": "2026-12-31"})
    with pytest.raises(Refusal) as caught:
        decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["ends_on"], seen=seen)
    assert caught.value.code == "stale"


def test_objectives_keep_what_was_measured(cast: Cast, cluster: Cluster) -> None:
    objective = cluster.objectives.get()
    objective.measured, objective.is_reached = "One annex", True
    objective.save()
    rows = [[objective.pk, "Fit the method to two coasts", "Two annexes"], [None, "Train the keepers", ""]]
    row = suggest(cast, cluster, objectives=rows, expected_outcomes=[["adoption", "By the park"]])
    decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["objectives", "expected_outcomes"])
    assert list(cluster.objectives.values_list("text", "measured", "is_reached")) == [
        ("Fit the method to two coasts", "One annex", None),
        ("Train the keepers", "", None),
    ]
    assert current(now(cluster), "expected_outcomes") == [["adoption", "By the park"]]


@pytest.mark.parametrize(
    ("wished", "words"),
    [
        ({"title": " "}, "cannot be empty"),
        ({"title": "x" * 101}, "at most 100"),
        ({"objectives": []}, "at least one objective"),
        ({"expected_outcomes": []}, "at least one kind"),
        ({"ends_on": "2026-01-01"}, "end lies before the start"),
        ({"ends_on": "0206-01-01"}, "year between"),
        ({"working_group": 0}, "Choose the working group"),
        ({"ends_on": "2026-09-30"}, "Nothing differs"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_sentence(
    cast: Cast, cluster: Cluster, wished: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        suggest(cast, cluster, **wished)
    assert not Amendment.objects.exists()


def test_dates_that_only_fit_together_are_accepted_together(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster, starts_on="2026-10-05", ends_on=LATER)
    with pytest.raises(Refusal, match="The end would lie before the start"):
        decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["starts_on"], reason="No.")
    assert now(cluster).starts_on == date(2026, 3, 1)


def test_the_lead_turns_a_suggestion_down_and_the_suggester_withdraws_one(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster, "participant")
    done = act(amendment=row, verb="amendment.turned_down", by=cast.user("lead"), reason="Not now.")
    assert (done.state, told("amendment_turned_down")) == (AmendmentState.REFUSED, {"Participant Person"})
    again = suggest(cast, cluster, "participant")
    with pytest.raises(Refusal):
        act(amendment=again, verb="amendment.withdrawn", by=cast.user("external"))
    assert act(amendment=again, verb="amendment.withdrawn", by=cast.user("participant")).state == "withdrawn"


def test_another_working_group_becomes_responsible_and_hears_of_it(cast: Cast, cluster: Cluster) -> None:
    cluster.further_working_groups.add(cast.other_group)
    row = suggest(cast, cluster, working_group=cast.other_group.pk)
    assert row.kind == AmendmentKind.WORKING_GROUP
    decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["working_group"])
    assert (now(cluster).working_group, cluster.further_working_groups.count()) == (cast.other_group, 0)
    assert {"Other Coordinator Person", "Stand-in Person", "Coordinator_Proposer Person"} <= told("amendment_accepted")


def test_further_groups_comment_once_it_is_put_forward(cast: Cast, cluster: Cluster) -> None:
    cluster.further_working_groups.add(cast.other_group)
    row = suggest(cast, cluster, "participant")
    with pytest.raises(Refusal):
        comment_on_amendment(amendment=row, by=cast.user("other_coordinator"), text="Good.")
    act(amendment=row, verb="amendment.proposed", by=cast.user("lead"))
    comment_on_amendment(amendment=row, by=cast.user("other_coordinator"), text="Good for us too.")
    assert "Participant Person" not in told("amendment_commented")
    assert {"Lead Person", "Coordinator Person"} <= told("amendment_commented")


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.CONCLUDED, State.DISCONTINUED])
def test_only_what_is_under_way_is_amended(cast: Cast, state: str) -> None:
    with pytest.raises(Refusal) as caught:
        suggest(cast, make_cluster(cast, state), "proposer")
    assert caught.value.code == "state"


def test_the_end_of_the_cluster_ends_what_is_open(cast: Cast, cluster: Cluster) -> None:
    from community.actions.transition import transition

    row = suggest(cast, cluster)
    later = timezone.now() + timedelta(minutes=1)
    transition(cluster, "discontinue", by=cast.user("coordinator"), reason="No money.", lessons="None.", at=later)
    row.refresh_from_db()
    assert (row.state, row.state_before) == (AmendmentState.WITHDRAWN, AmendmentState.PROPOSED)
    with pytest.raises(Refusal):
        decide_amendment(amendment=row, by=cast.user("coordinator_proposer"), accepted=["ends_on"])


def test_the_end_is_held_against_deadline_and_projects(cast: Cast, cluster: Cluster) -> None:
    from clusters.rules.roadmap import end_warnings

    assert end_warnings(cluster, date(2026, 9, 30)) == []
    cluster.deadline_on, cluster.deadline_reason = date(2026, 10, 31), "the call closes"
    project = cast.solution.project
    project.ends_on, project.acronym = date(2026, 11, 30), "WETLAND"
    project.save()
    for partnership in cast.organisation.partnerships.select_related("project"):
        partnership.project.ends_on, partnership.project.acronym = date(2026, 12, 31), "HARBOUR"
        partnership.project.save()
    assert end_warnings(cluster, date(2026, 10, 31)) == []
    assert end_warnings(cluster, date(2027, 1, 1)) == [
        "The end lies behind the outside deadline, 31 October 2026 (the call closes).",
        "The end lies behind the end of the lead's project HARBOUR, 31 December 2026.",
        "The end lies behind the end of WETLAND, whose result is transferred: 30 November 2026.",
    ]


@pytest.mark.slow
def test_every_mail_is_written_in_text_and_html_and_leads_to_the_amendment(cast: Cast, cluster: Cluster) -> None:
    cluster.further_working_groups.add(cast.other_group)
    accepted, refused = suggest(cast, cluster, "participant"), suggest(cast, cluster, title="Coasts", ends_on=LATER)
    comment_on_amendment(amendment=refused, by=cast.user("coordinator"), text="Which harbour?")
    act(amendment=accepted, verb="amendment.proposed", by=cast.user("lead"))
    act(amendment=refused, verb="amendment.renewed", by=cast.user("deputy_lead"), wished={"title": "Gulfs"})
    decide_amendment(amendment=accepted, by=cast.user("coordinator"), accepted=["ends_on"])
    decide_amendment(amendment=refused, by=cast.user("coordinator"), accepted=[], reason="Known by this title.")
    part = suggest(cast, cluster, title="Coasts", out_of_scope="Rivers.")
    decide_amendment(amendment=part, by=cast.user("coordinator"), accepted=["title"], reason="Rivers stay.")
    down = suggest(cast, cluster, "participant", title="Bays")
    act(amendment=down, verb="amendment.turned_down", by=cast.user("lead"), reason="Not now.")
    gone = suggest(cast, cluster, title="Straits")
    act(amendment=gone, verb="amendment.withdrawn", by=cast.user("lead"))
    pair = [cast.member("participant").pk, cast.organisation.pk]
    first = suggest(cast, cluster, lead=pair)
    act(amendment=first, verb="amendment.lead_declined", by=cast.user("participant"), reason="No time.")
    second = suggest(cast, cluster, lead=pair)
    act(amendment=second, verb="amendment.lead_accepted", by=cast.user("participant"))
    rows = Message.objects.filter(kind="amendment").select_related("to", "event__detail")
    codes = {row.template.partition("amendment_")[2] for row in rows}
    assert codes == {verb.code.partition(".")[2] for verb in AMENDMENT if verb.tells} | {"suggested", "commented"}
    for row in rows:
        mail = render(row)
        assert mail.subject.strip(), row.template
        assert "You get this mail because" in mail.body, row.template
        assert f"/clusters/{cluster.name}/amendments/" in mail.body, row.template
        assert "Co-funded by the European Union" in str(mail.alternatives[0][0])


def test_the_desk_shows_stand_ins_what_nobody_of_the_group_may_decide(cast: Cast, cluster: Cluster) -> None:
    from clusters.amendment_desk import items

    def desk(role: str) -> list[str]:
        return [str(item.verb) for item in items(cast.user(role), timezone.localdate())]

    suggest(cast, cluster)
    assert (desk("coordinator"), desk("stand_in")) == (["Decide on the amendment"], [])
    cast.member("coordinator_proposer").appointments.all().delete()
    cluster.amendments.update(suggested_by=cast.member("coordinator"))
    cast.user("coordinator").__dict__.pop("_cluster_viewer", None)
    assert (desk("coordinator"), desk("stand_in")) == ([], ["Decide as stand-in"])
    assert desk("mission_coordinator") == ["Decide on the amendment"]


@pytest.mark.parametrize("verb", ["conclude", "discontinue"])
def test_what_the_end_of_the_cluster_ends_has_an_event_of_its_own(cast: Cast, cluster: Cluster, verb: str) -> None:
    asked, suggested = suggest(cast, cluster), suggest(cast, cluster, "participant", title="Known by this title")
    settled = suggest(cast, cluster, title="Gulfs")
    act(amendment=settled, verb="amendment.withdrawn", by=cast.user("lead"))
    Stage.objects.update(status=StageStatus.DROPPED)
    Cluster.objects.filter(pk=cluster.pk).update(lessons="Ask the harbour first.", has_no_outcome=True)
    transition(now(cluster), verb, by=cast.user("lead"), reason="The harbour closed.")
    for row in (asked, suggested):
        before, row = row.state, Amendment.objects.get(pk=row.pk)
        assert (row.state, row.state_before, row.decided_by) == (AmendmentState.WITHDRAWN, before, None)
        assert row.decided_at is not None
        [event] = Event.objects.about(row).filter(verb="amendment.lapsed")
        told_of = {"from": before, "to": "withdrawn", "number": row.number}
        assert (event.data, event.by, event.at, event.role) == (told_of, None, row.decided_at, "clock")
    assert not Event.objects.about(settled).filter(verb="amendment.lapsed").exists()
    client, address = Client(), f"/clusters/{cluster.name}/history/"
    sentence = "An amendment ended with the cluster."
    assert client.get(address).text.count(sentence) == 0
    client.force_login(cast.user("lead"))
    assert client.get(address).text.count(sentence) == 2
    assert client.get(f"/clusters/{cluster.name}/amendments/{asked.number}/lapsed/").status_code == 404
    assert list(verify_history(chains=[f"cluster:{cluster.pk}"])) == []
