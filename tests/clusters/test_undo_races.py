"""An undo meets a sender that has the mail in its hands: it refuses, and what was sent stands as sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster
from community import tasks_api
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.choices import MessageState
from community.models import Message
from community.permissions import Refusal
from community.querysets.record import MessageQuerySet
from tests.cast import Cast, make_cast, make_cluster
from tests.community.conftest import Postman, postman
from tests.races import beside

__all__ = ["postman"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks_api, "wake", lambda path, *args: None)


@pytest.fixture
def on_the_wire(postman: type[Postman], monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Run a step by another connection while the first mail is with the mail server; return what came of it."""

    def run(step: Callable[[], Any]) -> list[Any]:
        results: list[Any] = []

        def send(self: Postman, messages: Any) -> int:
            if not results:
                results.append(beside(step).join())
            return len(messages)

        monkeypatch.setattr(postman, "send_messages", send)
        send_outbox(at=timezone.now() + timedelta(seconds=31))
        return results

    return run


def paused() -> tuple[Cast, Cluster, datetime]:
    cast, at = make_cast(), timezone.now()
    cluster = make_cluster(cast, State.RUNNING)
    return cast, transition(cluster, "pause", by=cast.user("lead"), at=at, reason="The harbour is closed."), at


def test_an_undo_while_its_mail_is_on_the_wire_is_refused_and_the_mail_stands_as_sent(
    on_the_wire: Callable[..., list[Any]],
) -> None:
    cast, cluster, at = paused()
    late = at + timedelta(seconds=29)
    (answer,) = on_the_wire(lambda: transition(cluster, "undo", by=cast.user("lead"), at=late))
    assert isinstance(answer, Refusal), answer
    assert "has left already" in answer.reason
    cluster.refresh_from_db()
    assert cluster.state == State.PAUSED
    states = set(Message.objects.filter(event__verb="pause").values_list("state", flat=True))
    assert states == {MessageState.SENT}


def test_control_without_looking_at_the_lease_the_undo_takes_back_what_arrives(
    on_the_wire: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MessageQuerySet, "recallable", MessageQuerySet.loose)
    cast, cluster, at = paused()
    late = at + timedelta(seconds=29)
    (answer,) = on_the_wire(lambda: transition(cluster, "undo", by=cast.user("lead"), at=late))
    assert not isinstance(answer, Refusal)
    cluster.refresh_from_db()
    assert cluster.state == State.RUNNING
    sent = Message.objects.filter(event__verb="pause").in_state(MessageState.SENT)
    assert sent.count() == 1, "it arrived and is noted as sent, whatever became of the row"
