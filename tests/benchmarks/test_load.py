"""What a measure counts: the processes that serve from its beginning to its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from benchmarks.load import TRIES, Measure, Target, measure


class Page(BaseHTTPRequestHandler):
    """Answers everything with two bytes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def ask(port: int, seen: list[list[int]]) -> Measure:
    """Measure while the server's processes are, one after the other, those of `seen`."""
    return measure(port, Target("page", "/"), seconds=0.05, clients=1, pids=lambda: seen.pop(0))


def test_a_measure_under_which_a_process_was_renewed_is_taken_again(port: int) -> None:
    me, other = os.getpid(), os.getppid()
    seen = [[me, other], [me], [me], [me], [1]]
    found = ask(port, seen)
    assert seen == [[1]]  # the first measure did not count, the second did
    assert found.count > 0
    assert found.cost > 0


def test_a_server_whose_processes_never_stay_is_said(port: int) -> None:
    with pytest.raises(RuntimeError, match="processes changed during each of"):
        ask(port, [[number] for number in range(2 * TRIES)])
