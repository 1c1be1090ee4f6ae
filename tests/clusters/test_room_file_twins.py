"""The same file again in a room is compared with the one that is the same, whichever of its namesakes came first."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clusters.actions.room_file import add_room_file, add_version, remove_room_file
from clusters.choices import State
from clusters.models import Cluster, RoomFile
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.django_db, pytest.mark.both]
RIGHTS: dict[str, Any] = {"rights_holder": "Gulf", "licence": "CC BY 4.0", "is_free_for_eu_use": True}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def wells() -> SimpleUploadedFile:
    return SimpleUploadedFile("w.txt", b"31 wells")


def kept(cast: Cast, cluster: Cluster, role: str, *, holds_names: bool = False, **more: Any) -> RoomFile:
    """Let somebody keep the wells in the room."""
    given = {"title": "Wells", "visibility": "room", **RIGHTS, "holds_names": holds_names, **more}
    return add_room_file(cluster=cluster, by=cast.user(role), content=wells(), **given)


@pytest.mark.parametrize("order", [("lead", "participant"), ("participant", "lead")])
def test_of_two_namesakes_the_one_that_says_the_same_is_the_same_again(order: tuple[str, str], cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    # What holds names is out of the participant's reach; the lead reads both.
    theirs = {"lead": {"holds_names": True}, "participant": {"holds_names": False}}
    if order[0] == "lead":
        made = {role: kept(cast, cluster, role, **theirs[role]) for role in order}
    else:
        first = kept(cast, cluster, "participant", title="Other wells")
        made = {"lead": kept(cast, cluster, "lead", holds_names=True), "participant": first}
        RoomFile.objects.filter(pk=first.pk).update(title="Wells")
    for role in order:
        assert kept(cast, cluster, "lead", **theirs[role]) == made[role]
    with pytest.raises(Refusal, match="with other rights"):
        kept(cast, cluster, "lead", licence="CC0 1.0")
    assert RoomFile.objects.count() == 2


def test_bytes_of_an_older_version_are_compared_with_what_was_said_of_them(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    row = kept(cast, cluster, "lead")
    again = {**RIGHTS, "licence": "CC0 1.0"}
    add_version(room_file=row, by=cast.user("lead"), content=SimpleUploadedFile("w.txt", b"32 wells"), **RIGHTS)
    add_version(room_file=row, by=cast.user("lead"), content=wells(), **again)
    assert kept(cast, cluster, "lead") == row == kept(cast, cluster, "lead", **again)
    remove_room_file(room_file=row, by=cast.user("lead"))
    assert kept(cast, cluster, "lead") != row


def test_a_newest_version_that_is_out_of_reach_is_not_told_of(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    row = kept(cast, cluster, "participant")
    changed = {"room_file": row, "content": SimpleUploadedFile("w.txt", b"32 wells"), **RIGHTS}
    add_version(by=cast.user("lead"), holds_names=True, **changed)
    mine = add_version(by=cast.user("participant"), **{**changed, "content": SimpleUploadedFile("w.txt", b"32 wells")})
    assert (mine.number, mine.file.holds_names) == (3, False)
