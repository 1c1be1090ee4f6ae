"""Two at once with an advice panel: who is asked, who answers, and a question that ends meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from clusters.actions import panel as actions
from clusters.actions.panel import ask_people, ask_question, move_place, move_question
from clusters.choices import PanelPlace, PanelState, State
from clusters.models import PanelAnswer, PanelQuestion
from clusters.panel_lifecycle import PLACE, QUESTION
from clusters.rules import panel as rules
from community.choices import ConsentPurpose
from community.models import Event, Member, Message
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.matrix.places_panel import make_panel
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def people(count: int) -> list[Member]:
    return [make.make_member(consents=(ConsentPurpose.DIRECTORY,)) for _number in range(count)]


def asked(cast: Cast) -> tuple[PanelQuestion, PanelAnswer, Any]:
    question = make_panel(cast)
    place = question.answers.get()
    Message.objects.all().delete()
    return question, place, place.asked.user


def answer_and_withdraw(cast: Cast) -> tuple[PanelQuestion, PanelAnswer, list[Any]]:
    """Let a member answer while the lead withdraws the question: an answered one is never withdrawn."""
    question, place, by = asked(cast)
    answer = partial(move_place, panel_place=place, step="panel.answered", by=by, text="Very.", credit="organisation")
    withdraw = partial(move_question, question=question, step="panel_question.withdraw", by=cast.user("lead"))
    with judged_together():
        results = at_once(answer, withdraw)
    question.refresh_from_db()
    place.refresh_from_db()
    return question, place, results


def judged_together() -> Any:
    """Let both judge before either writes: the tables hold their rules by value, so the judge itself is met."""
    return meeting((PLACE, "judge"), (QUESTION, "judge"))  # type: ignore[arg-type]


def test_a_question_is_answered_or_withdrawn_but_never_both(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _number in range(rounds(10)):
        question, place, results = answer_and_withdraw(cast)
        assert len(refusals(results)) == 1, results
        ends = {(PanelState.ANSWERED, PanelPlace.ANSWERED), (PanelState.WITHDRAWN, PanelPlace.WITHDRAWN)}
        assert (question.state, place.status) in ends


def test_without_locks_an_answer_stands_under_a_withdrawn_question(cast: Cast) -> None:
    with without_locks("clusters"):
        _question, _place, results = answer_and_withdraw(cast)
    assert refusals(results) == []


def ask_last_places(cast: Cast) -> tuple[PanelQuestion, list[Any]]:
    """Ask two others at once where one place is left on the panel."""
    cluster = make_cluster(cast, State.RUNNING)
    question = ask_question(by=cast.user("lead"), about=cluster, values={"text": "How wet is a reed bed?"})
    crowd = people(rules.MOST_ASKED + 1)
    ask_people(question=question, members=crowd[: rules.MOST_ASKED - 1], by=cast.user("lead"))
    press = partial(ask_people, question=question, by=cast.user("lead"))
    with meeting(PanelAnswer):
        results = at_once(*(partial(press, members=[one]) for one in crowd[rules.MOST_ASKED - 1 :]))
    return question, results


def test_the_last_place_on_a_panel_goes_to_one_of_two(cast: Cast) -> None:
    question, results = ask_last_places(cast)
    assert len(refusals(results)) == 1, results
    assert question.answers.count() == rules.MOST_ASKED


def test_without_locks_more_are_asked_than_a_panel_holds(cast: Cast) -> None:
    with without_locks("clusters"):
        question, _results = ask_last_places(cast)
    assert question.answers.count() == rules.MOST_ASKED + 1


def ask_the_same_twice(cast: Cast) -> tuple[PanelQuestion, list[Any]]:
    cluster, (person,) = make_cluster(cast, State.RUNNING), people(1)
    question = ask_question(by=cast.user("lead"), about=cluster, values={"text": "How wet is a reed bed?"})
    Message.objects.all().delete()
    press = partial(ask_people, question=question, members=[person])
    with meeting(PanelAnswer):
        return question, at_once(*(partial(press, by=cast.user(who)) for who in ("lead", "lead")))


def test_somebody_whom_two_ask_at_once_is_asked_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _number in range(rounds(10)):
        question, results = ask_the_same_twice(cast)
        assert not [one for one in results if isinstance(one, Exception)], results
        assert question.answers.count() == 1
        place = question.answers.get()
        assert Event.objects.filter(verb="panel.asked", subject_id=place.pk, kind="panel_answer").count() == 1
        assert Message.objects.filter(template="clusters/panel_asked").count() == 1


def test_without_locks_the_database_refuses_the_second(cast: Cast) -> None:
    """The unique place of a person stands behind the lock: then the second fails instead of finding the first."""
    with without_locks("clusters"):
        _question, results = ask_the_same_twice(cast)
    assert [type(one) for one in results if isinstance(one, Exception)] == [IntegrityError]


def test_two_presses_of_one_answer_are_one(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _number in range(rounds(10)):
        question, place, by = asked(cast)
        press = partial(move_place, panel_place=place, step="panel.answered", by=by, text="Very.", credit="none")
        with judged_together():
            at_once(press, press)
        assert Event.objects.filter(verb="panel.answered", subject_id=place.pk).count() == 1
        assert PanelQuestion.objects.get(pk=question.pk).state == PanelState.ANSWERED


def accept_and_reword(cast: Cast) -> tuple[PanelQuestion, list[Any]]:
    """Let a member accept what the lead words anew at the same moment."""
    question, place, by = asked(cast)
    accept = partial(move_place, panel_place=place, step="panel.accepted", by=by)
    words: dict[str, Any] = {"values": {"text": "How wet is a dune?"}, "seen_version": question.version}
    with meeting((rules, "can_reword"), (PLACE, "judge")):  # type: ignore[arg-type]
        results = at_once(accept, partial(actions.reword_question, question=question, by=cast.user("lead"), **words))
    question.refresh_from_db()
    return question, results


def test_who_accepts_while_it_is_worded_anew_accepts_one_of_the_two(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _number in range(rounds(10)):
        question, results = accept_and_reword(cast)
        events = Event.objects.filter(kind="panel_question", subject_id=question.pk, verb="panel_question.reworded")
        accepted = Event.objects.get(verb="panel.accepted", subject_id=question.answers.get().pk)
        if events.exists():
            assert events.get().number < accepted.number, "worded anew after it was accepted"
        else:
            assert len(refusals(results)) == 1
