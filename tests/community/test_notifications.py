"""How often mails come: each thing at once, in the mail of a day or a week, or in the list alone."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster
from community import contributions, mails, notifications
from community.actions.notification import choose_rhythms, mark_read
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.dates import next_local
from community.models import Message
from community.notifications import topic_of
from tests.cast import Cast, make_cast, make_cluster
from tests.community.conftest import Postman
from tests.test_words import AUDIENCES, TEMPLATES

pytestmark = [pytest.mark.django_db, pytest.mark.both]

#: A Tuesday; the mail of the day left at seven, two hours before, in Athens.
NOW = datetime(2026, 5, 12, 6, 0, tzinfo=UTC)
TOPIC = "clusters.taking_part"
WEDNESDAY, MONDAY = datetime(2026, 5, 13, 4, 0, tzinfo=UTC), datetime(2026, 5, 18, 4, 0, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def tell(cast: Cast, cluster: Cluster, code: str = "start", role: str = "participant", **more: Any) -> Message:
    """Queue a mail about a cluster for one role."""
    message = notifications.queue(
        f"clusters/{code}",
        to=cast.user(role),
        subject=cluster,
        **{"audience": "participants", "title": cluster.title, "name": cluster.name, **more},
    )
    assert message is not None
    return message


def states(*messages: Message) -> list[str]:
    found = dict(Message.objects.filter(pk__in=[m.pk for m in messages]).values_list("pk", "state"))
    return [found[m.pk] for m in messages]


def test_every_mail_has_a_topic_and_what_binds_is_sent_at_once() -> None:
    for template in TEMPLATES:
        for audience in AUDIENCES if template.startswith("clusters/") else ("",):
            assert topic_of(template, audience) is not None or template == "community/digest", template
    bound = {code for code in contributions.mail_topics.codes() if contributions.mail_topics.get(code).why_at_once}
    assert bound == {
        "community.account",
        "community.enquiries",
        "community.questions",
        "community.exchanges",
        "clusters.binding",
        "clusters.panel_asked",
        "results.asked",
    }
    for template in ("clusters/invited", "community/invite", "account/login_code", "account/notice"):
        assert topic_of(template)[0] in bound  # type: ignore[index]
    assert topic_of("clusters/approve", "proposer")[0] == "clusters.binding"  # type: ignore[index]
    assert topic_of("clusters/approve", "followers")[0] == "clusters.following"  # type: ignore[index]


def test_a_rhythm_for_one_cluster_goes_before_that_for_all_and_nobody_mutes_what_binds(cast: Cast) -> None:
    one, other = make_cluster(cast, State.RUNNING), make_cluster(cast, State.RUNNING)
    user = cast.user("participant")
    choose_rhythms(by=user, rhythms={TOPIC: "weekly", "clusters.binding": "never"})
    choose_rhythms(by=user, rhythms={TOPIC: "never"}, about=f"cluster:{one.pk}")
    with time_machine.travel(NOW, tick=False):
        kept, weekly, bound = tell(cast, one), tell(cast, other), tell(cast, one, "invited")
    assert [(m.rhythm, m.state, m.due_at) for m in (kept, weekly, bound)] == [
        ("never", "kept", NOW),
        ("weekly", "queued", MONDAY),
        ("at_once", "queued", NOW),
    ]
    with time_machine.travel(NOW, tick=False):
        choose_rhythms(by=user, rhythms={TOPIC: ""}, about=f"cluster:{one.pk}")
        choose_rhythms(by=user, rhythms={TOPIC: "daily"})
    weekly.refresh_from_db()
    assert (weekly.rhythm, weekly.due_at, tell(cast, one).rhythm) == ("daily", WEDNESDAY, "daily")


def test_the_mail_of_a_day_is_grouped_merged_newest_first_and_the_same_at_every_try(
    cast: Cast, postman: type[Postman]
) -> None:
    one, other = make_cluster(cast, State.RUNNING, title="Dunes"), make_cluster(cast, State.RUNNING, title="Marsh")
    user = cast.user("participant")
    choose_rhythms(by=user, rhythms={TOPIC: "daily"})
    told = []
    for minutes, cluster, code in ((0, one, "start"), (1, other, "pause"), (2, one, "conclude"), (3, one, "start")):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            told.append(tell(cast, cluster, code))
    postman.refuses[user.email] = OSError("connection lost")
    with time_machine.travel(WEDNESDAY, tick=False):
        assert send_outbox(at=WEDNESDAY - timedelta(seconds=1)).as_dict()["failed"] == 0
        assert send_outbox(at=WEDNESDAY).failed == 1
        late = tell(cast, one, "resume")
    lead = Message.objects.get(pk=told[0].pk)
    first = lead.frozen["text"]
    one.title = "Renamed"
    one.save(update_fields=["title"])
    postman.refuses.clear()
    with time_machine.travel(WEDNESDAY + timedelta(minutes=2), tick=False):
        assert send_outbox(at=timezone.now()).as_dict() == {"sent": 1, "failed": 0, "given_up": 0, "cancelled": 0}
        assert send_outbox(at=timezone.now()).sent == 0
    [sent] = mail.outbox
    assert sent.body == first
    assert sent.subject == "“Dunes” has started – and 2 more"
    lines = [line for line in sent.body.splitlines() if line.startswith(("- ", "M4N"))]
    assert lines == [
        f"{one.name} Dunes",
        "- “Dunes” has started (2 times), 12 May 2026",
        "- “Dunes” is concluded, 12 May 2026",
        f"{other.name} Marsh",
        "- “Marsh” is paused, 12 May 2026",
    ]
    assert f"/clusters/{one.name}/roadmap/" in sent.body
    assert states(*told, late) == ["sent"] * 4 + ["queued"]
    lead.refresh_from_db()
    assert (lead.frozen, lead.message_id) == (None, mails.message_id(lead))


REFUSED = [
    smtplib.SMTPRecipientsRefused({"to@x.example": (450, b"later")}),
    smtplib.SMTPSenderRefused(451, b"later", "from@x.example"),
    smtplib.SMTPDataError(451, b"greylisted"),
]
UNKNOWN = [smtplib.SMTPServerDisconnected("gone"), OSError("connection lost")]


@pytest.mark.parametrize("error", [*REFUSED, *UNKNOWN, ConnectionRefusedError("down")], ids=lambda e: type(e).__name__)
def test_what_was_surely_refused_is_gathered_anew_without_what_was_replaced_meanwhile(
    cast: Cast, postman: type[Postman], error: Exception
) -> None:
    cluster, user = make_cluster(cast, State.RUNNING, title="Dunes"), cast.user("participant")
    choose_rhythms(by=user, rhythms={TOPIC: "daily"})
    with time_machine.travel(NOW, tick=False):
        told = [tell(cast, cluster, code) for code in ("start", "pause", "conclude")]
    is_unknown = error in UNKNOWN
    postman.refuses["*" if isinstance(error, ConnectionRefusedError) else user.email] = error
    with time_machine.travel(WEDNESDAY, tick=False):
        assert send_outbox(at=WEDNESDAY).failed == 1
    lead = Message.objects.get(pk=told[0].pk)
    assert (lead.frozen is not None) is is_unknown
    assert Message.objects.filter(led_by=lead).count() == (2 if is_unknown else 0)
    recallable = Message.objects.recallable().filter(pk=told[1].pk)
    assert recallable.update(state="superseded") == (0 if is_unknown else 1)
    postman.refuses.clear()
    with time_machine.travel(WEDNESDAY + timedelta(minutes=2), tick=False):
        assert send_outbox(at=timezone.now()).sent == 1
    [sent] = mail.outbox
    assert sent.extra_headers["Message-ID"] == mails.message_id(lead)
    assert ("is paused" in sent.body) is is_unknown
    assert "is concluded" in sent.body
    assert states(*told) == ["sent", "sent" if is_unknown else "superseded", "sent"]


def test_a_refusal_after_a_try_without_an_answer_keeps_the_words(cast: Cast, postman: type[Postman]) -> None:
    cluster, user = make_cluster(cast, State.RUNNING, title="Dunes"), cast.user("participant")
    choose_rhythms(by=user, rhythms={TOPIC: "daily"})
    with time_machine.travel(NOW, tick=False):
        told = [tell(cast, cluster, code) for code in ("start", "pause")]
    for minutes, error in ((0, UNKNOWN[0]), (2, REFUSED[2])):
        postman.refuses[user.email] = error
        with time_machine.travel(WEDNESDAY + timedelta(minutes=minutes), tick=False):
            assert send_outbox(at=timezone.now()).failed == 1
        assert Message.objects.get(pk=told[0].pk).frozen is not None


def test_one_line_that_cannot_be_worded_or_seen_leaves_the_mail_of_the_day_to_the_others(
    cast: Cast, postman: type[Postman]
) -> None:
    clusters = [make_cluster(cast, State.RUNNING) for _ in range(4)]
    choose_rhythms(by=cast.user("participant"), rhythms={TOPIC: "daily", "clusters.following": "daily"})
    with time_machine.travel(NOW, tick=False):
        told = [tell(cast, cluster) for cluster in clusters]
    Message.objects.filter(pk=told[0].pk).update(template="clusters/no_such_mail")
    Cluster.objects.filter(pk=clusters[1].pk).update(state=State.DECLINED, ended_on=None)
    with time_machine.travel(WEDNESDAY, tick=False):
        counts = send_outbox(at=WEDNESDAY)
    assert (counts.sent, counts.failed) == (1, 1)
    assert states(*told) == ["queued", "cancelled", "sent", "sent"]


def test_a_step_that_is_taken_back_before_its_mail_left_replaces_it(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    choose_rhythms(by=cast.user("participant"), rhythms={TOPIC: "daily"})
    by = cast.user("lead")
    transition(cluster, "pause", by=by, at=NOW, reason="The harbour is closed.")
    transition(cluster, "resume", by=by, at=NOW + timedelta(hours=1), reason="It is open again.")
    rows = Message.objects.filter(to=cast.user("participant"))
    assert list(rows.order_by("pk").values_list("template", "state")) == [
        ("clusters/pause", "superseded"),
        ("clusters/resume", "queued"),
    ]


def test_the_list_holds_what_was_told_and_may_still_be_seen_and_the_header_counts_it(cast: Cast) -> None:
    user, client = cast.user("participant"), Client()
    client.force_login(user)
    clusters = [make_cluster(cast, State.RUNNING, title=title) for title in ("Dunes", "Marsh", "Lagoon", "Reef")]
    told = [tell(cast, cluster) for cluster in clusters]
    tell(cast, clusters[0], role="lead")
    Cluster.objects.filter(pk=clusters[1].pk).update(state=State.DECLINED, ended_on=None)
    Message.objects.filter(pk=told[2].pk).update(state="superseded")
    page = client.get("/notifications/")
    assert [line.pk for line in page.context["lines"]] == [told[3].pk, told[0].pk]
    assert str(page.context["unread"]) == "2"
    answer = client.post(f"/notifications/{told[3].pk}/open/")
    assert answer["Location"] == f"/clusters/{clusters[3].name}/roadmap/"
    client.post("/notifications/read/", {"message": told[1].pk, "show": "unread"})
    page = client.get("/notifications/?show=unread")
    assert [line.words for line in page.context["lines"]] == ["“Dunes” has started"]
    assert client.post(f"/notifications/{Message.objects.latest('pk').pk}/open/").status_code == 404
    assert mark_read(by=user, messages=None) == 2  # the hidden ones too
    assert str(client.get("/notifications/").context["unread"]) == ""


def test_what_was_read_in_the_list_is_not_mailed_the_next_morning(cast: Cast, postman: type[Postman]) -> None:
    choose_rhythms(by=cast.user("participant"), rhythms={TOPIC: "daily"})
    message = tell(cast, make_cluster(cast, State.RUNNING))
    mark_read(by=cast.user("participant"), messages=[message.pk])
    assert send_outbox(at=timezone.now() + timedelta(days=2)).sent == 0
    assert states(message) == ["kept"]


@pytest.mark.parametrize(
    ("after", "clock", "moments"),
    [
        # Athens: three o'clock is left out on 29 March 2026, and comes twice on 25 October.
        ("2026-03-28T12:00Z", time(3, 30), ["2026-03-29T01:30Z", "2026-03-30T00:30Z"]),
        ("2026-10-24T12:00Z", time(3, 30), ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]),
        ("2026-10-25T00:45Z", time(3, 30), ["2026-10-26T01:30Z"]),
        ("2026-05-12T04:00Z", time(7, 0), ["2026-05-13T04:00Z"]),
    ],
)
def test_a_time_of_day_comes_once_a_day_also_when_clocks_are_changed(
    after: str, clock: time, moments: list[str]
) -> None:
    moment = datetime.fromisoformat(after)
    for expected in moments:
        moment = next_local(moment, clock)
        assert moment == datetime.fromisoformat(expected)


def test_a_mail_that_asks_leads_through_the_sign_in_to_its_very_button(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    message = tell(cast, cluster, "invited", role="member", audience="participant")
    client, path = Client(), mails.lasting_path(cluster, message)
    signed_in = client.post(
        path,
        {
            "login": cast.user("member").email,
            "password": "correct horse battery",
            "next": unquote(path.split("next=")[1]),
        },
    )
    assert signed_in["Location"] == f"/clusters/{cluster.name}/people/#mine"
    assert client.get(path)["Location"] == f"/clusters/{cluster.name}/people/#mine"
