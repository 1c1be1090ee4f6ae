"""Brokers for the tests of background work: a throw-away Redis server, and a RabbitMQ that runs already."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

#: The RabbitMQ of this machine, unless TEST_AMQP_URL names another.
AMQP = "amqp://guest:guest@127.0.0.1:5672//"


@contextmanager
def redis(folder: Path) -> Iterator[dict[str, str]]:
    """Start a Redis server of the test's own; give the settings that lead to it."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs Redis: apt-get install redis-server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([program, *options], **quiet)  # type: ignore[call-overload]
    try:
        end = time.monotonic() + 60
        while not _listens("127.0.0.1", port):
            assert time.monotonic() < end, "Redis did not start"
            time.sleep(0.05)
        yield {"BROKER_URL": f"redis://127.0.0.1:{port}/0"}
    finally:
        server.kill()
        server.wait()


@contextmanager
def rabbitmq(folder: Path) -> Iterator[dict[str, str]]:
    """Give the settings that lead to RabbitMQ, with a queue of the test's own, which is taken away at the end."""
    from kombu import Connection

    url = os.environ.get("TEST_AMQP_URL", AMQP)
    queue = f"registry-test-{secrets.token_hex(4)}"
    try:
        with Connection(url, connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1)
    except OSError:
        pytest.skip("needs RabbitMQ on 127.0.0.1:5672, or at TEST_AMQP_URL")
    try:
        yield {"BROKER_URL": url, "BROKER_QUEUE": queue}
    finally:
        with Connection(url, connect_timeout=2) as connection, suppress(Exception):
            connection.default_channel.queue_delete(f"{queue}.default")


def _listens(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False
