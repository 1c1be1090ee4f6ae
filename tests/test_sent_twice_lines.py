"""A press that is sent again and says more takes effect, or says what stands and keeps what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from clusters.actions.evidence import add_evidence
from clusters.actions.merge import ask_merge
from clusters.choices import MergeStatus, State
from clusters.models import MergeRequest, RoomFile
from community.actions.erasure_letter import record_letter
from community.actions.file import store_file
from community.models import DataRequest, Event, ExchangeWish, File, Message, MeToo
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]
RIGHTS: dict[str, Any] = {"rights_holder": "Gulf", "licence": "CC BY 4.0", "is_free_for_eu_use": True}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def client_of(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def _me_too(cast: Cast) -> tuple[str, Any]:
    return reverse("community:need_me_too", args=[make.make_need().pk]), MeToo


def _wish(cast: Cast) -> tuple[str, Any]:
    return reverse("community:exchange_wish", args=[make.make_exchange().pk]), ExchangeWish


@pytest.mark.parametrize("made", [_me_too, _wish])
def test_a_second_line_stays_in_the_form_and_takes_the_place_of_the_first_when_asked(made: Any, cast: Cast) -> None:
    url, model = made(cast)
    client = client_of(cast, "member")
    for note in ("Two reeds.", "Two reeds.", ""):
        assert client.post(url, {"note": note}).status_code == 302
    answer = client.post(url, {"note": "Three reeds, and a boat."})
    page = answer.content.decode()
    assert (answer.status_code, model.objects.get().note) == (422, "Two reeds.")
    assert "here already, with the line “Two reeds.”" in page
    assert 'value="Three reeds, and a boat."' in page
    mails = Message.objects.count()
    assert client.post(url, {"note": "Three reeds, and a boat.", "instead": "1"}).status_code == 302
    assert model.objects.get().note == "Three reeds, and a boat."
    assert [event.verb.split("_")[0] for event in Event.objects.order_by("-pk")[:2]][1] == "take"
    assert Message.objects.count() == mails + (model is ExchangeWish)


@pytest.mark.parametrize("other", [{"visibility": "cop"}, {"rights_holder": "Bay"}, {"holds_names": "on"}])
def test_the_same_bytes_for_others_or_with_other_rights_are_not_called_kept(other: Any, cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    client, url = client_of(cast, "lead"), reverse("clusters:room_file_create", args=[cluster.name])

    def sent(**more: Any) -> Any:
        said = {"title": "Wells", "visibility": "room", **RIGHTS, "is_free_for_eu_use": "on", **more}
        return client.post(url, {"content": SimpleUploadedFile("w.txt", b"31 wells"), **said})

    assert [sent().status_code for _press in range(2)] == [302, 302]
    answer = sent(**other)
    assert (answer.status_code, RoomFile.objects.count()) == (422, 1)
    assert "with other rights or for others to fetch" in answer.text
    assert "Open the one that is there" in answer.text


def test_the_bytes_of_the_newest_version_with_another_note_say_that_they_are_there(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    client = client_of(cast, "lead")
    said = {**RIGHTS, "is_free_for_eu_use": "on"}
    first = {"title": "Wells", "visibility": "room", **said}
    url = reverse("clusters:room_file_create", args=[cluster.name])
    page = client.post(url, {"content": SimpleUploadedFile("w.txt", b"31 wells"), **first})["Location"]
    for more, status in (({}, 302), ({"note": "With the wells behind the dune"}, 422), ({"licence": "CC0 1.0"}, 422)):
        answer = client.post(page, {"content": SimpleUploadedFile("w.txt", b"31 wells"), **said, **more})
        assert answer.status_code == status, more
    assert "Version 1 has just these bytes already" in answer.text


def test_a_file_that_is_there_with_other_rights_is_not_taken_for_the_same(cast: Cast) -> None:
    subject, by = make_cluster(cast, State.RUNNING), cast.user("lead")
    given = {"subject": subject, "title": "Wells", "by": by}

    def stored(**more: Any) -> File:
        content = SimpleUploadedFile("w.txt", b"31 wells")
        return store_file(content=content, among=File.objects.all(), **{**given, **RIGHTS, **more})

    assert stored() == stored()
    for more in ({"visibility": "public"}, {"licence": "CC0 1.0"}, {"holds_names": True}):
        with pytest.raises(Refusal, match="is kept here already, with other rights"):
            stored(**more)


def test_a_merge_that_is_asked_again_for_another_reason_is_asked_for_that_reason(cast: Cast) -> None:
    cluster = make_cluster(cast, State.APPROVED)
    into = make_cluster(cast, State.RUNNING, working_group=cast.other_group)
    client, url = client_of(cast, "coordinator"), reverse("clusters:merge", args=[cluster.name])
    for reason in ("Same reeds.", "Same reeds.", "Same reeds, and the same people."):
        assert client.post(url, {"into": into.name, "reason": reason}).status_code == 302
    assert list(MergeRequest.objects.order_by("pk").values_list("reason", "status")) == [
        ("Same reeds.", MergeStatus.WITHDRAWN),
        ("Same reeds, and the same people.", MergeStatus.OPEN),
    ]
    assert ask_merge(cluster=cluster, into=into, by=cast.user("coordinator"), reason="Same reeds, and the same people.")
    assert MergeRequest.objects.count() == 2


def test_a_letter_of_another_day_says_which_day_is_entered(cast: Cast) -> None:
    member = cast.user("member").member
    assert member is not None
    by = cast.user("admin")
    first = record_letter(member=member, came_on=TODAY - timedelta(days=2), by=by)
    assert record_letter(member=member, came_on=TODAY - timedelta(days=2), by=by) == first
    with pytest.raises(Refusal, match="a letter came on 10 May 2026"):
        record_letter(member=member, came_on=TODAY - timedelta(days=1), by=by)
    DataRequest.objects.update(recorded_by=None, recorded_at=None)
    with pytest.raises(Refusal, match="The person asked here on 10 May 2026 already"):
        record_letter(member=member, came_on=TODAY - timedelta(days=2), by=by)


def test_bytes_that_somebody_else_keeps_out_of_reach_are_not_told_of_and_are_kept(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    url = reverse("clusters:room_file_create", args=[cluster.name])
    said = {"title": "Wells", "visibility": "room", **RIGHTS, "is_free_for_eu_use": "on"}
    pages = []
    for role, more in (("lead", {"holds_names": "on"}), ("participant", {}), ("participant", {})):
        client = client_of(cast, role)
        answer = client.post(url, {"content": SimpleUploadedFile("w.txt", b"31 wells"), **said, **more})
        assert answer.status_code == 302, answer.text
        assert client.get(answer["Location"]).status_code == 200
        pages.append(answer["Location"])
    assert (len({*pages}), RoomFile.objects.count()) == (2, 2)


def test_evidence_that_somebody_else_keeps_out_of_reach_is_not_told_of_and_is_kept(cast: Cast) -> None:
    stage = make_cluster(cast, State.RUNNING).stages.create(title="Wells", position=9)

    def kept(role: str, **more: Any) -> File:
        content = SimpleUploadedFile("w.txt", b"31 wells")
        return add_evidence(stage=stage, by=cast.user(role), content=content, title="Wells", **RIGHTS, **more)

    first = kept("lead", visibility="room", holds_names=True)
    second = kept("participant", visibility="room", holds_names=False)
    assert first != second == kept("participant", visibility="room", holds_names=False)
    assert kept("lead", visibility="room", holds_names=True) == first
    assert kept("lead", visibility="room", holds_names=False) == second
    with pytest.raises(Refusal, match="is kept here already, with other rights"):
        kept("lead", visibility="cop", holds_names=False)
