"""Addresses that were asked and have not answered: reminded, taken back, ended, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from clusters.actions.invitation import (
    forget_addresses,
    remind_address,
    take_invitation_back,
)
from clusters.actions.invitation_answer import decline_address
from clusters.choices import InvitationStatus, ParticipationStatus
from clusters.models import Cluster, Invitation
from clusters.notifications.lifecycle import told
from clusters.rules.invitations import Answer, look
from clusters.tables.invitation import asked_of
from community import lifecycle
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.choices import LinkState, MessageState
from community.links import expire
from community.models import Message, SignedLink
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast
from tests.clusters.pasting import page_of, send, signed_in
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.wide]


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
