"""Random amendments against a plain model: any verb by anybody in any order, and both agree."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from clusters.actions.amendment import act, decide_amendment, suggest_amendment
from clusters.choices import State
from clusters.models import Amendment, Cluster
from community.models import Event
from community.permissions import Refusal
from community.verification import verify_history
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.paper.amendments import COORDINATORS, Book

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

PEOPLE = ("member", "participant", "lead", "deputy_lead", *COORDINATORS, "other_coordinator", "admin")
WISHES: tuple[dict[str, str], ...] = (
    {"title": "Wetlands"},
    {"title": "Coasts", "ends_on": "2026-11-30"},
    {"ends_on": "2026-12-31"},
    {"lead": "participant"},
    {"lead": "lead"},
)
VERBS = (
    "suggest",
    "proposed",
    "turned_down",
    "renewed",
    "withdrawn",
    "lead_accepted",
    "lead_declined",
    "accept",
    "in_part",
    "refuse",
)


def typed(cast: Cast, wish: dict[str, str]) -> dict[str, Any]:
    """Return a wish in the values that the action takes."""
    return {
        name: [cast.member(value).pk, cast.organisation.pk] if name == "lead" else value for name, value in wish.items()
    }


def press(cast: Cast, cluster: Cluster, verb: str, who: str, row: Amendment | None, wish: dict[str, str]) -> bool:
    """Press one button; return whether it was done."""
    by = cast.user(who)
    try:
        if verb == "suggest":
            suggest_amendment(cluster=cluster, by=by, wished=typed(cast, wish), reason="Because.")
        elif row is None:
            return False
        elif verb in ("accept", "in_part", "refuse"):
            names = sorted(row.changes)
            if verb == "in_part" and len(names) < 2:
                return False
            ticked = {"accept": names, "in_part": names[:1], "refuse": []}[verb]
            decide_amendment(amendment=row, by=by, accepted=ticked, reason="Because.")
        else:
            more = {"wished": typed(cast, wish)} if verb == "renewed" else {}
            act(amendment=row, verb=f"amendment.{verb}", by=by, reason="Because.", **more)
    except Refusal:
        return False
    return True


def check(cast: Cast, cluster: Cluster, book: Book) -> None:
    """Compare the rows with the paper."""
    now = Cluster.objects.get(pk=cluster.pk)
    assert now.lead is not None
    assert {"title": now.title, "ends_on": str(now.ends_on), "lead": now.lead} == {
        **book.values,
        "lead": cast.member(book.values["lead"]),
    }
    rows = list(cluster.amendments.order_by("number"))
    assert [(row.state, set(row.changes)) for row in rows] == [(one.state, set(one.changes)) for one in book.amendments]
    assert cluster.baselines.count() == book.baselines
    assert cluster.participations.active().filter(role="lead").count() == 1
    settled = Event.objects.filter(verb__in=["amendment.accepted", "amendment.in_part"])
    accepted = [row for row in rows if row.state in ("accepted", "partly_accepted")]
    assert settled.filter(subject_id__in=[row.pk for row in rows]).count() == len(accepted)


def live(cast: Cast, presses: list[tuple[str, str, int, int]]) -> None:
    """Press all buttons in turn, in the database and on paper."""
    cluster = make_cluster(cast, State.RUNNING)
    book = Book({"title": cluster.title, "ends_on": str(cluster.ends_on), "lead": "lead"})
    for verb, who, which, choice in presses:
        wish = WISHES[choice]
        rows = list(cluster.amendments.order_by("number"))
        number = which % len(rows) if rows else 0
        row, paper = (rows[number], book.amendments[number]) if rows else (None, None)
        expected = book.allows(verb, who, paper, wish)
        done = press(cast, cluster, verb, who, row, wish)
        assert done == expected, (verb, who, wish, paper, book.values)
        if done:
            book.do(verb, who, paper, wish)
    check(cast, cluster, book)


def test_any_order_of_presses_ends_where_the_model_ends(thorough: bool) -> None:
    cast, many = make_cast(), 1000 if thorough else 25
    numbers = st.integers(0, 2)
    wishes = st.integers(0, len(WISHES) - 1)
    presses = st.tuples(st.sampled_from(VERBS), st.sampled_from(PEOPLE), numbers, wishes)
    suggests = st.tuples(st.just("suggest"), st.sampled_from(("participant", "lead", "coordinator")), numbers, wishes)

    @seed(20261126)
    @settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(suggests, min_size=1, max_size=3), st.lists(presses, min_size=8, max_size=16))
    def lives(first: list[tuple[str, str, int, int]], then: list[tuple[str, str, int, int]]) -> None:
        with transaction.atomic():
            live(cast, first + then)

    lives()
    assert list(verify_history()) == []
