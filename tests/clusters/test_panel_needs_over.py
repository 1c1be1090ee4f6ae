"""Questions to advice panels about a need that is answered or closed: they end as those of a cluster do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.actions.needs import settle_all_needs
from clusters.actions.panel import ask_people, ask_question, move_place, move_question
from clusters.actions.panel_clock import keep_panels_going
from clusters.choices import PanelPlace, PanelState, State
from clusters.models import Cluster, PanelAnswer, PanelQuestion
from clusters.panel_desk import panel_items
from clusters.panel_sentences import SENTENCES
from clusters.rules import panel as rules
from community.actions.need import set_need_status
from community.choices import NeedStatus
from community.mails import render
from community.models import Event, Member, Message, Need
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.making_panels import TEXT, answered, told
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.both]


@pytest.fixture
def need(cast: Cast) -> Need:
    return make.make_need(raised_by=cast.member("member"))


@pytest.fixture
def place(cast: Cast, need: Need, expert: Member) -> PanelAnswer:
    """The place of somebody who is asked about the need."""
    question = ask_question(by=cast.user("member"), about=need, values={"text": TEXT})
    return ask_people(question=question, members=[expert], by=cast.user("member"))[0]


def said() -> str:
    return " ".join(str(render(row).body).replace("\n", " ") for row in Message.objects.order_by("pk"))


@pytest.mark.parametrize("status", [NeedStatus.CLOSED, NeedStatus.ANSWERED])
def test_a_question_ends_with_its_need_and_who_waits_is_told(
    cast: Cast, need: Need, place: PanelAnswer, expert: Member, status: NeedStatus
) -> None:
    further = ask_question(by=cast.user("member"), about=need, values={"text": "And in autumn?"})
    (given,) = ask_people(question=further, members=[expert], by=cast.user("member"))
    answered(given)
    Message.objects.all().delete()
    set_need_status(need=need, status=status, by=cast.user("member"))
    place.refresh_from_db()
    assert (place.status, place.question.state) == (PanelPlace.WITHDRAWN, PanelState.WITHDRAWN)
    assert PanelQuestion.objects.get(pk=further.pk).state == PanelState.ANSWERED
    assert expert.user is not None
    assert told() == sorted([("taken_back", expert.user.email), ("over", cast.user("member").email)])
    assert said().count(f"The need “{need.question}” is answered or closed") == 2
    assert "need" in str(SENTENCES[Event.objects.get(verb__startswith="panel_question.settled").verb][0])
    with pytest.raises(Refusal, match="The need is answered or closed"):
        move_place(panel_place=given, step="panel.corrected", by=expert.user, text="A half.")
    further = PanelQuestion.objects.get(pk=further.pk)
    assert "The need" in str(rules.can_invite(cast.user("member"), further).reason)
    came = {"what_came": "We count a third.", "publish": True}
    move_question(question=further, step="panel_question.close", by=cast.user("member"), **came)
    assert PanelQuestion.objects.get(pk=further.pk).is_published
    assert keep_panels_going(NOW) == 0


def test_a_need_that_was_closed_before_ends_its_questions_by_the_clock_and_reminds_nobody(
    need: Need, place: PanelAnswer, expert: Member
) -> None:
    Need.objects.filter(pk=need.pk).update(status=NeedStatus.CLOSED)
    PanelAnswer.objects.filter(pk=place.pk).update(invited_at=NOW - timedelta(days=3))
    Message.objects.all().delete()
    assert expert.user is not None
    assert list(panel_items(expert.user, TODAY)) == []
    assert (keep_panels_going(NOW), keep_panels_going(NOW)) == (1, 0)
    assert "reminder" not in {name for name, _to in told()}
    place.refresh_from_db()
    assert place.status == PanelPlace.WITHDRAWN


def test_a_need_that_its_cluster_answers_ends_its_questions(cast: Cast, need: Need, place: PanelAnswer) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    Cluster.objects.filter(pk=cluster.pk).update(need=need, has_no_outcome=False)
    assert settle_all_needs(timezone.now()) == 1
    place.refresh_from_db()
    assert place.status == PanelPlace.WITHDRAWN
