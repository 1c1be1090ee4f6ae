"""Files of a cluster's room: kept with their rights, given versions, fetched inert by whoever may, removed."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from clusters.actions import room_file as actions
from clusters.actions.room_file import add_version, change_room_file, remove_room_file
from clusters.choices import Access, State
from clusters.models import Cluster, RoomFile, RoomFileVersion
from clusters.rules.room_files import documents
from community.choices import FileVisibility
from community.models import Event, File
from community.permissions import Refusal
from tests.cast import ROLES, Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY
from tests.matrix.places_room import make_room_file

pytestmark = [pytest.mark.django_db]
RIGHTS: dict[str, Any] = {"rights_holder": "Gulf", "licence": "CC BY 4.0", "is_free_for_eu_use": True}


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


def upload(data: bytes = b"31 wells", name: str = "wells.exe") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def form(**values: Any) -> dict[str, Any]:
    sent = {"content": upload(), "title": "Table of wells", "visibility": "room", **RIGHTS, "is_free_for_eu_use": "on"}
    return sent | values


def seen_by(cast: Cast, cluster: Cluster) -> set[str]:
    """Return the roles that find something among the files of the room."""
    fresh = Cluster.objects.get(pk=cluster.pk)
    roles = [role for role in ROLES if role != "visitor"]
    return {role for role in roles if documents(cast.user(role), fresh)}


def test_a_file_is_kept_once_and_a_new_version_keeps_the_old(cast: Cast, cluster: Cluster) -> None:
    client = client_of(cast, "external")
    first, second = (client.post(at(cluster, "files", "add"), form()) for _press in range(2))
    row = RoomFile.objects.get()
    assert first["Location"] == second["Location"] == at(cluster, "files", row.pk)
    sent = {"content": upload(b"32 wells", "wells.txt"), "note": "One more", **RIGHTS, "is_free_for_eu_use": "on"}
    for _press in range(2):
        assert client.post(at(cluster, "files", row.pk), {**sent, "content": upload(b"32 wells")}).status_code == 302
    new, old = row.versions.select_related("file")
    assert [(v.number, v.note, v.file.sha256) for v in (new, old)] == [
        (2, "One more", sha256(b"32 wells").hexdigest()),
        (1, "", sha256(b"31 wells").hexdigest()),
    ]
    page = client_of(cast, "lead").get(at(cluster, "files", row.pk)).content.decode()
    for words in ("Version 1", "Version 2", "One more", old.file.sha256, "External Person", "Gulf, CC BY 4.0"):
        assert words in page
    answer = client_of(cast, "lead").get(f"/clusters/{cluster.name}/files/{old.file.pk}/")
    assert (answer.content, answer["X-Content-Type-Options"]) == (b"31 wells", "nosniff")
    assert answer["Content-Disposition"] == 'attachment; filename="wells.exe.txt"'
    assert [event.data for event in Event.objects.filter(verb="room.file_version_added")] == [
        {"room_file": row.pk, "sha256": new.file.sha256, "number": 2}
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"content": ""}, "Choose a file."),
        ({"content": upload(b"<script>", "a.pdf")}, "no file of an allowed type"),
        ({"licence": ""}, "Name the licence"),
        ({"rights_holder": " "}, "Name who holds the rights to the file."),
        ({"is_free_for_eu_use": ""}, "The programme asks for this"),
        ({"visibility": "restricted"}, "restricted"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(
    cast: Cast, cluster: Cluster, wrong: dict[str, Any], sentence: str
) -> None:
    answer = client_of(cast, "lead").post(at(cluster, "files", "add"), form(**wrong))
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert (RoomFile.objects.count(), File.objects.count()) == (0, 0)


def test_who_finds_a_file_follows_its_visibility_and_names_of_persons(cast: Cast, cluster: Cluster) -> None:
    row = make_room_file(cast, cluster)
    inside = {"external", "participant", "proposer", "lead", "deputy_lead", "coordinator"}
    inside |= {"coordinator_proposer", "mission_coordinator", "admin"}
    assert seen_by(cast, cluster) == inside
    kept = change_room_file(
        room_file=row, by=cast.user("participant"), title=row.title, visibility="cop", seen_version=1
    )
    outside = {"member", "other_lead", "other_coordinator", "stand_in"}
    assert seen_by(cast, cluster) == inside | outside
    add_version(room_file=row, by=cast.user("lead"), content=upload(b"names"), holds_names=True, **RIGHTS)
    found = documents(cast.user("member"), cluster)[0]
    assert [version.number for version in found.versions] == [1], "the version with names is not there for others"
    with pytest.raises(Refusal, match="saved this file"):
        change_room_file(room_file=kept, by=cast.user("lead"), title="x", visibility="public", seen_version=1)
    change_room_file(room_file=kept, by=cast.user("lead"), title="x", visibility="public", seen_version=2)
    assert sorted(File.objects.values_list("visibility", "title")) == [("public", "x"), ("restricted", "x")]
    public = client_of(cast, "visitor").get(at(cluster)).content.decode()
    assert ">x</a>" in public
    assert "The room is for those who take part" in public


def test_a_file_is_named_and_removed_by_who_added_it_the_lead_and_coordinators(cast: Cast, cluster: Cluster) -> None:
    row = make_room_file(cast, cluster)
    with pytest.raises(Refusal, match="Only who added a file"):
        remove_room_file(room_file=row, by=cast.user("external"))
    version = row.versions.get()
    remove_room_file(room_file=row, by=cast.user("coordinator"))
    remove_room_file(room_file=row, by=cast.user("lead"))
    assert client_of(cast, "participant").get(f"/clusters/{cluster.name}/files/{version.file_id}/").status_code == 404
    assert client_of(cast, "participant").get(at(cluster, "files", row.pk)).status_code == 404
    assert Event.objects.filter(verb="room.file_removed").count() == 1
    assert File.objects.get().removed_at == NOW, "the bytes are kept"


def test_who_reads_along_adds_nothing_and_after_the_end_nobody_does(cast: Cast, cluster: Cluster) -> None:
    cluster.participations.filter(member=cast.member("external")).update(access=Access.COMMENT)
    answer = client_of(cast, "external").get(at(cluster, "files", "add"))
    assert (answer.status_code, "files are added by others" in answer.content.decode()) == (403, True)
    stage = cluster.stages.get()
    evidence = client_of(cast, "external").get(f"/clusters/{cluster.name}/roadmap/{stage.pk}/files/")
    assert (evidence.status_code, "others add files and notes" in evidence.content.decode()) == (403, True)
    row = make_room_file(cast, cluster)
    Cluster.objects.filter(pk=cluster.pk).update(state=State.CONCLUDED, ended_on=TODAY)
    client = client_of(cast, "participant")
    assert client.get(at(cluster, "files", "add")).status_code == 403
    page = client.get(at(cluster, "files", row.pk)).content.decode()
    assert "Version 1" in page
    assert "Add a new version" not in page


def test_the_room_holds_only_so_many(cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (actions.MOST_FILES, actions.MOST_VERSIONS) == (200, 50)
    row = make_room_file(cast, cluster)
    monkeypatch.setattr(actions, "MOST_FILES", 1)
    monkeypatch.setattr(actions, "MOST_VERSIONS", 1)
    with pytest.raises(Refusal, match="The room holds 1 files"):
        make_room_file(cast, cluster, FileVisibility.COP)
    with pytest.raises(Refusal, match="at most 1 versions"):
        add_version(room_file=row, by=cast.user("lead"), content=upload(b"more"), **RIGHTS)


@pytest.mark.both
def test_the_database_holds_versions_to_one_of_a_number(cast: Cast, cluster: Cluster) -> None:
    row = make_room_file(cast, cluster)
    other = make_room_file(cast, cluster, FileVisibility.COP).versions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        RoomFileVersion.objects.filter(pk=other.pk).update(room_file=row)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoomFileVersion.objects.filter(pk=other.pk).update(number=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoomFile.objects.filter(pk=row.pk).update(visibility="restricted")
