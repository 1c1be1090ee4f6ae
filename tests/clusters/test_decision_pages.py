"""What a refusal says: every obstacle with its place, what was decided meanwhile, and why a person may not decide."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clusters.actions.condition import can_settle
from clusters.choices import ParticipationRole, ParticipationStatus, StageStatus, State
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, DraftWriter, Participation
from clusters.permissions import parties
from clusters.rules.content import content_hash
from clusters.rules.decision import why_a_party
from clusters.rules.examples import EXAMPLES, as_example
from community.actions.transition import transition
from community.events import record
from community.models import Event, Message
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_condition_actions import make_condition
from tests.clusters.test_lifecycle_pages import client_of, page

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_refused_conclusion_names_everything_that_is_open_with_its_place(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    cluster.outcomes.all().delete()
    stages = [*cluster.stages.all(), cluster.stages.create(position=2, title="Annex")]
    cluster.stages.update(status=StageStatus.PLANNED, actual_start_on=None, actual_end_on=None)
    condition = make_condition(cast, cluster)
    home = cluster.get_absolute_url()
    places = [f"{home}roadmap/#stage-{stage.pk}" for stage in stages]
    places += [f"{home}#condition-{condition.pk}", f"{home}outcomes/add/"]
    client = client_of(cast, "lead")
    text = client.get(page(cluster, "conclude")).content.decode()
    assert [place for place in places if f'<a href="{place}">' not in text] == []
    assert "4 things stand in the way" in text
    summary = client.get(home).content.decode()
    assert f'id="condition-{condition.pk}"' in summary
    assert f'<a href="{page(cluster, "conclude")}">See where to mend it</a>' in summary
    with pytest.raises(Refusal) as caught:
        transition(cluster, "conclude", by=cast.user("lead"))
    assert (caught.value.code, len(caught.value.obstacles)) == ("requirement", 4)
    assert [row.url for row in caught.value.obstacles][-1] == "#id_has_no_outcome"


def test_a_page_that_only_asks_leaves_to_its_form_what_the_form_asks(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    cluster.outcomes.all().delete()
    text = client_of(cast, "lead").get(page(cluster, "conclude")).content.decode()
    assert ("in the way" in text, 'id="id_has_no_outcome"' in text) == (False, True)
    answer = client_of(cast, "lead").post(page(cluster, "conclude"), {})
    assert answer.status_code == 422
    assert "Record at least one outcome" in answer.content.decode()


def test_a_proposal_that_lacks_something_leads_to_each_field(cast: Cast) -> None:
    cluster = make_cluster(cast, State.DRAFT, question="", working_group=None)
    answer = client_of(cast, "proposer").post(page(cluster, "submit"), {})
    text = answer.content.decode()
    assert answer.status_code == 422
    for place in ("edit/1/#id_question", "edit/4/#id_working_group_group"):
        assert f'<a href="{cluster.get_absolute_url()}{place}">' in text


def test_the_page_of_the_submit_takes_no_example_for_an_answer(cast: Cast) -> None:
    example = as_example(EXAMPLES[0].question)
    cluster = make_cluster(cast, State.DRAFT, question=example, lead_accepted_at=None)
    text = client_of(cast, "proposer").get(page(cluster, "submit")).content.decode()
    checks = text.partition('class="checks"')[2].partition("</ul>")[0]
    assert checks.count("still the text of the example") == 1
    assert ("eligible; asked to accept once it is proposed" in checks, "Not fulfilled" in checks) == (True, False)


def test_a_plain_approval_names_lead_and_points_at_once(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED, adoption_plan="", lead_accepted_at=None)
    cluster.expected_outcomes.all().delete()
    with pytest.raises(Refusal) as caught:
        transition(cluster, "approve", by=cast.user("coordinator"))
    said = [str(row.sentence) for row in caught.value.obstacles]
    assert len(said) == 3
    for words in ("has not accepted yet", "Outcomes are expected", "It has an adoption plan"):
        assert sum(words in one for one in said) == 1


def body_of(cluster: Cluster, **rows: str) -> dict[str, Any]:
    """Return what the review page's form sends."""
    return {"seen": content_hash(cluster), **rows}


