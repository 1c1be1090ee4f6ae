"""Many addresses asked at once: each gets its own answer, and nobody learns whose address it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.actions.invitation import (
    forget_addresses,
    remind_address,
    send_invitations,
    take_invitation_back,
)
from clusters.actions.invitation_answer import decline_address
from clusters.actions.participation import invite
from clusters.choices import InvitationStatus, ParticipationStatus, State
from clusters.models import Cluster, Invitation, Participation
from clusters.notifications.lifecycle import told
from clusters.rules.addresses import read_addresses
from clusters.rules.invitations import PER_DAY, PER_PRESS, Answer, look
from clusters.tables.invitation import asked_of
from community import lifecycle
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.choices import ConsentPurpose, LinkState, MessageState
from community.links import expire
from community.models import Event, Message, SignedLink
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
FOR = "Knows the tide gauges"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING, ends_on=NOW.date() + timedelta(days=300))


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def send(cast: Cast, cluster: Cluster, text: str, by: str = "lead", **fields: Any) -> dict[str, str]:
    """Ask the addresses of a text; return the answer by what was typed."""
    given = {"purpose": FOR, **fields}
    return {
        line.pasted.typed: str(line.answer)
        for line in send_invitations(cluster=cluster, by=cast.user(by), text=text, **given)
    }


def page_of(cluster: Cluster, *more: object) -> str:
    return "/".join([f"/clusters/{cluster.name}/people", *map(str, more), ""])


def paste(client: Client, cluster: Cluster, text: str, press: str = "send", **fields: str) -> Any:
    """Post the form: to look, or to look and send what was shown."""
    url = page_of(cluster, "invite", "addresses")
    data = {"text": text, "purpose": FOR, "access": "comment", "message": "", **fields}
    shown = client.post(url, {**data, "look": "1"})
    if press == "look":
        return shown
    found = re.search(r'name="seen" value="(\w+)"', shown.content.decode())
    return client.post(url, {**data, "seen": found[1] if found else "", press: "1"})


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


@pytest.mark.parametrize(
    "role", ["participant", "external", "other_external", "member", "other_coordinator", "admin", "superuser"]
)
def test_nobody_else_asks_reminds_or_takes_back(cast: Cast, cluster: Cluster, role: str) -> None:
    send(cast, cluster, "new@port.example")
    row, by = cluster.invitations.get(), cast.user(role)
    for press in (
        lambda: send(cast, cluster, "other@port.example", by=role),
        lambda: remind_address(invitation=row, by=by),
        lambda: take_invitation_back(invitation=row, by=by),
    ):
        with pytest.raises(Refusal, match="Only the lead, the deputy and the coordinators"):
            press()


@pytest.mark.parametrize("role", ["lead", "deputy_lead", "coordinator"])
def test_lead_deputy_and_coordinators_do(cast: Cast, cluster: Cluster, role: str) -> None:
    assert send(cast, cluster, "new@port.example", by=role) == {"new@port.example": "mail"}


def test_a_reminder_goes_after_three_days_with_a_fresh_link(cast: Cast, cluster: Cluster) -> None:
    send(cast, cluster, "new@port.example")
    row = cluster.invitations.get()
    refusals = {0: "A mail was written to this address today already", 2: "less than three days ago", 4: ""}
    for days, words in refusals.items():
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            lead = signed_in(cast, "lead")
            shown = lead.get(page_of(cluster, "invitations")).content.decode()
            path = page_of(cluster, "invitations", row.pk, "remind")
            assert (f'action="{path}"' in shown, words in shown) == (not words, True)
            answer = lead.post(path)
            assert answer.status_code == (409 if words else 302)
            said = [str(one) for one in answer.wsgi_request._messages]
            assert words in said[0] if words else said[0].startswith("Reminded.")
        assert Message.objects.count() == (1 if words else 2)
    with time_machine.travel(NOW + timedelta(days=4)), pytest.raises(Refusal, match="today already"):
        remind_address(invitation=row, by=cast.user("lead"))
    assert Message.objects.count() == 2
    assert sorted(SignedLink.objects.values_list("state", flat=True)) == [LinkState.OPEN, LinkState.REVOKED]


def test_what_waits_for_an_answer_stands_on_the_list_however_much_was_asked_since(
    cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clusters.tables.invitation.MOST", 2)
    for number, status in enumerate(["open", "declined", "declined", "declined"]):
        asked = {"asked_by": cast.user("lead"), "asked_at": NOW - timedelta(days=9 - number)}
        more = {} if status == "open" else {"answered_at": NOW}
        Invitation.objects.create(cluster=cluster, address=f"a{number}@port.example", status=status, **asked, **more)
    part = cluster.participations.filter(member=cast.member("participant"))
    part.update(status=ParticipationStatus.INVITED, asked_at=NOW - timedelta(days=9), asked_by=cast.user("lead"))
    others = [make.make_member() for _each in range(3)]
    for person in others:
        cluster.participations.create(member=person, status="declined", asked_at=NOW, asked_by=cast.user("lead"))
    assert [row.whom for row in asked_of(cluster, NOW)] == ["Participant Person", "a0@port.example"]


def test_an_invitation_is_taken_back_and_its_mail_called_off_or_followed_by_another(
    cast: Cast, cluster: Cluster
) -> None:
    send(cast, cluster, "a@port.example b@port.example")
    first, second = cluster.invitations.order_by("address")
    client = signed_in(cast, "lead")
    assert client.post(page_of(cluster, "invitations", first.pk, "end"), {"reason": ""}).status_code == 302
    assert Message.objects.get(to_address="a@port.example").state == MessageState.CANCELLED
    send_outbox(at=timezone.now())
    client.post(page_of(cluster, "invitations", second.pk, "end"), {"reason": "The place is taken."})
    send_outbox(at=timezone.now())
    assert [(sent.to, "The place is taken." in sent.body) for sent in mail.outbox] == [
        (["b@port.example"], False),
        (["b@port.example"], True),
    ]
    assert set(SignedLink.objects.values_list("state", flat=True)) == {LinkState.REVOKED}
    assert set(cluster.invitations.values_list("status", flat=True)) == {InvitationStatus.TAKEN_BACK}


def test_the_end_of_the_cluster_ends_what_is_open(cast: Cast, cluster: Cluster) -> None:
    send(cast, cluster, "new@port.example")
    transition(cluster, "discontinue", by=cast.user("lead"), reason="No money.", lessons="Ask sooner.")
    row = Invitation.objects.get()
    assert (row.status, SignedLink.objects.get().state) == (InvitationStatus.EXPIRED, LinkState.REVOKED)
    assert Message.objects.get(to_address="new@port.example").state == MessageState.CANCELLED


@pytest.mark.parametrize("verb", ["conclude", "discontinue"])
def test_addresses_whose_mail_had_left_are_counted_before_the_end_and_told(
    cast: Cast, cluster: Cluster, verb: str
) -> None:
    send(cast, cluster, "a@port.example b@port.example")
    send_outbox(at=timezone.now())
    send(cast, cluster, "late@port.example")
    asked = lifecycle.of(cluster).attempt(cluster, verb, by=cast.user("lead"), at=NOW, is_asking=True)
    assert ("people invited by address who have not answered", 2) in told(asked)
    cluster.stages.update(status="done")
    transition(cluster, verb, by=cast.user("lead"), reason="It is time.", lessons="Ask sooner.")
    mail.outbox.clear()
    send_outbox(at=timezone.now())
    sent = {one.to[0]: one for one in mail.outbox if one.to[0].endswith("@port.example")}
    assert sorted(sent) == ["a@port.example", "b@port.example"]
    for one in sent.values():
        assert ("has ended" in one.subject, "took the invitation back" in one.body) == (True, False)


def stays_silent(cast: Cast, cluster: Cluster) -> None:
    send_outbox(at=timezone.now())


def declines(cast: Cast, cluster: Cluster) -> None:
    send_outbox(at=timezone.now())
    decline_address(link=SignedLink.objects.get(), by=None, reason="No time.")


def is_taken_back_before_the_mail_left(cast: Cast, cluster: Cluster) -> None:
    take_invitation_back(invitation=Invitation.objects.get(), by=cast.user("lead"))


def is_taken_back_later(cast: Cast, cluster: Cluster) -> None:
    send_outbox(at=timezone.now())
    take_invitation_back(invitation=Invitation.objects.get(), by=cast.user("lead"))
    send_outbox(at=timezone.now())


def cluster_ends(cast: Cast, cluster: Cluster) -> None:
    send_outbox(at=timezone.now())
    transition(cluster, "discontinue", by=cast.user("lead"), reason="No money.", lessons="Ask sooner.")
    send_outbox(at=timezone.now())


#: How an invitation ends without anybody coming -> after how many days nothing of its address is left.
ENDS = {
    stays_silent: 14 + 60,
    declines: 60,
    is_taken_back_before_the_mail_left: 60,
    is_taken_back_later: 60,
    cluster_ends: 60,
}


@pytest.mark.parametrize("end", ENDS)
def test_an_address_whose_owner_never_came_is_forgotten_in_every_column(
    cast: Cast, cluster: Cluster, end: Callable[[Cast, Cluster], None]
) -> None:
    send(cast, cluster, "silent@port.example")
    end(cast, cluster)
    for days, is_kept in ((ENDS[end] - 1, True), (ENDS[end], False)):
        with time_machine.travel(NOW + timedelta(days=days, minutes=1), tick=False):
            expire(timezone.now())
            forget_addresses(timezone.now())
        row, link = Invitation.objects.get(), SignedLink.objects.get()
        assert (bool(row.address), bool(link.address), bool(link.address_key)) == (is_kept,) * 3
    with connection.cursor() as cursor:
        for table in ("clusters_invitation", "community_signedlink", "community_message", "community_event"):
            cursor.execute(f"SELECT * FROM {table}")
            assert "silent@port.example" not in str(cursor.fetchall()), table


def test_history_names_neither_address_nor_person(cast: Cast, cluster: Cluster) -> None:
    send(cast, cluster, "new@port.example")
    for client in (Client(), signed_in(cast, "lead")):
        page = client.get(f"/clusters/{cluster.name}/history/").content.decode()
        assert "invited people by their address" in page
        assert "new@port.example" not in page


def test_looking_changes_nothing(cast: Cast, cluster: Cluster) -> None:
    lines = look(cluster, "new@port.example", by=cast.user("lead"), at=timezone.now())
    assert [line.answer for line in lines] == [Answer.MAIL]
    assert (Invitation.objects.count(), Message.objects.count()) == (0, 0)
