"""What is sent while it is read, from the real server: who fetches it sees that it broke off; the log is one line."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage

from clusters.choices import State
from community import made_files
from community.models import Job
from community.store_away import StoreAway
from community.views.streams import BrokeOff
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of
from tests.community.test_export import made

#: Sends half of what it said, as a store does that falls silent.
BREAKING = """
import logging
from community.store_away import StoreAway
from community.views.streams import begun

logging.basicConfig(format="%(name)s: %(message)s")

def pieces():
    yield b"half"
    raise StoreAway("the store is silent")

def application(environ, start_response):
    content = begun(pieces(), what="the booklet")
    start_response("200 OK", [("Content-Length", "8")])
    return content
"""


@pytest.mark.parametrize("worker", ["gthread", "sync"])
def test_the_server_closes_and_writes_one_line(worker: str, tmp_path: Path) -> None:
    (tmp_path / "breaking.py").write_text(BREAKING)
    place, log = tmp_path / "socket", tmp_path / "log"
    command = [sys.executable, "-m", "gunicorn", "breaking:application", "--worker-class", worker]
    command += ["--bind", f"unix:{place}", "--log-level", "warning", "--keep-alive", "60"]
    command += ["--no-control-socket"]  # it would lie in the home folder, where the other server has it already
    env = os.environ | {"PYTHONPATH": f"{settings.BASE_DIR}:{tmp_path}"}
    with log.open("wb") as told, subprocess.Popen(command, env=env, cwd=tmp_path, stderr=told) as server:
        try:
            with closing(connected(place, server)) as client:
                client.request("GET", "/")
                answer = client.getresponse()
                with pytest.raises(http.client.IncompleteRead) as short:
                    answer.read()
        finally:
            ended(server)
    assert (answer.status, short.value.partial) == (200, b"half")
    assert log.read_text().splitlines() == [
        "community.views.streams: the booklet broke off while it was sent: the store is silent"
    ]


def ended(server: subprocess.Popen[bytes]) -> None:
    """End a server; one that does not go by itself is killed, so that nothing stays behind."""
    server.terminate()
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()


def connected(place: Path, server: subprocess.Popen[bytes]) -> http.client.HTTPConnection:
    """Return a connection to a server at a socket, once it listens; reading ends after a minute."""
    client = http.client.HTTPConnection("server")
    until = time.monotonic() + 60
    while client.sock is None:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(60)
        try:
            line.connect(str(place))
            client.sock = line
        except OSError:
            line.close()
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server did not begin"
            time.sleep(0.05)
    return client


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def job(cast: Cast) -> Job:
    """A job of a member's that made a file."""
    make_cluster(cast, State.RUNNING)
    user: Any = cast.user("member")
    return made(user)


@pytest.mark.django_db
@pytest.mark.parametrize("first", [b"", b"PK"])
def test_the_file_of_a_job_in_a_silent_store_is_a_page_or_a_failed_download(
    cast: Cast, job: Job, first: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pieces(file: made_files.MadeFile) -> Iterator[bytes]:
        if first:
            yield first
        raise StoreAway("read timeout")

    monkeypatch.setattr(made_files, "pieces", pieces)
    answer: Any = client_of(cast, "member").get(f"/jobs/{job.pk}/file/")
    if not first:
        assert (answer.status_code, answer.streaming) == (503, False)
        return
    assert answer.headers["Content-Length"] == str(job.result["size"])
    with pytest.raises(BrokeOff):
        list(answer.streaming_content)


@pytest.mark.django_db
def test_the_file_of_a_job_that_is_shorter_than_it_was_is_never_sent_as_whole(cast: Cast, job: Job) -> None:
    with Path(default_storage.path(job.result["file"])).open("rb+") as file:
        file.truncate(job.result["size"] - 1)
    assert client_of(cast, "member").get(f"/jobs/{job.pk}/file/").status_code == 404
