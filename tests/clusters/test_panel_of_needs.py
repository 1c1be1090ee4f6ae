"""Advice on a need: told by the factsheet of each cluster that answers the need, by the rules of its own questions."""

from __future__ import annotations

import pytest

from clusters.actions.panel import ask_people, ask_question, move_place, move_question
from clusters.choices import State
from clusters.kept_snapshot import named_elsewhere
from clusters.models import Cluster, PanelQuestion
from clusters.panel_summary import advice_lines
from clusters.rules.corrections import changed_since_report
from clusters.translatable import texts_of
from community.actions.transition import transition
from community.models import Member, Need
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.making_panels import TEXT, answered
from tests.factories import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.both]

CAME = {"what_came": "We count a third."}


@pytest.fixture
def need(cast: Cast) -> Need:
    return make.make_need(raised_by=cast.member("member"))


@pytest.fixture
def advised(cast: Cast, need: Need, expert: Member) -> PanelQuestion:
    """A question about the need that somebody answered."""
    question = ask_question(by=cast.user("member"), about=need, values={"text": TEXT})
    (place,) = ask_people(question=question, members=[expert], by=cast.user("member"))
    answered(place)
    return question


def close(cast: Cast, question: PanelQuestion, *, publish: bool) -> None:
    move_question(question=question, step="panel_question.close", by=cast.user("member"), publish=publish, **CAME)


@pytest.mark.parametrize("is_further", [False, True])
def test_published_advice_on_a_need_stands_in_the_snapshot_of_each_cluster_that_answers_it(
    cast: Cast, need: Need, advised: PanelQuestion, expert: Member, is_further: bool
) -> None:
    answering, other = make_cluster(cast, State.RUNNING), make_cluster(cast, State.RUNNING)
    if is_further:
        answering.further_needs.add(need)
    else:
        Cluster.objects.filter(pk=answering.pk).update(need=need)
        answering.refresh_from_db()
    before = named_elsewhere(answering.pk)
    close(cast, advised, publish=False)
    assert (advice_lines(answering), named_elsewhere(answering.pk)) == ([], before)
    move_question(question=advised, step="panel_question.publish", by=cast.user("member"))
    organisation = {"name": "Water Board", "country": "IT"}
    told = {
        "question": TEXT,
        "what_came": "We count a third.",
        "on": TODAY.isoformat(),
        "given_by": [{"organisation": organisation, "person": expert.key}],
    }
    assert (advice_lines(answering), advice_lines(other)) == ([told], [])
    assert named_elsewhere(answering.pk) != before
    assert TEXT in [text.text for text in texts_of(answering)]
    named = named_elsewhere(answering.pk)
    move_place(panel_place=advised.answers.get(), step="panel.credited", by=expert.user, credit="organisation")
    assert advice_lines(answering)[0]["given_by"] == [{"organisation": organisation, "person": None}]
    assert named_elsewhere(answering.pk) != named
    move_question(question=advised, step="panel_question.keep", by=cast.user("member"))
    assert advice_lines(answering) == []


def test_advice_on_a_need_that_is_published_after_the_end_waits_for_the_next_factsheet(
    cast: Cast, need: Need, advised: PanelQuestion
) -> None:
    cluster = make_cluster(cast, State.RUNNING, need=need)
    cluster = transition(cluster, "discontinue", by=cast.user("lead"), reason="No money.", lessons="Ask earlier.")
    assert changed_since_report(cluster) is None
    close(cast, advised, publish=True)
    assert changed_since_report(cluster) is not None
    assert changed_since_report(make_cluster(cast, State.CONCLUDED)) is None
