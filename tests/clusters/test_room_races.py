"""Two at once in a room: nothing is lost, numbered twice, said twice or mailed twice; each with a control."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile

from clusters.actions import meeting as meetings
from clusters.actions import room, room_file, room_message
from clusters.choices import State
from clusters.models import Cluster, Meeting, RoomFile
from community.models import Comment, Event, Message
from tests.cast import Cast, make_cast, make_cluster
from tests.matrix.places_room import make_begun_meeting, make_room_file
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
RIGHTS: dict[str, Any] = {"rights_holder": "The region", "licence": "CC BY 4.0", "is_free_for_eu_use": True}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def add_two(cast: Cast, file: RoomFile, texts: tuple[str, str]) -> list[object]:
    """Let lead and deputy each add a version, in the same moment."""
    with meeting((room_file, "sha256_of")):
        return at_once(
            *(
                partial(
                    room_file.add_version,
                    room_file=file,
                    by=cast.user(role),
                    content=ContentFile(text.encode(), "a.txt"),
                    **RIGHTS,
                )
                for role, text in zip(("lead", "deputy_lead"), texts, strict=True)
            )
        )


def numbers(file: RoomFile) -> list[int]:
    return list(file.versions.order_by("number").values_list("number", flat=True))


def test_two_versions_of_a_file_at_once_are_both_kept_one_after_the_other(
    cast: Cast, rounds: Callable[[int], int]
) -> None:
    for _round in range(rounds(15)):
        file = make_room_file(cast, make_cluster(cast, State.RUNNING))
        results = add_two(cast, file, ("32 wells", "33 wells"))
        assert not any(isinstance(result, Exception) for result in results), results
        assert numbers(file) == [1, 2, 3]


def test_the_same_version_twice_at_once_is_one(cast: Cast) -> None:
    file = make_room_file(cast, make_cluster(cast, State.RUNNING))
    first, second = add_two(cast, file, ("32 wells", "32 wells"))
    assert first == second
    assert numbers(file) == [1, 2]


def test_without_the_lock_one_of_two_versions_is_lost(cast: Cast) -> None:
    file = make_room_file(cast, make_cluster(cast, State.RUNNING))
    with without_locks("clusters"), meeting((room_file, "_stored")):
        at_once(
            *(
                partial(
                    room_file.add_version,
                    room_file=file,
                    by=cast.user(role),
                    content=ContentFile(role.encode(), "a.txt"),
                    **RIGHTS,
                )
                for role in ("lead", "deputy_lead")
            )
        )
    assert numbers(file) == [1, 2]


def say_twice(cast: Cast, cluster: Cluster, what: str) -> list[object]:
    """Press the same button twice, in the same moment."""
    if what == "message":
        seen = room_message.seal_of(room_message.recipients_of(cluster, cast.user("lead")))
        words = {"subject": "Ten days more", "text": "The survey is late.", "seen": seen}
        press: Callable[[], object] = partial(room_message.send_message, cluster=cluster, by=cast.user("lead"), **words)
        with meeting((room_message, "recipients_of")):
            return at_once(press, press)
    press = partial(room.start_thread, cluster=cluster, by=cast.user("lead"), title="Two tables?", text="Or one.")
    with meeting((room, "_twin")):
        return at_once(press, press)


def mails(template: str) -> list[str]:
    return sorted(str(row.to) for row in Message.objects.filter(template=template))


def test_the_same_message_to_all_sent_twice_at_once_is_one_mail_to_each(
    cast: Cast, rounds: Callable[[int], int]
) -> None:
    for _round in range(rounds(15)):
        Message.objects.all().delete()
        cluster = make_cluster(cast, State.RUNNING)
        first, second = say_twice(cast, cluster, "message")
        assert first == second
        assert cluster.room_messages.count() == 1
        told = mails("clusters/room_message")
        assert (len(told), len(set(told))) == (3, 3)


def test_the_same_words_in_a_discussion_twice_at_once_are_one_comment(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        cluster = make_cluster(cast, State.RUNNING)
        first, second = say_twice(cast, cluster, "comment")
        assert first == second
        assert Comment.objects.filter(kind="cluster", subject_id=cluster.pk).count() == 1
        assert Event.objects.of_chain(f"cluster:{cluster.pk}").count() == 1


def test_without_the_lock_it_is_said_and_mailed_twice(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    with without_locks("clusters"):
        say_twice(cast, cluster, "message")
        say_twice(cast, cluster, "comment")
    assert cluster.room_messages.count() == 2
    assert len(mails("clusters/room_message")) == 6
    assert Comment.objects.filter(kind="cluster", subject_id=cluster.pk).count() == 2


def write_minutes(cast: Cast, row: Meeting) -> list[object]:
    """Let lead and deputy keep the minutes of one meeting, each having read it as it was."""
    keep = partial(meetings.keep_minutes, meeting=row, attendance={}, seen_version=row.version)
    with meeting((meetings, "is_to_be_minuted")):
        return at_once(
            partial(keep, by=cast.user("lead"), minutes="Two tables."),
            partial(keep, by=cast.user("deputy_lead"), minutes="One table."),
        )


def test_minutes_kept_by_two_at_once_lose_neither_text(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        row = make_begun_meeting(cast, make_cluster(cast, State.RUNNING))
        results = write_minutes(cast, row)
        assert [refusal.code for refusal in refusals(results)] == ["stale"], results
        kept = next(result for result in results if isinstance(result, Meeting))
        assert Meeting.objects.get(pk=row.pk).minutes == kept.minutes
        assert Event.objects.about(row).filter(verb="meeting.minuted").count() == 1


def test_without_the_lock_one_text_of_the_minutes_is_overwritten(cast: Cast) -> None:
    row = make_begun_meeting(cast, make_cluster(cast, State.RUNNING))
    with without_locks("clusters"):
        results = write_minutes(cast, row)
    assert refusals(results) == []
    assert Event.objects.about(row).filter(verb="meeting.minuted").count() == 2