@pytest.mark.parametrize(
    ("role", "who"),
    [("coordinator", "You"), ("mission_coordinator", "Coordinator Person (coordinator, WG1)")],
)
def test_a_stale_press_reads_what_was_decided_and_that_the_conditions_stand(role: str, who: str, cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    plain = body_of(cluster, approval="plain")
    rows = {"seen": plain["seen"], "approval": "conditions", "conditions-0-text": "Name a taker."}
    client_of(cast, "coordinator").post(page(cluster, "approve"), rows)
    second = client_of(cast, role)
    for verb, body in (("approve", plain), ("return", {**plain, "reason": "Sharpen it."})):
        answer = second.post(page(cluster, verb), body)
        text = answer.content.decode()
        assert answer.status_code == 409
        assert f"{who} approved this on" in text
        assert "with 1 condition, which stands. It is now: Approved. Your press changed nothing." in text
        assert "<li>Name a taker.</li>" in text
        assert "to put right" not in text
    assert Event.objects.about(cluster).count() == 1
    again = client_of(cast, "coordinator").post(page(cluster, "approve"), rows, follow=True)
    assert (again.redirect_chain[0][1], "You approved this on" in again.content.decode()) == (302, True)


@pytest.mark.parametrize(
    ("verb", "role", "who", "now"),
    [
        ("approve", "coordinator", "You approved this on", "It is now: Approved."),
        ("approve", "member", "A coordinator of WG1 approved this on", "It is now: Approved."),
        ("decline", "mission_coordinator", "Coordinator Person (coordinator, WG1) declined this on", "Declined."),
        ("withdraw", "coordinator", "This waits for no decision any more.", "It is now: Withdrawn."),
    ],
)
def test_who_comes_to_review_after_the_decision_reads_what_was_decided(
    verb: str, role: str, who: str, now: str, cast: Cast
) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    by = cast.user("proposer" if verb == "withdraw" else "coordinator")
    transition(cluster, verb, by=by, reason="Well asked.")
    answer = client_of(cast, role).get(f"/review/{cluster.name}/", follow=True)
    assert answer.redirect_chain == [(cluster.get_absolute_url(), 302)]
    text = answer.content.decode()
    assert (who in text, now in text, answer.status_code) == (True, True, 200)


def told() -> list[str]:
    """Return who is told that an acceptance was taken back."""
    rows = Message.objects.filter(template="clusters/take_back_lead").select_related("to")
    return sorted(str(row.to) for row in rows)


def test_a_lead_takes_the_acceptance_back_before_the_approval(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    lead = client_of(cast, "lead")
    text = lead.get(cluster.get_absolute_url()).content.decode()
    assert ("You accepted to lead this cluster" in text, "Accept to lead" in text) == (True, False)
    settled = lead.get(page(cluster, "accept-lead")).content.decode()
    assert "You accepted to lead this cluster on" in settled
    assert f'href="{page(cluster, "take-back-lead")}"' in settled
    assert lead.post(page(cluster, "take-back-lead"), {"reason": "No time."}).status_code == 302
    cluster.refresh_from_db()
    assert (cluster.lead, cluster.lead_accepted_at) == (cast.member("lead"), None)
    assert {"Proposer Person", "Coordinator Person"} <= {*told()}
    assert lead.post(page(cluster, "take-back-lead"), {"reason": "No time."}).status_code == 302  # pressed twice
    with pytest.raises(Refusal, match="has not accepted yet"):
        transition(cluster, "approve", by=cast.user("coordinator"), conditions=[{"text": "Ask the lead."}])
    assert cast.member("lead").pk in parties(cluster)
    lead.post(page(cluster, "accept-lead"))
    transition(cluster, "approve", by=cast.user("coordinator"))
    assert lead.post(page(cluster, "take-back-lead")).status_code == 409


def test_of_a_returned_proposal_only_the_proposer_is_told(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RETURNED)
    transition(cluster, "take_back_lead", by=cast.user("lead"))
    assert told() == ["Proposer Person"]


def tie_member(cluster: Cluster, cast: Cast, how: str) -> None:
    """Tie the coordinator to a cluster in one of the ways that forbid to decide."""
    me, user = cast.member("coordinator"), cast.user("coordinator")
    if how == "wrote":
        DraftWriter.objects.create(cluster=cluster, member=me)
    elif how in ("is deputy", "was deputy"):
        status = ParticipationStatus.ACTIVE if how == "is deputy" else ParticipationStatus.LEFT
        row = {"member": me, "organisation": cast.organisation, "role": ParticipationRole.DEPUTY, "status": status}
        Participation.objects.create(cluster=cluster, **row)
    elif how in ("accept_lead", "adopt", "proposal.edited"):
        record(verb=how, subject=cluster, by=user, at=timezone.now(), role="")
    else:
        Cluster.objects.filter(pk=cluster.pk).update(**{how: me})


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("proposer", "You proposed this cluster"),
        ("lead", "You lead this cluster"),
        ("acting_lead", "You act as lead of this cluster"),
        ("is deputy", "You are deputy lead of this cluster"),
        ("was deputy", "You were deputy lead of this cluster"),
        ("accept_lead", "You accepted to lead this cluster before"),
        ("adopt", "You acted as lead of this cluster"),
        ("wrote", "You wrote in the draft of this cluster"),
        ("proposal.edited", "You wrote in the draft of this cluster"),
    ],
)
def test_who_may_not_decide_reads_why(how: str, words: str, cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    tie_member(cluster, cast, how)
    cluster = Cluster.objects.get(pk=cluster.pk)
    sentence = f"{words}, so somebody else must decide (four eyes)."
    assert why_a_party(cluster, cast.member("coordinator").pk) == sentence
    if how in ("wrote", "was deputy"):
        attempt = CLUSTER.attempt(cluster, "return", by=cast.user("coordinator"), at=timezone.now(), is_asking=True)
        assert str(CLUSTER.judge(attempt).reason) == sentence
        assert str(can_settle(cast.user("coordinator"), cluster).reason) == sentence
        assert sentence in client_of(cast, "coordinator").get(f"/review/{cluster.name}/").content.decode()
