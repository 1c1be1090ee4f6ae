"""A throw-away PostgreSQL server, for the tests and the benchmark.

It lies in a temporary folder, listens on a Unix socket there and on a free port of
127.0.0.1, and ends with the command. `initdb` refuses root, so that root hands it to
the user postgres, or nobody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.machine import tools
from config.machine.place import Stop

OWNER = "registry"
# Nothing in it must outlive the run: no waiting for the disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")
START_SECONDS = 30


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _as_whom() -> dict[str, Any]:
    """Return how to start the server's programs: as they are, or as root under another user."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise Stop("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.")


@contextmanager
def server() -> Iterator[str]:
    """Give the address of a server that lives as long as the block.

    TEST_POSTGRES_URL names one that is there already; it is used as it is.

    Raises:
        Stop: the programs are missing or it did not start.
    """
    if given := os.environ.get("TEST_POSTGRES_URL"):
        yield given
        return
    programs = tools.postgres_folder()
    if programs is None:
        raise Stop("PostgreSQL's programs are not installed.")
    folder = Path(tempfile.mkdtemp(prefix="registry-pg-"))
    try:
        whom = _as_whom()
        if whom:
            os.chown(folder, whom["user"], whom["group"])
        _make(programs, folder, whom)
        with _running(programs, folder, whom) as port:
            yield f"postgres://{OWNER}@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(programs: Path, folder: Path, whom: dict[str, Any]) -> None:
    data = folder / "data"
    owner = ["--username", OWNER, "--auth", "trust"]
    for locale in ("C.UTF-8", "C"):
        words = ["--encoding", "UTF8", "--locale", locale, "--no-sync", "--pgdata", str(data)]
        command = [str(programs / "initdb"), *owner, *words]
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **whom)
        if made.returncode == 0:
            return
        shutil.rmtree(data, ignore_errors=True)
    raise Stop(f"initdb failed: {made.stderr.strip()[-500:]}")


@contextmanager
def _running(programs: Path, folder: Path, whom: dict[str, Any]) -> Iterator[int]:
    port = free_port()
    options = [part for option in FAST for part in ("-c", option)]
    where = ["-D", str(folder / "data"), "-k", str(folder), "-h", "127.0.0.1", "-p", str(port)]
    command = [str(programs / "postgres"), *where, *options]
    log = folder / "server.log"
    with log.open("wb") as stream:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, process_group=0, **whom
        )
    try:
        _wait(process, programs, port, log)
        yield port
    finally:
        process.send_signal(signal.SIGINT)  # "fast": sessions end, nothing is waited for
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], programs: Path, port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    question = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while time.monotonic() < until and process.poll() is None:
        if subprocess.run(question, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise Stop(f"PostgreSQL did not start: {log.read_text(errors='replace').strip()[-500:]}")
