"""Who looks at a proposal: named by those who may decide, told, shown, passed on, taken back; it gives no right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from clusters.actions.assignment import assign_review, release_review
from clusters.choices import State
from clusters.coordination_sentences import COORDINATION_SENTENCES
from clusters.models import Cluster, ReviewAssignment
from clusters.querysets.overview import NOT_HEARD
from clusters.rules.assignment import reviewers
from community import contributions
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.choices import MessageState
from community.models import Event, Message
from community.permissions import Refusal
from tests.cast import ROLES, Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def looks_at(cluster: Cluster) -> str:
    row = ReviewAssignment.objects.filter(cluster=cluster).select_related("member").first()
    return row.member.name if row else ""


def mails(state: str = MessageState.QUEUED) -> list[tuple[str, str]]:
    rows = Message.objects.filter(state=state, template__startswith="clusters/review_").order_by("pk")
    return [(str(m.to.member), m.template.rpartition("_")[2]) for m in rows if m.to]


def test_who_may_decide_says_who_looks_at_a_proposal_and_the_person_is_told(cast: Cast) -> None:
    cluster, by = make_cluster(cast, State.SUBMITTED), cast.user("coordinator")
    version = cluster.version
    person = cast.member("coordinator_proposer")
    row = assign_review(cluster=cluster, by=by, member=person)
    assert (row.member, row.assigned_by, row.assigned_at) == (person, by, NOW)
    assign_review(cluster=cluster, by=cast.user("mission_coordinator"), member=person)
    assert mails() == [("Coordinator_Proposer Person", "assigned")]
    assert Message.objects.get().due_at == NOW + timedelta(seconds=30)
    event = Event.objects.about(cluster).get(verb="review.assigned")
    assert (event.role, event.data) == ("coordinator", {"member": person.pk})
    cluster.refresh_from_db()
    assert cluster.version == version, "nobody's open form grows stale by it"


def test_who_takes_it_is_not_mailed_and_everybody_may_still_decide(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    assign_review(cluster=cluster, by=cast.user("coordinator"), member=cast.member("coordinator"))
    assert mails() == []
    other = cast.user("coordinator_proposer")
    assert transition(cluster, "decline", by=other, reason="It is done elsewhere.", seen=None).state == State.DECLINED


def test_what_is_passed_on_or_taken_back_before_its_mail_left_is_replaced(cast: Cast, clock: Any) -> None:
    cluster, by = make_cluster(cast, State.SUBMITTED), cast.user("coordinator")
    first, second = cast.member("coordinator_proposer"), cast.member("mission_coordinator")
    assign_review(cluster=cluster, by=by, member=first)
    assign_review(cluster=cluster, by=by, member=second)
    assert (mails(), mails(MessageState.SUPERSEDED)) == (
        [("Mission Person", "assigned")],
        [("Coordinator_Proposer Person", "assigned")],
    )
    release_review(cluster=cluster, by=by)
    assert (looks_at(cluster), mails()) == ("", [])
    release_review(cluster=cluster, by=by)
    assert Event.objects.about(cluster).filter(verb="review.released").count() == 1


def test_who_was_told_hears_that_somebody_else_looks_at_it(cast: Cast, clock: Any) -> None:
    cluster, by = make_cluster(cast, State.SUBMITTED), cast.user("coordinator")
    first, second = cast.member("coordinator_proposer"), cast.member("mission_coordinator")
    assign_review(cluster=cluster, by=by, member=first)
    clock.shift(60)
    send_outbox(at=NOW + timedelta(seconds=60))
    assign_review(cluster=cluster, by=by, member=second)
    assert mails() == [("Mission Person", "assigned"), ("Coordinator_Proposer Person", "on")]
    assign_review(cluster=cluster, by=by, member=first)
    assert mails() == [], "it is as it was, so nobody has to hear of it"


def test_only_who_may_decide_looks_at_it(cast: Cast) -> None:
    cluster, by = make_cluster(cast, State.SUBMITTED), cast.user("coordinator")
    names = sorted(person.name for person in reviewers(cluster, TODAY))
    assert names == ["Coordinator Person", "Coordinator_Proposer Person", "Mission Person"]
    for role in ("member", "other_coordinator", "lead"):
        with pytest.raises(Refusal, match="may not decide"):
            assign_review(cluster=cluster, by=by, member=cast.member(role))
    Cluster.objects.filter(pk=cluster.pk).update(proposer=cast.member("coordinator_proposer"))
    with pytest.raises(Refusal, match="may not decide"):
        assign_review(cluster=cluster, by=by, member=cast.member("coordinator_proposer"))
    with pytest.raises(Refusal, match="You have a part"):
        assign_review(cluster=cluster, by=cast.user("coordinator_proposer"), member=cast.member("coordinator"))
    cast.group.appointments.update(absent_until=TODAY)
    assert cast.member("other_coordinator") in reviewers(cluster, TODAY), "as stand-in"


@pytest.mark.parametrize("state", [state for state in State if state not in (State.SUBMITTED, State.DRAFT)])
def test_nobody_looks_at_what_does_not_wait(cast: Cast, state: str) -> None:
    cluster = make_cluster(cast, state)
    with pytest.raises(Refusal, match="does not wait"):
        assign_review(cluster=cluster, by=cast.user("coordinator"), member=cast.member("coordinator"))


def test_another_group_begins_anew(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    assign_review(cluster=cluster, by=cast.user("coordinator"), member=cast.member("coordinator"))
    move = {"reason": "It is about the climate.", "working_group": cast.other_group}
    transition(cluster, "move", by=cast.user("coordinator_proposer"), **move)
    assert looks_at(cluster) == ""


def test_what_keeps_the_work_going_is_no_word_about_it() -> None:
    assert set(NOT_HEARD) == set(COORDINATION_SENTENCES)


# -- Pages -------------------------------------------------------------------------------------------------------------


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    return client


def test_desk_and_case_show_who_looks_at_it_and_the_desk_narrows_down(cast: Cast) -> None:
    mine, others, free = (make_cluster(cast, State.SUBMITTED, title=title) for title in ("Dunes", "Marsh", "Reef"))
    assign_review(cluster=mine, by=cast.user("coordinator"), member=cast.member("coordinator"))
    assign_review(cluster=others, by=cast.user("coordinator"), member=cast.member("coordinator_proposer"))
    client = signed_in(cast, "coordinator")

    def titles(query: str) -> list[str]:
        text = client.get(f"/review/{query}").text
        return [row.title for row in (mine, others, free) if f'href="/review/{row.name}/"' in text]

    assert titles("") == titles("?show=nonsense") == ["Dunes", "Marsh", "Reef"]
    assert titles("?show=mine") == ["Dunes"]
    assert titles("?show=nobody") == ["Reef"]
    text = client.get("/review/").text
    assert 'You look at it, since <time datetime="2026-05-12"' in text
    assert 'Coordinator_Proposer Person looks at it, since <time datetime="2026-05-12"' in text
    assert "Nobody looks at it yet" in text
    assert "Coordinator_Proposer Person looks at it" in client.get(f"/review/{others.name}/").text
    found = {
        item.title: str(item.why) for item in contributions.desk_items.get("clusters")(cast.user("coordinator"), TODAY)
    }
    assert found[str(mine)].endswith("It is assigned to you.")
    assert found[str(others)].endswith("Coordinator_Proposer Person looks at it.")
    assert found[str(free)] == "You coordinate WG1, which decides on it."


def test_the_presses_on_the_case_and_on_the_desk(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    client, url = signed_in(cast, "coordinator"), f"/review/{cluster.name}/assign/"
    answer = client.post(url, {"do": "take", "back": "desk"}, follow=True)
    assert (answer.redirect_chain[-1][0], looks_at(cluster)) == ("/review/", "Coordinator Person")
    assert "You look at this proposal." in answer.text
    answer = client.post(url, {"do": "give", "member": cast.member("mission_coordinator").pk}, follow=True)
    assert "Mission Person looks at this proposal and is told in 30 seconds." in answer.text
    for given in ({"do": "give", "member": ""}, {"do": "give", "member": cast.member("member").pk}, {"do": "x"}, {}):
        answer = client.post(url, given)
        assert answer.status_code == 422
    assert "Choose who is to look at it." in client.post(url, {"do": "give"}).text
    assert looks_at(cluster) == "Mission Person"
    client.post(url, {"do": "release"})
    assert looks_at(cluster) == ""


def test_who_has_a_part_reads_why_others_say_it(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED, proposer=cast.member("coordinator_proposer"))
    client = signed_in(cast, "coordinator_proposer")
    assert "others say who looks at it" in client.get(f"/review/{cluster.name}/").text
    assert client.post(f"/review/{cluster.name}/assign/", {"do": "take"}).status_code == 403
    assert looks_at(cluster) == ""


def test_nobody_else_says_it(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    allowed = {"coordinator", "coordinator_proposer", "mission_coordinator"}
    for role in ROLES:
        signed_in(cast, role).post(f"/review/{cluster.name}/assign/", {"do": "take"})
        assert bool(looks_at(cluster)) is (role in allowed), role
        ReviewAssignment.objects.all().delete()
