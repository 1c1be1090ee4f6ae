"""A form sent twice writes one row; one that says more than what is there loses no word under a message of success."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clusters.choices import State
from clusters.models import Meeting, PanelQuestion, Stage
from community.models import Liaison, Need, PeerExchange
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]
Made = tuple[str, str, type[Any], dict[str, Any], dict[str, Any]]


def _liaison(cast: Cast) -> Made:
    url = reverse("community:liaison_create", args=["working_group", cast.group.pk])
    return url, "coordinator", Liaison, {"network": "Forum of harbours"}, {"what_for": "Trains wardens"}


def _need(cast: Cast) -> Made:
    said = {"question": "Who pays for a reed bed?", "urgency": "normal"}
    return reverse("community:need_create"), "member", Need, said, {"description": "We asked three banks."}


def _need_elsewhere(cast: Cast) -> Made:
    url, who, model, said, _more = _need(cast)
    return url, who, model, said, {"challenges": [make.make_term().pk]}


def _exchange(cast: Cast) -> Made:
    said = {"kind": "call", "topic": "Buoys for a harbour"}
    return reverse("community:exchange_offer"), "member", PeerExchange, said, {"timing": "A weekday in November"}


def _exchange_spoken(cast: Cast) -> Made:
    url, who, model, said, _more = _exchange(cast)
    return url, who, model, said, {"languages": ["el"]}


def _question(cast: Cast) -> Made:
    url = reverse("clusters:panel_ask", args=[make_cluster(cast, State.RUNNING).name])
    return (
        url,
        "lead",
        PanelQuestion,
        {"text": "Who has measured it?"},
        {"territories": [make.make_territory(is_programme_region=True).pk]},
    )


def _meeting(cast: Cast) -> Made:
    url = reverse("clusters:room_meeting_create", args=[make_cluster(cast, State.RUNNING).name])
    day = {"starts_on": (NOW + timedelta(days=9)).date().isoformat(), "starts_clock": "10:00", "ends_clock": "11:00"}
    said = {"title": "Kick-off", "kind": "meeting", "zone": "Europe/Athens", **day}
    return url, "lead", Meeting, said, {"agenda": "Reeds\nMoney"}


def _stage(cast: Cast) -> Made:
    url = reverse("clusters:stage_create", args=[make_cluster(cast, State.RUNNING).name])
    said = {"title": "Try-outs at the cape", "kind": "work", "planned_end_on": date(2026, 8, 1).isoformat()}
    return url, "lead", Stage, said, {"note": "Two boats are there."}


@pytest.mark.parametrize(
    "made", [_liaison, _need, _need_elsewhere, _exchange, _exchange_spoken, _question, _meeting, _stage]
)
def test_what_was_typed_besides_stays_in_the_form_with_the_way_to_what_is_there(made: Callable[[Cast], Made]) -> None:
    with time_machine.travel(NOW, tick=False):
        cast = make_cast()
        url, who, model, said, more = made(cast)
        before = model.objects.count()
        client = Client()
        client.force_login(cast.user(who))
        assert [client.post(url, said).status_code for _press in range(2)] == [302, 302]
        assert model.objects.count() == before + 1
        answer = client.post(url, {**said, **more})
    page = answer.content.decode()
    assert (answer.status_code, model.objects.count()) == (422, before + 1)
    assert "Open the one that is there" in page
    assert _kept(answer.context["form"], more)


def _kept(form: Any, more: Mapping[str, Any]) -> bool:
    shown = {name: form[name].value() for name in more}
    return all(
        [str(one) for one in shown[name]] == [str(one) for one in value]
        if isinstance(value, list)
        else shown[name] == value
        for name, value in more.items()
    )
