"""The discussion of a cluster's room: who reads and writes, what stands where, and who is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from clusters.actions import room
from clusters.actions.participation_access import give_access
from clusters.actions.room import change_comment, hide_comment, reply, show_comment, start_thread, withdraw_comment
from clusters.actions.room_records import COMMENTS
from clusters.choices import Access, ParticipationStatus, State
from clusters.models import Cluster
from clusters.rules.room import can_keep_order, can_see_room, can_share, can_speak
from community import mails
from community.choices import MessageState, Rhythm, Standing
from community.models import Comment, Event, Message, NotificationPreference, User
from community.permissions import Refusal
from tests.cast import ROLES, Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db]

TEXT = "Two tables. See https://wells.example/readings and <b>mind</b> the dunes."
WRITERS = {
    "external", "participant", "proposer", "lead", "deputy_lead",
    "coordinator", "coordinator_proposer", "mission_coordinator",
}  # fmt: skip


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
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    return client


def at(cluster: Cluster, *parts: Any) -> str:
    return "/".join(["", "clusters", cluster.name, "room", *map(str, parts), ""])


def begin(cast: Cast, cluster: Cluster, by: str = "participant", **values: Any) -> Comment:
    return start_thread(cluster=cluster, by=cast.user(by), **{"title": "Two tables or one?", "text": TEXT, **values})


def allowed(question: Any, cast: Cast, cluster: Cluster) -> set[str]:
    fresh = Cluster.objects.get(pk=cluster.pk)
    return {role for role in ROLES if question(cast.user(role), fresh)}


def told() -> dict[str, list[str]]:
    """Return who has a mail of the room waiting, by its template."""
    found: dict[str, list[str]] = {}
    for row in Message.objects.filter(template__startswith="clusters/room_").select_related("to__member"):
        found.setdefault(row.template.removeprefix("clusters/room_"), []).append(
            row.to.member.name.removesuffix(" Person")
        )  # type: ignore[union-attr]
    return {template: sorted(names) for template, names in found.items()}


# -- Who reads and writes ----------------------------------------------------------------------------------------------


def test_the_room_is_read_and_written_in_by_those_who_take_part_and_ends_with_the_cluster(cast: Cast) -> None:
    running, ended = make_cluster(cast, State.RUNNING), make_cluster(cast, State.CONCLUDED)
    proposed = make_cluster(cast, State.SUBMITTED)
    assert allowed(can_see_room, cast, running) == WRITERS | {"admin"}
    assert allowed(can_speak, cast, running) == WRITERS
    assert allowed(can_share, cast, running) == WRITERS
    assert allowed(can_keep_order, cast, running) == {"coordinator", "coordinator_proposer", "mission_coordinator"}
    assert allowed(can_see_room, cast, ended) == WRITERS | {"admin"}
    assert allowed(can_speak, cast, ended) == set()
    assert allowed(can_keep_order, cast, ended) == {"coordinator", "coordinator_proposer", "mission_coordinator"}
    assert allowed(can_see_room, cast, proposed) == set()


@pytest.mark.parametrize(
    "state", [State.DRAFT, State.SUBMITTED, State.APPROVED, State.PAUSED, State.CONCLUDED, State.MERGED]
)
def test_one_question_and_the_list_of_rooms_say_the_same(cast: Cast, state: str) -> None:
    cluster = make_cluster(cast, state)
    rooms = {
        role
        for role in ROLES
        if cast.user(role) is not None and Cluster.objects.with_room_for(cast.user(role)).filter(pk=cluster.pk).exists()
    }
    assert rooms == allowed(can_see_room, cast, cluster)


def test_an_external_partner_reads_along_comments_or_contributes_as_the_lead_says(cast: Cast, cluster: Cluster) -> None:
    part = cluster.participations.get(member=cast.member("external"))
    found = {}
    for access in (Access.VIEW, Access.COMMENT, Access.CONTRIBUTE, Access.CONTRIBUTE):
        give_access(participation=part, by=cast.user("lead"), access=access)
        fresh = Cluster.objects.get(pk=cluster.pk)
        found[access] = [bool(may(cast.user("external"), fresh)) for may in (can_see_room, can_speak, can_share)]
    assert found == {"view": [True, False, False], "comment": [True, True, False], "contribute": [True, True, True]}
    assert Event.objects.filter(verb="participation.access_given").count() == 3, "the last one changes nothing"
    with pytest.raises(Refusal, match="Lead and deputy"):
        give_access(participation=cluster.participations.get(role="lead"), by=cast.user("lead"), access=Access.VIEW)


def test_external_partners_read_until_thirty_days_after_the_end(cast: Cast) -> None:
    found = []
    for days in (30, 31):
        cluster = make_cluster(cast, State.CONCLUDED, ended_on=TODAY - timedelta(days=days))
        answers = [client_of(cast, role).get(at(cluster)).content.decode() for role in ("external", "participant")]
        found.append(["30 days after the end" in page for page in answers])
    assert found == [[False, False], [True, False]]


def test_who_left_the_community_reads_until_thirty_days_after_the_end(cast: Cast) -> None:
    former, user = cast.member("participant"), cast.user("participant")
    clusters = {
        days: make_cluster(cast, State.CONCLUDED, ended_on=TODAY - timedelta(days=days)) for days in (0, 30, 31)
    }
    former.standing = Standing.FORMER
    former.save()
    fresh = User.objects.get(pk=user.pk)
    assert [days for days, row in clusters.items() if can_see_room(fresh, row)] == [0, 30]
    assert {row.pk for row in Cluster.objects.with_room_for(fresh)} == {clusters[0].pk, clusters[30].pk}
    assert (
        "former members read here until 30 days"
        in client_of(cast, "participant").get(at(clusters[31])).content.decode()
    )


def test_others_read_why_the_room_is_closed_and_see_no_tab(cast: Cast, cluster: Cluster) -> None:
    begin(cast, cluster)
    for role in ("visitor", "member", "other_external", "other_coordinator"):
        client = client_of(cast, role)
        page = client.get(at(cluster)).content.decode()
        assert "The room is for those who take part in this cluster" in page
        assert "Two tables or one?" not in page
        assert at(cluster) not in client.get(f"/clusters/{cluster.name}/").content.decode()
    assert at(cluster) in client_of(cast, "external").get(f"/clusters/{cluster.name}/").content.decode()


# -- Threads and comments, without script ------------------------------------------------------------------------------


def test_a_thread_is_begun_once_answered_and_read_with_names_and_links_but_no_markup(
    cast: Cast, cluster: Cluster
) -> None:
    client = client_of(cast, "participant")
    sent = {"title": "Two tables or one?", "text": TEXT, "mentions": [cast.member("lead").pk]}
    first, second = (client.post(at(cluster, "threads", "add"), sent) for _press in range(2))
    thread = Comment.objects.get()
    assert first["Location"] == second["Location"] == at(cluster, "threads", thread.pk)
    answer = client_of(cast, "external").post(at(cluster, "threads", thread.pk), {"text": "And the dunes?"})
    assert answer["Location"] == f"{at(cluster, 'threads', thread.pk)}#comment-{thread.replies.get().pk}"
    page = client_of(cast, "lead").get(at(cluster, "threads", thread.pk)).content.decode()
    for words in ("Participant Person", "External Person", "Park of the Cape", "And the dunes?", "@ Lead Person"):
        assert words in page
    assert '<a href="https://wells.example/readings" rel="nofollow">' in page
    assert "&lt;b&gt;mind&lt;/b&gt;" in page
    listed = client_of(cast, "lead").get(at(cluster)).content.decode()
    assert "Two tables or one?" in listed
    assert "1 answer" in listed


def test_a_script_gets_the_thread_alone_in_place(cast: Cast, cluster: Cluster) -> None:
    thread = begin(cast, cluster)
    client = Client(headers={"hx-request": "true"})
    client.force_login(cast.user("participant"))
    answer = client.post(at(cluster, "threads", thread.pk), {"text": "One more."}).content.decode()
    assert answer.startswith('<section id="thread"')
    assert "data-focus" in answer
    form = client.get(at(cluster, "comments", thread.pk, "edit")).content.decode()
    assert 'data-hx-target="#thread"' in form
    assert "<html" not in form
    wrong = client.post(at(cluster, "comments", thread.pk, "edit"), {"title": "", "text": "One.", "seen_version": 1})
    assert (wrong.status_code, wrong.content.decode().lstrip()[:18]) == (422, '<li class="editing')
    assert "HX-Retarget" not in wrong
    saved = client.post(
        at(cluster, "comments", thread.pk, "edit"), {"title": "One table", "text": "One.", "seen_version": 1}
    )
    assert (saved["HX-Retarget"], saved.content.decode()[:20]) == ("#thread", '<section id="thread"')


def test_a_name_typed_after_an_at_sign_mentions_and_the_writer_reads_who_was_told(cast: Cast, cluster: Cluster) -> None:
    client, thread = client_of(cast, "participant"), begin(cast, cluster)
    typed = "@lead person and @Deputy_Lead, see https://a.example/@x or mail to gauge@wells.example; @Bob too, @person?"
    answer = client.post(at(cluster, "threads", thread.pk), {"text": typed}, follow=True).text
    row = thread.replies.get()
    assert sorted(person.name for person in row.mentions.all()) == ["Deputy_Lead Person", "Lead Person"]
    for words in (
        "Mentioned: Lead Person and Deputy_Lead Person.",
        "Nobody who takes part is called @Bob, so nobody was told.",
        "More than one person fits @person: write the whole name, or tick the person.",
    ):
        assert words in answer
    script = {"hx-request": "true"}
    swapped = client.post(at(cluster, "threads", thread.pk), {"text": "@Nobody?"}, headers=script).text
    assert 'data-hx-swap-oob="true"' in swapped
    assert "Nobody who takes part is called @Nobody" in swapped
    told = Message.objects.filter(template="clusters/room_mentioned").values_list("to__member__name", flat=True)
    assert sorted(told) == ["Deputy_Lead Person", "Lead Person"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"title": "", "text": TEXT}, "Give the discussion a title."),
        ({"title": "Tables", "text": " "}, "Write your comment first."),
        ({"title": "Tables", "text": "x" * 4001}, "4000"),
        ({"title": "Tables", "text": TEXT, "mentions": [0]}, "takes part no more"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    cast: Cast, cluster: Cluster, sent: dict[str, Any], sentence: str
) -> None:
    answer = client_of(cast, "participant").post(at(cluster, "threads", "add"), sent)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert Comment.objects.count() == 0


def test_one_changes_ones_own_words_and_a_second_window_is_told(cast: Cast, cluster: Cluster) -> None:
    thread, client = begin(cast, cluster), client_of(cast, "participant")
    sent = {"title": "Three tables?", "text": "Three.", "seen_version": 1}
    assert client.post(at(cluster, "comments", thread.pk, "edit"), sent).status_code == 302
    stale = client.post(at(cluster, "comments", thread.pk, "edit"), {**sent, "text": "Four."})
    assert stale.status_code == 409
    assert "You yourself (in another window) saved this comment" in stale.content.decode()
    assert 'name="seen_version" value="2"' in stale.content.decode()
    thread.refresh_from_db()
    assert (thread.title, thread.text, thread.version) == ("Three tables?", "Three.", 2)
    assert thread.edited_at == NOW
    with pytest.raises(Refusal, match="Only who wrote"):
        change_comment(comment=thread, by=cast.user("coordinator"), title="x", text="x", seen_version=2)


def test_what_is_taken_back_is_gone_from_every_column_and_its_place_stays(cast: Cast, cluster: Cluster) -> None:
    thread = begin(cast, cluster, text="Zanthoxylum grows here.", title="Zanthoxylum", mentions=[cast.member("lead")])
    reply(thread=thread, by=cast.user("lead"), text="Where?")
    withdraw_comment(comment=thread, by=cast.user("participant"))
    thread.refresh_from_db()
    assert (thread.title, thread.text, thread.mentions.count()) == ("", "", 0)
    assert not any("Zanthoxylum" in str(row) for row in Event.objects.values_list("data", "detail__body"))
    assert not any("Zanthoxylum" in str(row) for row in Message.objects.values_list("params", "frozen"))
    page = client_of(cast, "lead").get(at(cluster, "threads", thread.pk)).content.decode()
    assert "Taken back by who wrote it." in page
    assert "Where?" in page


def test_a_coordinator_hides_a_comment_with_a_reason_and_its_words_are_for_few(cast: Cast, cluster: Cluster) -> None:
    thread = begin(cast, cluster)
    with pytest.raises(Refusal, match="Say why"):
        hide_comment(comment=thread, by=cast.user("coordinator"), reason=" ")
    hide_comment(comment=thread, by=cast.user("coordinator"), reason="It names a person.")
    pages = {
        role: client_of(cast, role).get(at(cluster, "threads", thread.pk)).content.decode()
        for role in ("lead", "external", "participant", "coordinator")
    }
    assert all("Hidden by a coordinator: “It names a person.”" in page for page in pages.values())
    assert [role for role, page in pages.items() if "mind" in page] == ["participant", "coordinator"]
    assert "Two tables or one?" not in pages["lead"]
    assert told()["hidden"] == ["Participant"]
    show_comment(comment=thread, by=cast.user("coordinator"))
    assert "mind" in client_of(cast, "lead").get(at(cluster, "threads", thread.pk)).content.decode()


def test_the_end_leaves_the_room_to_be_read_and_own_words_to_be_taken_back(cast: Cast, cluster: Cluster) -> None:
    thread = begin(cast, cluster)
    Cluster.objects.filter(pk=cluster.pk).update(state=State.CONCLUDED, ended_on=TODAY)
    client = client_of(cast, "participant")
    page = client.get(at(cluster, "threads", thread.pk)).content.decode()
    assert "This cluster has ended, so the room is read-only." in page
    assert '<textarea name="text"' not in page
    assert client.post(at(cluster, "threads", thread.pk), {"text": "One more."}).status_code == 403
    assert client.post(at(cluster, "comments", thread.pk, "withdraw")).status_code == 302


def test_the_room_has_limits(cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (room.MOST_THREADS, room.MOST_COMMENTS, room.MOST_IN_AN_HOUR) == (500, 200, 60)
    thread = begin(cast, cluster)
    monkeypatch.setattr(room, "MOST_COMMENTS", 2)
    reply(thread=thread, by=cast.user("lead"), text="One.")
    with pytest.raises(Refusal, match="holds 2 comments"):
        reply(thread=thread, by=cast.user("lead"), text="Two.")
    monkeypatch.setattr(room, "MOST_IN_AN_HOUR", 1)
    with pytest.raises(Refusal, match="within an hour"):
        begin(cast, cluster, title="Another")
    monkeypatch.setattr(room, "MOST_THREADS", 1)
    with pytest.raises(Refusal, match="holds 1 discussions"):
        begin(cast, cluster, title="Another")


@pytest.mark.both
def test_the_database_holds_titles_to_threads_and_hiding_to_a_reason(cast: Cast, cluster: Cluster) -> None:
    first = begin(cast, cluster)
    plain: dict[str, Any] = {"kind": "cluster", "subject_id": cluster.pk, "by": cast.user("lead"), "text": "x"}
    for wrong in ({"title": "x", "reply_to": first}, {"hidden_at": NOW}, {"hidden_reason": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Comment.objects.create(**plain, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        cluster.participations.update(access="all")


# -- Who is told -------------------------------------------------------------------------------------------------------


def test_a_new_thread_is_told_to_those_who_take_part_and_a_mention_to_whom_it_names(
    cast: Cast, cluster: Cluster
) -> None:
    begin(cast, cluster, mentions=[cast.member("deputy_lead")])
    assert told() == {"mentioned": ["Deputy_Lead"], "started": ["External", "Lead"]}
    row = Message.objects.get(template="clusters/room_mentioned")
    mail = mails.render(row)
    assert mail.subject == "You are mentioned in the room of “Nature-based solutions for flood regulation”"
    assert "Participant Person (participant) mentions you" in mail.body
    assert "See https://wells.example/readings" in mail.body
    assert f"%23comment-{row.subject_id}" in mail.body
    assert "&lt;b&gt;mind&lt;/b&gt;" in str(mail.alternatives[0][0])


def test_a_comment_is_told_to_those_who_have_to_do_with_its_thread(cast: Cast, cluster: Cluster) -> None:
    thread = begin(cast, cluster, by="external")
    reply(thread=thread, by=cast.user("coordinator"), text="Which wells?")
    Message.objects.all().delete()
    reply(thread=thread, by=cast.user("lead"), text="All of them.")
    assert told() == {"commented": ["Coordinator", "Deputy_Lead", "External"]}
    cluster.participations.filter(member=cast.member("external")).update(status=ParticipationStatus.LEFT)
    Message.objects.all().delete()
    reply(thread=thread, by=cast.user("lead"), text="Or nearly.")
    assert told() == {"commented": ["Coordinator", "Deputy_Lead"]}


def test_each_chooses_how_often_the_room_writes_and_who_left_reads_nothing_of_it(cast: Cast, cluster: Cluster) -> None:
    lead: User = cast.user("lead")
    NotificationPreference.objects.create(user=lead, topic="clusters.room", rhythm=Rhythm.DAILY)
    NotificationPreference.objects.create(
        user=lead, topic="clusters.room", about=f"cluster:{cluster.pk}", rhythm=Rhythm.NEVER
    )
    begin(cast, cluster)
    begin(cast, make_cluster(cast, State.RUNNING))
    rows = Message.objects.filter(to=lead, template="clusters/room_started").order_by("pk")
    assert [(row.topic, row.rhythm, row.state) for row in rows] == [
        ("clusters.room", Rhythm.NEVER, MessageState.KEPT),
        ("clusters.room", Rhythm.DAILY, MessageState.QUEUED),
    ]
    waiting = Message.objects.get(to=cast.user("external"), about=f"cluster:{cluster.pk}")
    cluster.participations.filter(member=cast.member("external")).update(status=ParticipationStatus.LEFT)
    assert "wells.example" not in mails.render(waiting).body
    assert waiting not in Message.objects.shown_to(cast.user("external"), NOW)


# -- History, merging, erasure -----------------------------------------------------------------------------------------


def test_history_tells_of_the_room_to_its_readers_alone(cast: Cast, cluster: Cluster) -> None:
    hide_comment(comment=begin(cast, cluster), by=cast.user("coordinator"), reason="It names a person.")
    pages = {
        role: client_of(cast, role).get(f"/clusters/{cluster.name}/history/").content.decode()
        for role in ("visitor", "member", "external")
    }
    assert [role for role, page in pages.items() if "in the room" in page] == ["external"]
    assert "Participant Person (participant) began a discussion in the room." in pages["external"]
    assert "in the room" not in client_of(cast, "external").get(f"/clusters/{cluster.name}/").content.decode()


def test_who_is_erased_leaves_no_words_and_is_mentioned_no_more(cast: Cast, cluster: Cluster) -> None:
    thread = begin(cast, cluster)
    begin(cast, cluster, by="lead", title="Who?", mentions=[cast.member("participant")])
    assert [row["title"] for row in map(COMMENTS.export, COMMENTS.rows(cast.member("participant")))] == [thread.title]
    assert COMMENTS.erase is not None
    assert COMMENTS.erase(cast.member("participant")) == 1
    thread.refresh_from_db()
    assert (thread.text, cast.member("participant").mentioned_in.count()) == ("", 0)


def test_a_day_on_which_somebody_takes_part_no_more_closes_the_room_at_once(cast: Cast, cluster: Cluster) -> None:
    thread, client = begin(cast, cluster), client_of(cast, "participant")
    assert client.get(at(cluster, "threads", thread.pk)).status_code == 200
    cluster.participations.filter(member=cast.member("participant")).update(
        status=ParticipationStatus.LEFT, until_on=date(2026, 5, 12)
    )
    assert client.get(at(cluster, "threads", thread.pk)).status_code == 403
