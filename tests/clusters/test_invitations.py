"""Many addresses asked at once: each gets its own answer, and nobody learns whose address it is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.actions.participation import invite
from clusters.choices import ParticipationStatus, State
from clusters.models import Cluster, Invitation, Participation
from clusters.rules.addresses import read_addresses
from clusters.rules.invitations import PER_DAY, PER_PRESS
from community.choices import ConsentPurpose
from community.models import Event, Message, SignedLink
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.pasting import FOR, page_of, paste, send, signed_in
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.wide]


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING, ends_on=NOW.date() + timedelta(days=300))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@b.example, c@d.example;e@f.example\ng@h.example i@j.example", list("acegi")),
        ("Anna Perić <a@b.example>, c@d.example", list("ac")),
        ('"Perić, Anna" <a@b.example>; Perić, Ana <c@d.example>', list("ac")),
        ("c@d.example Anna <a@b.example>", list("ca")),
        ("<a@b.example>\r\n<c@d.example>", list("ac")),
        ("mailto:a@b.example, (c@d.example), e@f.example.", list("ace")),
        ("A@B.EXAMPLE", list("a")),
        ("", []),
        (" ,;\n, ", []),
    ],
)
def test_addresses_are_read_as_people_paste_them(text: str, expected: list[str]) -> None:
    found = read_addresses(text)
    assert [one.wrong for one in found] == [""] * len(expected)
    assert [one.address[0] for one in found] == expected


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("anna.port.example", "There is no @"),
        ("a@b@c.example", "more than one @"),
        ("@port.example", "Nothing stands before"),
        ("anna@", "Nothing stands after"),
        ("anna@port", "an ending"),
        ("an..na@port.example", "A dot stands"),
        ("an\\na@port.example", "a sign that"),
        ("a" * 260 + "@port.example", "longer than"),
        ("Anna <nobody>", "There is no @"),
        ("Anna <>", "There is no @"),
    ],
)
def test_what_is_no_address_is_told_with_what_is_wrong(word: str, words: str) -> None:
    [one] = read_addresses(word)
    assert (words in one.wrong, one.key) == (True, "")


def test_each_address_gets_its_own_answer(cast: Cast, cluster: Cluster) -> None:
    open_ones = {"consents": (ConsentPurpose.DIRECTORY,), "organisation": cast.organisation}
    people = {
        name: make.make_member(f"{name.title()} Known", account={"email": f"{name}@cop.example"}, **open_ones)
        for name in ("free", "inside", "asking", "waiting", "invited")
    }
    statuses = {"inside": "active", "asking": "requested", "waiting": "waiting", "invited": "invited"}
    for name, status in statuses.items():
        Participation.objects.create(
            cluster=cluster, member=people[name], organisation=cast.organisation, status=status, asked_at=NOW
        )
    send(cast, cluster, "earlier@port.example")
    text = "free@cop.example inside@cop.example asking@cop.example waiting@cop.example invited@cop.example "
    text += "new@port.example NEW@Port.example Earlier@port.example not-an-address "
    text += cast.user("lead").email
    assert send(cast, cluster, text) == {
        "free@cop.example": "member",
        "inside@cop.example": "here",
        "asking@cop.example": "asked",
        "waiting@cop.example": "waiting",
        "invited@cop.example": "lately",
        "new@port.example": "mail",
        "NEW@Port.example": "twice",
        "Earlier@port.example": "lately",
        "not-an-address": "wrong",
        cast.user("lead").email: "own",
    }
    assert set(cluster.invitations.values_list("address", flat=True)) == {"earlier@port.example", "new@port.example"}
    asked = cluster.participations.get(member=people["free"])
    assert (asked.status, asked.purpose) == (ParticipationStatus.INVITED, FOR)
    assert Event.objects.filter(verb="invitation.sent").count() == 2


HIDDEN = ("member", "in the cluster", "deactivated", "external", "asking")


@pytest.mark.parametrize("who", HIDDEN)
def test_a_member_whom_the_asker_does_not_see_is_answered_as_a_stranger_is(
    cast: Cast, cluster: Cluster, who: str
) -> None:
    """Word for word, and by the same number of queries, to look, to send and in the list afterwards."""
    account: dict[str, Any] = {"email": "known1@port.example", "is_active": who != "deactivated"}
    standing = "external" if who == "external" else "member"
    person = make.make_member("Silent Person", account=account, standing=standing, organisation=cast.organisation)
    if who in ("in the cluster", "asking"):
        status = "active" if who == "in the cluster" else "requested"
        Participation.objects.create(
            cluster=cluster, member=person, organisation=cast.organisation, status=status, asked_at=NOW
        )
    client = signed_in(cast, "lead")
    found = []
    paste(client, cluster, "first@port.example")
    for address in ("known1@port.example", "absent@port.example"):
        seen = []
        for press in ("look", "send"):
            with CaptureQueriesContext(connection) as queries:
                page = paste(client, cluster, address, press).content.decode()
            text = re.sub(r'"[\w-]{40,}"', "", page).replace(address, "ADDRESS")
            seen.append((text, len(queries)))
        found.append(seen)
    assert found[0] == found[1]
    page = client.get(page_of(cluster, "invitations")).content.decode()
    lines = re.findall(r"<tr><th[^>]*>(?:known1|absent)@port\.example.*?</tr>", page, re.DOTALL)
    plain = {re.sub(r"\d+[/-](remind|end)|value=\"\w+\"", "", re.sub("known1|absent", "X", line)) for line in lines}
    assert (len(lines), len(plain)) == (2, 1)
    assert sorted(m.to_address for m in Message.objects.filter(template="clusters/invited_by_address")) == [
        "absent@port.example",
        "first@port.example",
        "known1@port.example",
    ]


def test_who_sees_a_member_in_the_directory_is_told_whose_address_it_is(cast: Cast, cluster: Cluster) -> None:
    make.make_member(
        "Lucía Ferrer",
        account={"email": "lucia@cop.example"},
        consents=(ConsentPurpose.DIRECTORY,),
        organisation=cast.organisation,
    )
    page = paste(signed_in(cast, "lead"), cluster, "Lucia@COP.example", "look").content.decode()
    assert "Lucía Ferrer, a member of the community, is asked by mail." in page


def test_nothing_is_sent_before_it_was_looked_at_nor_when_it_was_changed_since(cast: Cast, cluster: Cluster) -> None:
    client, url = signed_in(cast, "lead"), page_of(cluster, "invite", "addresses")
    data = {"text": "new@port.example", "purpose": FOR, "access": "view", "message": "Come."}
    shown = client.post(url, {**data, "send": "1"}).content.decode()
    assert "Nothing is sent yet" in shown
    for words in (FOR, "Come.", "Read along in the room", "Lead Person"):
        assert words in shown
    assert (Message.objects.count(), Invitation.objects.count()) == (0, 0)
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen is not None
    changed = {**data, "text": "other@port.example", "seen": seen[1], "send": "1"}
    assert "Nothing is sent yet" in client.post(url, changed).content.decode()
    assert Invitation.objects.count() == 0
    answer = client.post(url, {**data, "seen": seen[1], "send": "1"}).content.decode()
    assert "1 invitation is on its way" in answer
    row = Invitation.objects.get()
    assert (row.access, row.purpose, row.message) == ("view", FOR, "Come.")


def test_what_was_typed_stays_on_an_error(cast: Cast, cluster: Cluster) -> None:
    client = signed_in(cast, "lead")
    answer = paste(client, cluster, "new@port.example", "look", purpose="", message="Come to the gulf.")
    assert answer.status_code == 422
    for words in ("new@port.example", "Come to the gulf.", "Say what the people are invited for."):
        assert words in answer.content.decode()


def test_so_many_at_once_and_a_day_and_then_nothing_is_sent(cast: Cast, cluster: Cluster) -> None:
    client = signed_in(cast, "lead")
    many = " ".join(f"p{number}@port.example" for number in range(PER_PRESS + 1))
    answer = paste(client, cluster, many, "look")
    assert (answer.status_code, "At most 30 addresses are asked at once" in answer.content.decode()) == (422, True)
    assert "p7@port.example" in answer.content.decode()
    with pytest.raises(Refusal, match="these are 31"):
        send(cast, cluster, many)
    for start in range(0, PER_DAY, PER_PRESS):
        send(cast, cluster, " ".join(f"q{start + number}@port.example" for number in range(PER_PRESS)))
    assert (Invitation.objects.count(), Message.objects.count()) == (PER_DAY, PER_DAY)
    with pytest.raises(Refusal, match="You may ask 60 people a day"):
        send(cast, cluster, "one-more@port.example")
    with pytest.raises(Refusal, match="You may ask 60 people a day"):
        send(cast, make_cluster(cast, State.RUNNING), "one-more@port.example")
    with time_machine.travel(NOW + timedelta(days=1)):
        assert send(cast, cluster, "one-more@port.example") == {"one-more@port.example": "mail"}


def test_members_and_addresses_count_alike_and_whom_an_approval_asks_does_not(
    cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clusters.rules.invitations.PER_DAY", 2)
    lead = cast.user("lead")
    seen = {"consents": (ConsentPurpose.DIRECTORY,), "organisation": cast.organisation}
    first, second, third = (make.make_member(**seen) for _each in range(3))
    for number in range(3):
        named = make.make_member(organisation=cast.organisation)
        cluster.participations.create(
            member=named, organisation=cast.organisation, status="invited", asked_by=lead, asked_at=NOW
        )
        assert number + 1 == cluster.participations.filter(asked_by=lead).count()
    invite(cluster=cluster, by=lead, member=first)
    invite(cluster=cluster, by=lead, member=first)
    send(cast, cluster, "new@port.example")
    for member in (second, third):
        with pytest.raises(Refusal, match="You may ask 2 people a day and have asked 2"):
            invite(cluster=cluster, by=lead, member=member)
    with pytest.raises(Refusal, match="You may ask 2 people a day"):
        send(cast, cluster, "more@port.example")
    with time_machine.travel(NOW + timedelta(days=1)):
        assert invite(cluster=cluster, by=lead, member=second).status == ParticipationStatus.INVITED


def test_one_address_is_asked_by_so_many_clusters_a_day(cast: Cast) -> None:
    answers = [send(cast, make_cluster(cast, State.RUNNING), "new@port.example") for _cluster in range(4)]
    assert [answer["new@port.example"] for answer in answers] == ["mail", "mail", "mail", "enough"]


def test_a_second_press_sends_nothing(cast: Cast, cluster: Cluster) -> None:
    client = signed_in(cast, "lead")
    url, data = page_of(cluster, "invite", "addresses"), {"text": "n@port.example", "purpose": FOR, "access": "view"}
    seen = re.search(r'name="seen" value="(\w+)"', client.post(url, {**data, "look": "1"}).content.decode())
    assert seen is not None
    pages = [client.post(url, {**data, "seen": seen[1], "send": "1"}).content.decode() for _press in range(2)]
    assert ["1 invitation is on its way" in page for page in pages] == [True, False]
    assert "waits for an answer" in pages[1]
    assert (Invitation.objects.count(), Message.objects.count()) == (1, 1)


def test_all_of_a_press_or_nothing_of_it(cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    from clusters.actions import invitation

    told, calls = invitation.ask, []

    def fail_at_third(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("the third mail")
        return told(*args, **kwargs)

    monkeypatch.setattr(invitation, "ask", fail_at_third)
    with pytest.raises(RuntimeError):
        send(cast, cluster, "a@port.example b@port.example c@port.example d@port.example")
    assert (Invitation.objects.count(), Message.objects.count(), SignedLink.objects.count()) == (0, 0, 0)
    assert not Event.objects.filter(verb="invitation.sent").exists()


def test_the_preview_takes_as_many_queries_for_thirty_addresses_as_for_one(cast: Cast, cluster: Cluster) -> None:
    client, counts = signed_in(cast, "lead"), []
    for number in (1, PER_PRESS, 1):
        for index in range(number):
            make.make_member(account={"email": f"m{index}-{len(counts)}@port.example"}, organisation=cast.organisation)
        text = " ".join(f"m{index}-{len(counts)}@port.example" for index in range(number))
        with CaptureQueriesContext(connection) as queries:
            assert paste(client, cluster, text, "look").status_code == 200
        counts.append(len(queries))
    assert counts[1] <= min(counts[0], 20)
    sent = []
    for number in (1, PER_PRESS):
        with CaptureQueriesContext(connection) as queries:
            send(cast, cluster, " ".join(f"s{number}-{index}@port.example" for index in range(number)))
        sent.append(len(queries))
    assert sent[1] - sent[0] <= 10 * (PER_PRESS - 1)
    list_one = _queries(client, cluster)
    Invitation.objects.all().delete()
    send(cast, cluster, "alone@port.example")
    assert list_one <= _queries(client, cluster) <= 12


def _queries(client: Client, cluster: Cluster) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page_of(cluster, "invitations")).status_code == 200
    return len(queries)
