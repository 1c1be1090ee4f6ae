"""What is sent while it is read: it fails as a whole before the head is sent, and for everybody to see afterwards."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from community.store_away import StoreAway
from community.views.streams import BrokeOff
from factsheets import storage
from factsheets.choices import BookletRemoval
from factsheets.models import Booklet, DamagedFile, Edition
from factsheets.views import booklet as booklet_view
from factsheets.views import several
from tests.cast import Cast
from tests.factsheets.making_downloads import ZIP, asked, issued

pytestmark = pytest.mark.django_db
Broken = Callable[[type[OSError], bytes], None]


@pytest.fixture
def booklet(cast: Cast, client: Client) -> Booklet:
    """A booklet that is made, and who asked for it signed in."""
    issued(cast, 2)
    client.force_login(cast.user("lead"))
    made, _job = asked(client)
    assert made.file
    return made


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are looked at because they could not be read: what is bad is marked then, what is whole is not."""
    found: list[str] = []
    for view in (booklet_view, several):
        monkeypatch.setattr(view, "report_damage", lambda *, name, at: found.append(name))
    return found


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """Let reading in pieces end with an error, after some bytes or at once."""

    def broken(error: type[OSError], first: bytes) -> None:
        def pieces(name: str, **how: Any) -> Iterator[bytes]:
            if first:
                yield first
            raise error("the store of files: read timeout")

        monkeypatch.setattr(storage, "pieces", pieces)

    return broken


@pytest.mark.parametrize("error", [StoreAway, OSError])
def test_a_booklet_that_breaks_off_is_a_failed_download_and_one_line_of_the_log(
    client: Client, booklet: Booklet, breaks: Broken, looked_at: list[str], caplog: pytest.LogCaptureFixture, error: Any
) -> None:
    """Less is sent than the head says, and the server closes; silence of the store says nothing of the file."""
    breaks(error, b"%PDF")
    answer: Any = client.get(f"/factsheets/booklets/{booklet.pk}/booklet.pdf")
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(booklet.size))
    with caplog.at_level(logging.ERROR), pytest.raises(BrokeOff):
        list(answer.streaming_content)
    (line,) = [one.getMessage() for one in caplog.records if one.name == "community.views.streams"]
    assert line == (
        f"the stored file {booklet.file} of booklet {booklet.pk} broke off while it was sent: "
        "the store of files: read timeout"
    )
    assert looked_at == [booklet.file] * (error is OSError)


@pytest.mark.parametrize("error", [StoreAway, OSError])
def test_what_fails_at_once_is_answered_with_a_page(
    client: Client, booklet: Booklet, breaks: Broken, looked_at: list[str], error: Any
) -> None:
    breaks(error, b"")
    answer = client.get(f"/factsheets/booklets/{booklet.pk}/booklet.pdf")
    assert (answer.status_code, answer.streaming, answer.headers["Content-Type"]) == (
        503,
        False,
        "text/html; charset=utf-8",
    )
    assert ("The store of files does not answer" in answer.content.decode()) == (error is StoreAway)
    assert looked_at == [booklet.file] * (error is OSError)


@pytest.mark.parametrize("is_part", [False, True])
def test_a_file_that_is_shorter_than_it_was_is_never_sent_as_whole(
    client: Client, booklet: Booklet, is_part: bool
) -> None:
    with Path(default_storage.path(booklet.file)).open("rb+") as file:
        file.truncate(booklet.size - 1)
    headers = {"range": f"bytes=0-{booklet.size - 1}"} if is_part else {}
    address = f"/factsheets/booklets/{booklet.pk}/booklet.pdf"
    answer = client.get(address, headers=headers)
    assert (answer.status_code, "Its file was damaged" in answer.content.decode()) == (503, True)
    booklet.refresh_from_db()
    assert (booklet.file, booklet.removed_why) == ("", BookletRemoval.DAMAGED)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("error", [StoreAway, OSError])
def test_a_zip_that_breaks_off_is_a_failed_download_and_one_line_of_the_log(
    cast: Cast,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    looked_at: list[str],
    error: Any,
) -> None:
    issued(cast, 2)
    found = storage.read_whole
    read: list[str] = []

    def once(name: str) -> bytes:
        read.append(name)
        if len(read) > 1:
            raise error("the store of files: read timeout")
        return found(name)

    monkeypatch.setattr(storage, "read_whole", once)
    answer: Any = client.get(ZIP)
    with caplog.at_level(logging.ERROR), pytest.raises(BrokeOff):
        list(answer.streaming_content)
    (line,) = [one.getMessage() for one in caplog.records if one.name == "community.views.streams"]
    assert line == "the ZIP of 2 factsheets broke off while it was sent: the store of files: read timeout"
    assert looked_at == read[1:] * (error is OSError)


def test_a_zip_of_a_silent_store_is_answered_with_a_page(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued(cast)

    def away(name: str) -> bytes:
        raise StoreAway(name)

    monkeypatch.setattr(storage, "read_whole", away)
    answer = client.get(ZIP)
    assert (answer.status_code, answer.streaming) == (503, False)
    assert Edition.objects.count() == 1
    assert not DamagedFile.objects.exists()


def test_a_zip_whose_first_file_is_damaged_says_so_and_goes_without_it(cast: Cast, client: Client) -> None:
    issued(cast, 2)
    for edition in Edition.objects.all():
        Path(default_storage.path(edition.pdf_file)).write_bytes(b"%PDF another")
    answer = client.get(ZIP)
    assert (answer.status_code, answer.streaming) == (503, False)
    assert "is left out from now on" in answer.content.decode()
    assert DamagedFile.objects.count() == 1
