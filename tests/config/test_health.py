"""`/healthz` and `/readyz`."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from config import checks, health
from config.machine import natives


def test_healthz_answers_a_stranger_without_the_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.both
@pytest.mark.django_db
def test_readyz_names_each_part(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "migrations": "ok", "storage": "ok", "pdf": "ok"}


@pytest.mark.django_db
def test_a_storage_that_takes_no_file_makes_the_site_unready(client: Client, settings, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings.STORAGE_DIR = blocked / "inside-a-file"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["storage"] == "missing"


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_makes_the_site_unready(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(health, "_is_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "missing"


@pytest.mark.django_db
def test_without_pango_the_site_is_ready_and_says_what_is_missing(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(health, "pdf", lambda: "missing")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["pdf"]) == (200, "missing")


@pytest.mark.django_db
def test_without_its_broker_the_site_is_ready_and_says_so(client: Client, settings, monkeypatch) -> None:
    settings.TASKS_RUN = "celery"
    monkeypatch.setattr(health, "broker", lambda: "missing")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["broker"]) == (200, "missing")


def test_the_check_says_which_library_is_missing_and_how_to_get_it(monkeypatch) -> None:
    absent = natives.Library("nothing", "libnothing.so.9", "libnothing.9.dylib", "libnothing9")
    monkeypatch.setattr(natives, "missing", lambda: [absent])
    (warning,) = checks.native_libraries(None)
    assert (warning.id, warning.msg) == ("config.W001", "PDFs cannot be made: nothing cannot be loaded.")
    assert "sudo apt-get install -y libpango-1.0-0" in warning.hint


@pytest.mark.parametrize("name", ["healthz", "readyz"])
def test_health_is_read_only(client: Client, name: str) -> None:
    assert client.post(reverse(name)).status_code == 405
