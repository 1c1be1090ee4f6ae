"""A store of files that falls silent holds whoever asks it no longer than was promised, at whichever point it does."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from django.core.files.base import ContentFile

from community.store_away import StoreAway
from config import object_storage
from config.object_storage import ATTEMPTS, ObjectStorage
from tests.config.test_object_storage import made

#: Long enough for what does answer on a busy machine.
READ: Final = 1.0
HEAD: Final = b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: "a"\r\nConnection: close\r\n\r\n'


class _Silent(socketserver.ThreadingTCPServer):
    """Answers so many bytes of what it is asked, then nothing more; `asked` are the methods that it heard."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, answers: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.asked: list[str] = []
        self.ended = threading.Event()


class _Handler(socketserver.BaseRequestHandler):
    server: _Silent

    def handle(self) -> None:
        method = self.request.recv(65536).split(b" ")[0].decode()
        self.server.asked.append(method)
        self.request.sendall(self.server.answers.get(method, b""))
        if method != "HEAD" or not self.server.answers.get("HEAD"):
            self.server.ended.wait(20)


@contextmanager
def silent(answers: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[_Silent, ObjectStorage]]:
    monkeypatch.setattr(object_storage, "READ_SECONDS", READ)
    with _Silent(answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        try:
            yield server, made(f"s3://a:b@127.0.0.1:{port}/files?tls=false", monkeypatch)
        finally:
            server.ended.set()
            server.shutdown()


@pytest.mark.parametrize(
    ("answers", "silent_at", "times"),
    [
        ({}, "HEAD", ATTEMPTS),
        ({"HEAD": HEAD}, "GET", ATTEMPTS),
        ({"HEAD": HEAD, "GET": HEAD + b"ten bytes."}, "GET", 1),
    ],
    ids=["from the start", "when the file is fetched", "in the midst of the file"],
)
def test_reading_is_tried_twice_at_most(
    answers: dict[str, bytes], silent_at: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with silent(answers, monkeypatch) as (server, store), pytest.raises(StoreAway):
        store.open("x").read()
    assert server.asked.count(silent_at) == times
    assert {*server.asked} == {"HEAD", silent_at}, "whatever comes before answers"


def test_writing_is_tried_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    with silent({}, monkeypatch) as (server, store), pytest.raises(StoreAway):
        store.save("x", ContentFile(b"x"))
    assert server.asked == ["PUT"] * ATTEMPTS


def test_what_was_promised_is_less_than_a_proxy_waits() -> None:
    """The proxies of docs/deploy wait a minute, then answer with a page of their own."""
    assert ATTEMPTS * (object_storage.CONNECT_SECONDS + object_storage.READ_SECONDS) <= 30
