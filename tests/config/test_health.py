"""`/healthz` and `/readyz`."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community import heartbeats, opening
from community.models import ScheduledJob
from config import checks, health
from config.machine import natives
from tests.config.drill import Site


def test_healthz_answers_a_stranger_without_the_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.fixture
def _scheduler_at_work() -> None:
    """A chore that was done just now."""
    ScheduledJob.objects.create(code="tests", every_minutes=1, last_run_at=timezone.now())


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_scheduler_at_work")
def test_readyz_names_each_part(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    parts = ("database", "migrations", "scheduler", "storage", "pdf")
    assert response.json() == dict.fromkeys(parts, "ok")


@pytest.mark.django_db
def test_a_storage_that_takes_no_file_makes_the_site_unready(client: Client, settings, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings.STORAGE_DIR = blocked / "inside-a-file"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["storage"] == "missing"


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_was_not_applied_makes_the_site_unready(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(health, "_is_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name, applied FROM django_migrations WHERE app = 'sessions'")
        kept = cursor.fetchall()
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    try:
        response = client.get("/readyz")
    finally:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", kept)
    assert response.status_code == 503
    assert response.json()["migrations"] == "missing"


@pytest.mark.django_db
def test_without_pango_the_site_is_ready_and_says_what_is_missing(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(health, "pdf", lambda: {"pdf": "missing"})
    response = client.get("/readyz")
    assert (response.status_code, response.json()["pdf"]) == (200, "missing")


@pytest.mark.django_db
def test_without_its_broker_the_site_is_ready_and_says_so(client: Client, settings, monkeypatch) -> None:
    settings.TASKS_RUN = "celery"
    monkeypatch.setattr(health, "broker", lambda: {"broker": "missing"})
    response = client.get("/readyz")
    assert (response.status_code, response.json()["broker"]) == (200, "missing")


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_a_silent_worker_and_scheduler_are_named(client: Client, settings) -> None:
    settings.TASKS_RUN = "database"
    found = client.get("/readyz")
    assert (found.status_code, found.json()["worker"], found.json()["scheduler"]) == (200, "missing", "missing")
    heartbeats.note_worker(timezone.now() - timedelta(minutes=6))
    ScheduledJob.objects.create(code="tests", every_minutes=1, last_run_at=timezone.now() - timedelta(minutes=6))
    assert client.get("/readyz").json()["worker"] == "missing"
    heartbeats.note_worker(timezone.now())
    ScheduledJob.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    parts = client.get("/readyz").json()
    assert (parts["worker"], parts["scheduler"]) == ("ok", "ok")


@pytest.mark.django_db(transaction=True)
def test_an_unfinished_restore_closes_the_site(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(opening, "_open_until", 0.0)
    opening.close("0123")
    try:
        found = client.get("/readyz")
        assert (found.status_code, found.json()["restore"]) == (503, "not finished")
        page = client.get("/")
        assert (page.status_code, page["Retry-After"]) == (503, "120")
        assert "The registry is being restored" in page.content.decode()
        assert client.get("/healthz").status_code == 200
    finally:
        opening.reopen()
    assert (client.get("/readyz").status_code, client.get("/").status_code) == (200, 200)


@pytest.mark.django_db
@pytest.mark.parametrize(("part", "function"), [("storage", "storage"), ("database", "rows"), ("pdf", "pdf")])
def test_a_part_that_hangs_is_named_within_two_seconds(part: str, function: str, client: Client, monkeypatch) -> None:
    end = Event()
    asked: list[int] = []

    def hang() -> dict[str, str]:
        asked.append(1)
        end.wait(30)
        return {}

    monkeypatch.setattr(health, function, hang)
    try:
        for _try in range(2):
            began = time.monotonic()
            response = client.get("/readyz")
            assert time.monotonic() - began < 2
            assert response.json()[part] == "no answer"
            assert response.status_code == (200 if part == "pdf" else 503)
        assert len(asked) == 1, "nobody is sent after one who does not come back"
    finally:
        end.set()
        health._waiting[part].join()


#: Asks a site twice how it is, and says how long that took.
TIMED = """
import time
import django; django.setup()
from django.test import Client
began = time.monotonic()
found = [Client(headers={"host": "localhost"}).get("/readyz") for _ in range(2)]
print(found[1].status_code, found[1].json()["database"], time.monotonic() - began < 4)
"""


def test_a_database_server_that_never_answers_is_named_in_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        made = Site(tmp_path / "site", f"postgres://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing")
        assert made.do("-c", TIMED).splitlines()[0] == "503 no answer True"


def test_the_check_says_which_library_is_missing_and_how_to_get_it(monkeypatch) -> None:
    absent = natives.Library("nothing", "libnothing.so.9", "libnothing.9.dylib", "libnothing9")
    monkeypatch.setattr(natives, "missing", lambda: [absent])
    (warning,) = checks.native_libraries(None)
    assert (warning.id, warning.msg) == ("config.W001", "PDFs cannot be made: nothing cannot be loaded.")
    assert "sudo apt-get install -y libpango-1.0-0" in warning.hint


@pytest.mark.parametrize("name", ["healthz", "readyz"])
def test_health_is_read_only(client: Client, name: str) -> None:
    assert client.post(reverse(name)).status_code == 405
