"""Messages to all who take part: looked at with their recipients, sent once, read in the room and by mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from clusters.actions import room_message
from clusters.actions.room_message import recipients_of, seal_of, send_message
from clusters.actions.room_records import MESSAGES
from clusters.choices import ParticipationStatus, State
from clusters.models import Cluster, RoomMessage
from community import mails
from community.choices import MessageState, Rhythm
from community.models import Event, Message, NotificationPreference
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db]
WORDS = {"subject": "The bill", "text": "It goes out on Monday.\nSee https://bills.example."}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


def client_of(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def at(cluster: Cluster, *parts: Any) -> str:
    return "/".join(["", "clusters", cluster.name, "room", *map(str, parts), ""])


def sent(cast: Cast, cluster: Cluster, **values: Any) -> RoomMessage:
    by = cast.user("lead")
    return send_message(cluster=cluster, by=by, **{**WORDS, "seen": seal_of(recipients_of(cluster, by)), **values})


def shown_seal(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{16})"', page)
    assert found is not None
    return found[1]


def told() -> list[str]:
    rows = Message.objects.filter(template="clusters/room_message")
    return sorted(row.to.member.name for row in rows.select_related("to__member"))  # type: ignore[union-attr]


def test_it_is_looked_at_with_its_recipients_and_then_sent_once(cast: Cast, cluster: Cluster) -> None:
    client = client_of(cast, "lead")
    looked = client.post(at(cluster, "message"), WORDS)
    page = looked.content.decode()
    assert looked.status_code == 200
    for words in ("It goes to 3 persons", "External Person", "Participant Person", "Deputy_Lead Person (Deputy lead)"):
        assert words in page
    assert "Lead Person (Lead)" not in page
    assert Message.objects.count() == RoomMessage.objects.count() == 0, "nothing is sent by looking"
    seen = {**WORDS, "seen": shown_seal(page)}
    assert [client.post(at(cluster, "message"), seen).status_code for _press in range(2)] == [302, 302]
    assert told() == ["Deputy_Lead Person", "External Person", "Participant Person"]
    assert (RoomMessage.objects.get().told, Event.objects.filter(verb="room.message_sent").count()) == (3, 1)
    room = client_of(cast, "participant").get(at(cluster)).content.decode()
    assert "The bill" in room
    assert '<a href="https://bills.example" rel="nofollow">' in room


def test_who_came_or_left_since_one_looked_is_shown_before_it_is_sent(cast: Cast, cluster: Cluster) -> None:
    client = client_of(cast, "lead")
    seal = shown_seal(client.post(at(cluster, "message"), WORDS).content.decode())
    cluster.participations.filter(member=cast.member("external")).update(status=ParticipationStatus.LEFT)
    answer = client.post(at(cluster, "message"), {**WORDS, "seen": seal})
    page = answer.content.decode()
    assert (answer.status_code, Message.objects.count()) == (409, 0)
    assert "Others take part than when you looked." in page
    assert "It goes to 2 persons" in page
    assert client.post(at(cluster, "message"), {**WORDS, "seen": shown_seal(page)}).status_code == 302
    assert told() == ["Deputy_Lead Person", "Participant Person"]


def test_the_words_can_be_changed_after_a_look(cast: Cast, cluster: Cluster) -> None:
    answer = client_of(cast, "lead").post(at(cluster, "message"), {**WORDS, "seen": "x", "change": "1"})
    page = answer.content.decode()
    assert (answer.status_code, 'value="The bill"' in page, "It goes out on Monday." in page) == (200, True, True)
    empty = client_of(cast, "lead").post(at(cluster, "message"), {"subject": "", "text": " "})
    assert empty.status_code == 422
    assert "Give the message a subject." in empty.content.decode()


def test_each_mail_names_the_subject_and_comes_as_often_as_one_chose(cast: Cast, cluster: Cluster) -> None:
    NotificationPreference.objects.create(user=cast.user("external"), topic="clusters.taking_part", rhythm=Rhythm.NEVER)
    sent(cast, cluster)
    states = dict(Message.objects.values_list("to__member__name", "state"))
    assert states["External Person"] == MessageState.KEPT
    row = Message.objects.get(to=cast.user("participant"))
    mail = mails.render(row)
    assert mail.subject == f"The bill (“{cluster.title}”)"
    html: Any = mail.alternatives[0][0]
    assert ">It goes out on Monday.<br>See https://bills.example.</div>" in html, "a letter, not a quotation"
    assert "\n\nIt goes out on Monday.\nSee https://bills.example.\n\n" in mail.body
    assert "Lead Person (lead) writes to all who take part" in mail.body
    assert "It goes out on Monday." in mail.body
    cluster.participations.filter(member=cast.member("participant")).update(status=ParticipationStatus.LEFT)
    assert "Monday" not in mails.render(row).body


def test_others_write_to_nobody_and_there_is_an_end_to_it(
    cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refusal, match="Only the lead, the deputy and the coordinators"):
        send_message(cluster=cluster, by=cast.user("participant"), **WORDS, seen="")
    assert room_message.MOST_A_DAY == 5
    monkeypatch.setattr(room_message, "MOST_A_DAY", 1)
    sent(cast, cluster)
    with pytest.raises(Refusal, match="1 messages went to all within a day"):
        sent(cast, cluster, subject="Another")
    Cluster.objects.filter(pk=cluster.pk).update(state=State.CONCLUDED, ended_on=TODAY)
    assert client_of(cast, "lead").get(at(cluster, "message")).status_code == 403
    page = client_of(cast, "lead").get(at(cluster)).content.decode()
    assert "The bill" in page
    assert "Write to all who take part" not in page


def test_nobody_is_written_to_where_nobody_takes_part(cast: Cast, cluster: Cluster) -> None:
    cluster.participations.exclude(role="lead").delete()
    with pytest.raises(Refusal, match="Nobody takes part besides you"):
        sent(cast, cluster)


def test_who_is_erased_leaves_no_words_in_it(cast: Cast, cluster: Cluster) -> None:
    sent(cast, cluster)
    assert [MESSAGES.export(row)["subject"] for row in MESSAGES.rows(cast.member("lead"))] == ["The bill"]
    assert MESSAGES.erase is not None
    assert MESSAGES.erase(cast.member("lead")) == 1
    assert "Monday" not in client_of(cast, "participant").get(at(cluster)).content.decode()


@pytest.mark.both
def test_the_database_holds_messages_to_words_and_somebody(cast: Cast, cluster: Cluster) -> None:
    row = sent(cast, cluster)
    for wrong in ({"text": ""}, {"told": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoomMessage.objects.filter(pk=row.pk).update(**wrong)
