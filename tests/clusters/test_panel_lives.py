"""Questions to advice panels whose cluster ends or goes into another one, and whose people leave: who goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.signals import post_init
from django.test import Client

from clusters.actions.merge import merge
from clusters.actions.panel import ask_people, ask_question, move_place, move_question
from clusters.actions.panel_clock import keep_panels_going
from clusters.choices import Capacity, PanelPlace, PanelState, State
from clusters.models import Cluster, PanelAnswer, PanelQuestion
from clusters.notifications.panel import asking_side, remind
from clusters.panel_desk import panel_items
from clusters.rules import panel as rules
from community.actions.erasure import erase_member
from community.actions.standing import set_standing
from community.actions.transition import transition
from community.choices import MessageState, Standing
from community.models import Event, Member, Message, Organisation, User
from community.permissions import Refusal
from community.rules.standing import ahead_of, ended_by_departure
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.making_panels import DIRECTORY, TEXT, answered, asked, client_of, invited, told
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

P, S = PanelPlace, PanelState
ENDS = {
    "conclude": {"lessons": "Ask earlier.", "has_no_outcome": True, "practitioners_summary": "Water " * 200},
    "discontinue": {"reason": "No money is left.", "lessons": "Ask earlier."},
}


def leave(cast: Cast, *roles: str) -> None:
    """Make the people of some roles former members, as an administrator does."""
    for role in roles:
        set_standing(member=cast.member(role), standing=Standing.FORMER, by=cast.user("admin"))
        cast.accounts[role] = User.objects.get(pk=cast.accounts[role].pk)


def fresh(question: PanelQuestion) -> PanelQuestion:
    return PanelQuestion.objects.select_related("cluster").get(pk=question.pk)


def end(cast: Cast, cluster: Cluster, verb: str) -> None:
    given: dict[str, Any] = ENDS[verb]
    transition(Cluster.objects.get(pk=cluster.pk), verb, by=cast.user("lead"), **given)


@pytest.mark.parametrize("verb", sorted(ENDS))
def test_a_question_ends_with_its_cluster_and_what_was_answered_stays_to_be_closed(
    cast: Cast, cluster: Cluster, expert: Member, board: Organisation, verb: str
) -> None:
    other = make.make_member("Cy Other", organisation=board, consents=DIRECTORY)
    waiting, advised = asked(cast, cluster), asked(cast, cluster, text="And in autumn?")
    suggested = asked(cast, cluster, by="participant", text="And who measured it?")
    invited(cast, waiting, expert)
    invited(cast, advised, expert, other)
    answered(advised.answers.get(asked=expert))
    Message.objects.all().delete()
    end(cast, cluster, verb)
    states = [fresh(row).state for row in (waiting, advised, suggested)]
    assert states == [S.WITHDRAWN, S.ANSWERED, S.WITHDRAWN]
    assert list(PanelAnswer.objects.order_by("pk").values_list("status", flat=True)) == [
        P.WITHDRAWN,
        P.ANSWERED,
        P.WITHDRAWN,
    ]
    mails = [row for row in told() if row[0] in ("taken_back", "closed")]
    assert mails == sorted(
        [
            ("taken_back", expert.user.email),
            ("taken_back", other.user.email),
            ("closed", cast.user("participant").email),
        ]
    )
    assert Event.objects.filter(verb="panel_question.lapsed").count() == 3
    assert not rules.can_invite(cast.user("lead"), fresh(advised))
    with pytest.raises(Refusal, match="over"):
        move_place(
            panel_place=advised.answers.get(asked=expert), step="panel.corrected", by=expert.user, text="A half."
        )
    closed = {"what_came": "We count a third.", "publish": True}
    move_question(question=advised, step="panel_question.close", by=cast.user("lead"), **closed)
    assert fresh(advised).is_published
    assert keep_panels_going(NOW) == 0


def test_what_ended_in_another_way_ends_by_the_clock_and_asks_nobody_before(
    cast: Cast, question: PanelQuestion, expert: Member
) -> None:
    place = invited(cast, question, expert)
    Cluster.objects.filter(pk=question.cluster_id).update(state=State.DECLINED)
    assert list(panel_items(expert.user, TODAY)) == []
    with pytest.raises(Refusal, match="over"):
        move_place(panel_place=place, step="panel.accepted", by=expert.user)
    assert (keep_panels_going(NOW), keep_panels_going(NOW)) == (1, 0)
    assert (fresh(question).state, question.answers.get().status) == (S.WITHDRAWN, P.WITHDRAWN)


def test_a_question_goes_on_with_the_cluster_that_takes_its_own_in(cast: Cast, expert: Member) -> None:
    cluster, into = make_cluster(cast, State.APPROVED), make_cluster(cast, State.RUNNING)
    Cluster.objects.filter(pk=into.pk).update(lead=cast.member("other_lead"), title="Wet meadows")
    question = asked(cast, cluster)
    place = invited(cast, question, expert)
    Message.objects.all().delete()
    merge(cluster=cluster, into=into, by=cast.user("mission_coordinator"), reason="The same question.")
    assert (fresh(question).cluster_id, fresh(question).state) == (into.pk, S.OPEN)
    moved = {to for name, to in told() if name == "moved"}
    assert moved == {expert.user.email, *(user.email for user in asking_side(fresh(question)))}
    assert Event.objects.filter(verb="panel_question.moved", chain=f"cluster:{into.pk}").count() == 1
    answered(PanelAnswer.objects.get(pk=place.pk))
    assert rules.asks(cast.user("other_lead"), fresh(question), TODAY)


def test_coordinators_of_the_group_go_on_where_nobody_who_leads_is_left(
    cast: Cast, cluster: Cluster, question: PanelQuestion, expert: Member
) -> None:
    place = invited(cast, question, expert)
    roles = ("lead", "deputy_lead", "coordinator", "mission_coordinator", "other_coordinator", "participant")

    def ask() -> dict[str, bool]:
        return {role: rules.asks(cast.user(role), fresh(question), TODAY) for role in roles}

    assert [role for role, may in ask().items() if may] == ["lead", "deputy_lead"]
    leave(cast, "lead")
    assert [role for role, may in ask().items() if may] == ["deputy_lead"]
    assert cast.user("coordinator") not in asking_side(fresh(question))
    leave(cast, "deputy_lead")
    assert [role for role, may in ask().items() if may] == ["coordinator", "mission_coordinator"]
    Message.objects.all().delete()
    answered(place)
    coordinating = ("coordinator", "coordinator_proposer", "mission_coordinator")
    assert {to for name, to in told() if name == "answered"} == {cast.user(role).email for role in coordinating}
    assert [[str(item.verb) for item in panel_items(cast.user(role), TODAY)] for role in roles] == [
        [],
        [],
        ["Read the answers"],
        ["Read the answers"],
        [],
        [],
    ]
    assert client_of(cast.user("coordinator")).get(f"/panel/{question.pk}/close/").status_code == 200
    assert client_of(cast.user("lead")).get(f"/panel/{question.pk}/close/").status_code in (403, 404)
    done = client_of(cast.user("coordinator")).post(f"/panel/{question.pk}/close/", {"what_came": "A third."})
    assert (done.status_code, fresh(question).state) == (302, S.CLOSED)


def test_who_suggested_a_question_and_left_may_do_nothing_with_it(cast: Cast, cluster: Cluster) -> None:
    suggested = asked(cast, cluster, by="participant")
    assert Capacity.SUGGESTER in rules.question_capacities(cast.user("participant"), fresh(suggested), TODAY)
    leave(cast, "participant")
    assert rules.question_capacities(cast.user("participant"), fresh(suggested), TODAY) == frozenset()
    with pytest.raises(Refusal):
        move_question(question=suggested, step="panel_question.withdraw", by=cast.user("participant"))
    assert fresh(suggested).state == S.SUGGESTED


def test_a_question_about_a_need_goes_on_with_coordinators_where_both_who_asked_left(
    cast: Cast, expert: Member
) -> None:
    need = make.make_need(raised_by=cast.member("member"))
    question = ask_question(by=cast.user("member"), about=need, values={"text": TEXT})
    (place,) = ask_people(question=question, members=[expert], by=cast.user("member"))
    leave(cast, "member")
    assert asking_side(fresh(question)) == [cast.user("mission_coordinator")]
    answered(place)
    items = panel_items(cast.user("mission_coordinator"), TODAY + timedelta(days=1))
    assert [str(item.verb) for item in items] == ["Read the answers"]


@pytest.mark.parametrize("is_erased", [False, True])
def test_who_is_asked_and_leaves_is_asked_no_more_and_the_asking_side_hears_it(
    cast: Cast, question: PanelQuestion, expert: Member, is_erased: bool
) -> None:
    invited(cast, question, expert)
    Message.objects.all().delete()
    assert f"is asked for advice: {question}" in ahead_of([expert], TODAY)[0].ends
    if is_erased:
        erase_member(member=expert, by=cast.user("admin"))
    else:
        set_standing(member=expert, standing=Standing.FORMER, by=cast.user("admin"))
        assert ended_by_departure(expert) == [f"was asked for advice: {question}"]
    assert question.answers.get().status == P.WITHDRAWN
    assert ("said", cast.user("lead").email) in told()
    assert Event.objects.filter(verb="panel.left").count() == 1
    assert Client().get(f"/panel/{question.pk}/").status_code == 404


@pytest.mark.parametrize("step", ["panel.declined", "panel.answered", "ended"])
def test_a_reminder_that_waits_is_replaced_by_what_the_person_says_and_by_the_end(
    cast: Cast, cluster: Cluster, question: PanelQuestion, expert: Member, step: str
) -> None:
    place = invited(cast, question, expert)
    remind(place, key="reminder:1", late=False)
    if step == "ended":
        end(cast, cluster, "discontinue")
    else:
        move_place(panel_place=place, step=step, by=expert.user, text="A third.", credit="named")
    asking = Message.objects.filter(template__in=["clusters/panel_asked", "clusters/panel_reminder"])
    assert set(asking.values_list("state", flat=True)) == {MessageState.SUPERSEDED}


def test_the_clock_reads_the_places_whose_day_it_is_and_no_others(cast: Cast, cluster: Cluster, expert: Member) -> None:
    row = asked(cast, cluster, wanted_on=TODAY + timedelta(days=30))
    others = [make.make_member(f"Cy {number}", consents=DIRECTORY) for number in range(4)]
    invited(cast, row, expert, *others)
    for person in others[:2]:
        move_place(panel_place=row.answers.get(asked=person), step="panel.accepted", by=person.user)
    PanelAnswer.objects.filter(asked=expert).update(invited_at=NOW - timedelta(days=3))
    read: list[int | None] = []

    def note(instance: PanelAnswer, **_kwargs: Any) -> None:
        read.append(instance.pk)

    post_init.connect(note, sender=PanelAnswer)
    try:
        done = [keep_panels_going(NOW + timedelta(days=days)) for days in (0, 27)]
    finally:
        post_init.disconnect(note, sender=PanelAnswer)
    accepted = PanelAnswer.objects.filter(asked__in=others[:2]).values_list("pk", flat=True)
    assert (done, set(read)) == ([1, 2], {row.answers.get(asked=expert).pk, *accepted})
