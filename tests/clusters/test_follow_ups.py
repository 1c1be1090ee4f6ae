"""Follow-ups: asked once on their day, answered once with or without an account, corrected until a stated day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from clusters.actions.follow_up import answer_follow_up, ask_due_follow_ups
from clusters.choices import State
from clusters.desk import items
from clusters.models import Cluster, FollowUp
from clusters.sentences import history
from clusters.tables.follow_up import follow_ups_of
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.choices import LinkState
from community.models import Event, Message, SignedLink, User
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY
from tests.matrix.places import make_follow_up

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

ANSWER = {"answer": "adapted", "note": "The harbour uses half of it.", "evidence_url": "https://harbour.example/plan"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def row(cast: Cast) -> FollowUp:
    """A follow-up whose day is today, not asked yet."""
    return make_follow_up(cast, make_cluster(cast, State.CONCLUDED), asked_at=None)


def fresh(row: FollowUp) -> FollowUp:
    return FollowUp.objects.select_related("cluster", "asked").get(pk=row.pk)


def link_of_newest_mail() -> str:
    """Send what waits; return the address in the newest mail."""
    send_outbox(at=NOW)
    found = re.search(r"https?://[^/]+(/follow-up/[^/\s]+/)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def told(row: FollowUp, *, user: Any = None) -> list[str]:
    """Return the history of a follow-up in sentences, oldest first."""
    events = Event.objects.about(row).select_related("detail", "by__member").order_by("number")
    return [entry.sentence for entry in history(events, fresh(row).cluster, user=user)]


def test_it_is_asked_once_on_its_day_of_the_lead_with_a_link(cast: Cast, row: FollowUp) -> None:
    make_follow_up(cast, row.cluster, why="twelve_months", asked_at=None, due_on=TODAY + timedelta(days=1))
    make_follow_up(cast, make_cluster(cast, State.CONCLUDED), asked_at=None, due_on=TODAY - timedelta(days=60))
    make_follow_up(cast, make_cluster(cast, State.RUNNING), asked_at=None)
    assert [ask_due_follow_ups(NOW), ask_due_follow_ups(NOW)] == [1, 0]
    assert (fresh(row).asked, fresh(row).asked_at) == (cast.member("lead"), NOW)
    address = link_of_newest_mail()
    assert [message.to for message in mail.outbox] == [[cast.user("lead").email]]
    assert "The annex is written" in mail.outbox[0].body
    link = SignedLink.objects.get()
    assert (link.purpose, link.expires_at) == ("follow_up", NOW + timedelta(days=60))
    assert link.token_hash not in address
    assert told(row) == ["The registry asked what became of it: “Six months after the end”."]


@pytest.mark.parametrize(("gone", "asked"), [(["lead"], "deputy_lead"), (["lead", "deputy_lead"], "coordinator")])
def test_when_the_lead_is_gone_a_deputy_is_asked_else_a_coordinator(
    cast: Cast, row: FollowUp, gone: list[str], asked: str
) -> None:
    User.objects.filter(pk__in=[cast.user(role).pk for role in gone]).update(is_active=False)
    assert ask_due_follow_ups(NOW) == 1
    assert fresh(row).asked == cast.member(asked)
    assert Message.objects.get().to == cast.user(asked)


def test_it_is_answered_from_the_mail_without_an_account_and_recorded_as_such(cast: Cast, row: FollowUp) -> None:
    ask_due_follow_ups(NOW)
    address, client = link_of_newest_mail(), Client()
    before = list(SignedLink.objects.values()), Event.objects.count()
    for _scanner in range(3):
        page = client.get(address)
    assert before == (list(SignedLink.objects.values()), Event.objects.count())
    assert (page.status_code, page["referrer-policy"]) == (200, "strict-origin")
    assert "no-store" in page["cache-control"]
    assert all(words in page.text for words in ("The annex is written", "Flood storage method", row.cluster.title))
    unfinished = client.post(address, {**ANSWER, "note": "", "seen_version": 1})
    assert unfinished.status_code == 422
    assert "https://harbour.example/plan" in unfinished.text
    assert client.post(address, {**ANSWER, "seen_version": 1})["location"] == address
    given = fresh(row)
    assert (given.answer, given.note, given.evidence_url) == tuple(ANSWER.values())
    assert (given.is_by_link, given.answered_by, given.answered_at) == (True, None, NOW)
    assert SignedLink.objects.get().state == LinkState.USED
    assert 'It may be corrected until <time datetime="2026-05-26"' in client.get(address).text
    sent_to = "answered the follow-up “Six months after the end”: in use, adapted."
    assert told(row)[1] == f"Somebody with the link sent to the lead {sent_to}"
    assert told(row, user=cast.user("coordinator"))[1] == (
        f"Somebody with the link sent to Lead Person (lead) {sent_to}"
    )
    text = Client().get(reverse("clusters:outcomes", args=[given.cluster.name])).text
    assert "through the link sent to who was asked" in text
    assert "Lead Person" not in text


def test_an_answer_is_corrected_by_either_way_until_the_stated_day_then_stays(cast: Cast, row: FollowUp) -> None:
    ask_due_follow_ups(NOW)
    address, client = link_of_newest_mail(), Client()
    client.post(address, {**ANSWER, "seen_version": 1})
    changed = {**ANSWER, "note": "It uses all of it.", "seen_version": 2}
    assert client.post(address, changed).status_code == 302
    assert client.post(address, changed).status_code == 302
    stale = client.post(address, {**ANSWER, "note": "A third of it.", "seen_version": 2})
    assert stale.status_code == 409
    assert "A third of it." in stale.text
    answer_follow_up(follow_up=row, by=cast.user("coordinator"), answer="unknown", seen_version=3)
    assert (fresh(row).answered_by, fresh(row).is_by_link) == (cast.user("coordinator"), False)
    assert [event.verb for event in Event.objects.about(row).order_by("number")] == [
        "follow_up.asked",
        "follow_up.adapted",
        "follow_up.corrected",
        "follow_up.corrected",
    ]
    with time_machine.travel(NOW + timedelta(days=15), tick=False):
        assert client.post(address, {**ANSWER, "seen_version": 4}).status_code == 410
        with pytest.raises(Refusal, match="could be corrected until 26 May 2026"):
            answer_follow_up(follow_up=row, by=cast.user("lead"), answer="confirmed", seen_version=4)
    assert fresh(row).answer == "unknown"


def test_who_answers_with_an_account_ends_the_link_of_the_mail(cast: Cast, row: FollowUp) -> None:
    ask_due_follow_ups(NOW)
    assert [item.title for item in items(cast.user("lead"), TODAY)] == [str(row.cluster)]
    address = link_of_newest_mail()
    client = Client()
    client.force_login(cast.user("lead"))
    page = reverse("clusters:follow_up", args=[row.cluster.name, row.pk])
    assert client.post(page, {"answer": "confirmed", "seen_version": 1}).status_code == 302
    assert list(items(cast.user("lead"), TODAY)) == []
    assert told(row)[1] == "The lead answered the follow-up “Six months after the end”: still in use."
    ended = Client().get(address)
    assert (ended.status_code, "answered meanwhile" in ended.text) == (410, True)


def test_a_link_that_ran_out_is_renewed_by_its_holder_once_a_day_and_answers_late(cast: Cast, row: FollowUp) -> None:
    ask_due_follow_ups(NOW)
    old, client = link_of_newest_mail(), Client()
    with time_machine.travel(NOW + timedelta(days=61), tick=False):
        assert "Send a new link" in client.get(old).text
        for _press in range(2):
            assert client.post(old, {"anew": "1"}).status_code == 200
        send_outbox(at=NOW + timedelta(days=61))
        assert len(mail.outbox) == 2
        new = link_of_newest_mail()
        assert client.post(new, {**ANSWER, "seen_version": 1}).status_code == 302
        shown = follow_ups_of(fresh(row).cluster, cast.user("member"), on=TODAY + timedelta(days=61))
        assert [(one.standing, one.is_late) for one in shown] == [("Adapted", True)]


def test_a_link_dies_with_the_account_it_was_sent_to(cast: Cast, row: FollowUp) -> None:
    ask_due_follow_ups(NOW)
    address = link_of_newest_mail()
    User.objects.filter(pk=cast.user("lead").pk).update(is_active=False)
    assert Client().post(address, {**ANSWER, "seen_version": 1}).status_code == 410
    assert fresh(row).answered_at is None


def test_reopening_cancels_what_is_open_with_its_link_and_keeps_what_was_answered(cast: Cast, row: FollowUp) -> None:
    later = make_follow_up(cast, row.cluster, why="twelve_months", asked_at=None)
    answer_follow_up(follow_up=row, by=cast.user("lead"), answer="confirmed", seen_version=1)
    ask_due_follow_ups(NOW)
    transition(Cluster.objects.get(pk=row.cluster_id), "reopen", by=cast.user("coordinator"), reason="More to do.")
    assert (fresh(row).cancelled_at, fresh(later).cancelled_at) == (None, NOW)
    assert (SignedLink.objects.get().state, Message.objects.get(template="clusters/follow_up").state) == (
        LinkState.REVOKED,
        "cancelled",
    )
    assert [one.row for one in follow_ups_of(fresh(row).cluster, cast.user("lead"), on=TODAY)] == [row]
    with pytest.raises(Refusal, match="taken up again"):
        answer_follow_up(follow_up=later, by=cast.user("lead"), answer="confirmed", seen_version=1)


@pytest.mark.parametrize(
    ("days", "asked", "standing"),
    [
        (1, False, "not asked yet"),
        (0, True, "no answer yet"),
        (-60, True, "no answer yet"),
        (-61, True, "nobody answered"),
    ],
)
def test_the_page_says_how_an_open_one_stands(cast: Cast, row: FollowUp, days: int, asked: bool, standing: str) -> None:
    due = TODAY + timedelta(days=days)
    FollowUp.objects.update(due_on=due, asked_at=NOW if asked else None)
    shown = follow_ups_of(fresh(row).cluster, cast.user("lead"), on=TODAY)
    assert [(one.standing, one.may_answer) for one in shown] == [(standing, asked)]
