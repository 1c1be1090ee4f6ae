"""Two at once with uptakes: a link confirms once, one is recorded once, an answer and a step follow each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest

from clusters.choices import State
from clusters.models import Cluster
from community.links import mint
from community.models import Event, Message, SignedLink
from community.permissions import Refusal
from results.actions import answer as answers
from results.actions import uptake as uptakes
from results.actions.answer import answer_adopter
from results.actions.confirmation import ask_adopter
from results.actions.uptake import change_step
from results.models import Uptake, UptakeConfirmation
from results.querysets.confirmation import PURPOSE
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import make_organisation
from tests.races import at_once, meeting, without_locks
from tests.results.making import ADDRESS, make_uptake

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WHO = {"person_name": "Mira Horvat", "function": "Head of water", "document_number": "2026/17"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def asked(cast: Cast, cluster: Cluster) -> tuple[Uptake, SignedLink]:
    """Return an uptake whose organisation is asked, with the link of the mail; each at an address of its own.

    One address is asked so often a day and no more, which many rounds would reach.
    """
    uptake = make_uptake(cast, cluster)
    address = f"{uptake.pk}.{ADDRESS}"
    question = ask_adopter(uptake=uptake, by=cast.user("lead"), address=address)
    link, _token = mint(PURPOSE, subject=question, address=address, by=None)
    return uptake, link


def confirm(link: SignedLink) -> Any:
    return answer_adopter(link=link, by=None, answer="confirmed", seen_statement=1, **WHO)


def told(verb: str) -> tuple[int, int]:
    """Return how many events of a verb there are, and how many mails tell them."""
    return Event.objects.filter(verb=verb).count(), Message.objects.filter(event__verb=verb).count()


def test_a_link_that_is_pressed_twice_at_once_confirms_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for number in range(rounds(20)):
        _uptake, link = asked(cast, make_cluster(cast, State.RUNNING))
        with meeting((answers, "question_of")):
            results = at_once(partial(confirm, link), partial(confirm, link))
        assert [type(one) for one in results].count(Refusal) == 1
        assert told("uptake.confirmed") == (number + 1, 2 * (number + 1))


def times_confirmed(cast: Cast) -> int:
    """Return how often a link confirms that is pressed twice at once and does not know that it was used."""
    _uptake, link = asked(cast, make_cluster(cast, State.RUNNING))
    with patch.object(answers.links, "use", lambda *given, **named: None), meeting((answers, "question_of")):
        at_once(partial(confirm, link), partial(confirm, link))
    return told("uptake.confirmed")[0]


def test_a_link_that_forgets_its_use_confirms_once_by_the_locks_of_cluster_and_uptake(cast: Cast) -> None:
    assert times_confirmed(cast) == 1


def test_without_the_lock_a_link_confirms_twice(cast: Cast) -> None:
    with without_locks("clusters", "results"):
        assert times_confirmed(cast) == 2


def test_the_same_uptake_recorded_by_two_at_once_is_one(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.RUNNING)
        given = {"solution": cast.solution, "organisation": make_organisation(), "state": "aware"}
        press = partial(uptakes.record_uptake, cluster=cluster, **given)
        with meeting((uptakes, "_twin")):
            first, second = at_once(*(partial(press, by=cast.user(role)) for role in ("lead", "deputy_lead")))
        assert (first, cluster.uptakes.count()) == (second, 1)


def test_a_stop_and_an_answer_at_once_follow_each_other(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        uptake, link = asked(cast, make_cluster(cast, State.RUNNING))
        stop = partial(change_step, uptake=uptake, verb="uptake.stopped", by=cast.user("lead"), reason="Over.")
        with meeting((answers, "question_of"), (uptakes, "locked")):
            answered, stopped = at_once(partial(confirm, link), stop)
        assert not isinstance(stopped, Exception)
        row = UptakeConfirmation.objects.get(uptake=uptake)
        events = Event.objects.about(uptake).filter(verb="uptake.confirmed").count()
        assert (row.status, events) in (("confirmed", 1), ("taken_back", 0))
        assert isinstance(answered, Refusal) == (row.status == "taken_back")
