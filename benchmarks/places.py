"""Databases to measure on: made, filled by `demo_data`, and looked at for the addresses to ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from benchmarks.load import Target, children
from config.machine.postgres import free_port

ROOT = Path(__file__).resolve().parent.parent
PORT = free_port()
WORKERS = 2


@dataclass(frozen=True)
class Place:
    """A database of so many clusters on SQLite or PostgreSQL."""

    engine: str
    clusters: int
    url: str
    files: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment in which the site serves it: production's code on this machine."""
        return os.environ | {
            "DATABASE_URL": self.url,
            "DEMO": "1",
            "PORT": str(PORT),
            "SITE_URL": f"http://localhost:{PORT}",
            "STORAGE_URL": str(self.files),
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        }

    def run(self, *command: str) -> str:
        """Run a command of the site there and return what it says.

        Raises:
            RuntimeError: it failed.
        """
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
        return done.stdout

    def fill(self, members: int) -> float:
        """Make the tables and fill them; return the seconds that took. What is there already is kept."""
        began = time.perf_counter()
        self.run("manage.py", "migrate", "-v0")
        size = ["--clusters", str(self.clusters), "--members", str(members)]
        self.run("manage.py", "demo_data", *size, "--factsheets", "3", "-v0")
        self.run("-m", "benchmarks.look", "settle")
        return time.perf_counter() - began

    def look(self) -> dict[str, Any]:
        """Return what `benchmarks.look` finds there: addresses, a session, the number of rows."""
        found: dict[str, Any] = json.loads(self.run("-m", "benchmarks.look", "find"))
        return found

    def touch(self) -> None:
        """Change one cluster, so that nothing which was kept still holds."""
        self.run("-m", "benchmarks.look", "touch")


@contextmanager
def postgres_place(server: str, clusters: int, files: Path, *, keep: bool) -> Iterator[Place]:
    """Give a database of its own on a PostgreSQL server; it goes afterwards unless it is to be kept."""
    name = f"registry_bench_{clusters}"
    if not _sql(server, "SELECT 1 FROM pg_database WHERE datname = %s", name):
        _sql(server, f"CREATE DATABASE {name}")
    try:
        yield Place("PostgreSQL", clusters, urlunsplit(urlsplit(server)._replace(path=f"/{name}")), files)
    finally:
        if not keep:
            _sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def _sql(url: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Run one statement outside of a transaction and return its rows."""
    line = psycopg2.connect(url)
    try:
        line.autocommit = True
        with line.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []
    finally:
        line.close()


@contextmanager
def serving(place: Place, log: Path) -> Iterator[int]:
    """Serve a place with gunicorn: two synchronous workers, one request each at a time. Gives the master's pid."""
    command = ["-m", "gunicorn", "--workers", str(WORKERS), "--worker-class", "sync", "--log-level", "warning"]
    bind = ["--bind", f"127.0.0.1:{PORT}", "--backlog", "64", "--timeout", "300", "config.wsgi"]
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, *command, *bind], cwd=ROOT, env=place.env, stdout=stream, stderr=stream
        )
    try:
        _wait(process, log)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    for _try in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://localhost:{PORT}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}")


def server_pids(place: Place, master: int) -> list[int]:
    """Return the processes whose time counts: web workers, and the database's processes that serve them."""
    pids = children(master)
    if place.engine == "PostgreSQL":
        own = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        pids += [row[0] for row in _sql(place.url, own)]
    return pids


def targets(found: dict[str, Any]) -> list[Target]:
    """Return the addresses to measure, the floors first."""
    member = (("Cookie", f"sessionid={found['session']}"),)
    pages = [
        Target("empty Django page", "/bench/empty/"),
        Target("page with one indexed query", f"/bench/one-query/{found['organisation']}/"),
        Target("register, first page", "/clusters/"),
        Target("register, last page", "/clusters/?page=999999"),
        Target("register, middle page", f"/clusters/?page={found['middle_page']}"),
        Target("register, filtered", "/clusters/?state=running&wg=WG2"),
        Target("register, rare word", f"/clusters/?q={found['rare_word']}"),
        Target("register, common word", f"/clusters/?q={found['common_word']}"),
        Target("register, signed in", "/clusters/", member),
        Target("register, last page, signed in", "/clusters/?page=999999", member),
        Target("cluster page", found["cluster"]),
        Target("cluster page, signed in", found["cluster"], member),
    ]
    if found.get("factsheet"):
        pages.append(Target("factsheet, download of the PDF", found["factsheet"]))
    return pages
