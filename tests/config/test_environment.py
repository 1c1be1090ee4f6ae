"""The readers of environment variables, and the start that a wrong value stops."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config import environment as env

PRODUCTION = {
    "SECRET_KEY": "made-up-key-of-a-test-" * 3,
    "SITE_URL": "https://registry.example",
    "EMAIL_URL": "smtp+tls://user:secret-word@mail.example:587",
}


def manage(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with these variables only."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *args],
        cwd=settings.BASE_DIR,
        env=kept | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("DEBUG", "perhaps", "DEBUG='perhaps': must be true or false."),
        ("TIME_ZONE", "Europe/Atlantis", "TIME_ZONE='Europe/Atlantis': must be a time zone such as Europe/Athens."),
        ("DATABASE_URL", "mysql://a:hidden@b/c", "DATABASE_URL (value not shown): must begin with"),
        ("DATABASE_URL", "sqlite:////no/such/folder/x.sqlite3", "the folder /no/such/folder does not exist."),
        ("LEAD_ROLES", "LP,XX", "LEAD_ROLES='LP,XX': must be a comma-separated list of AP, LP, PP."),
        ("LEAD_AFTER_END_MONTHS", "a year", "LEAD_AFTER_END_MONTHS='a year': must be a whole number from 0 to 120."),
        ("MAX_UPLOAD_MB", "0", "MAX_UPLOAD_MB='0': must be a whole number from 1 to 1000."),
        ("TASKS", "later", "TASKS='later': must be one of immediate, database, celery."),
        ("TASKS", "celery", "BROKER_URL is not set: TASKS=celery needs it, such as redis://"),
        ("BROKER_URL", "mqtt://a:hidden@broker", "BROKER_URL (value not shown): must begin with redis://, rediss://,"),
        ("BROKER_URL", "amqp://", "BROKER_URL (value not shown): must name a host"),
        ("JOB_LEASE_SECONDS", "0", "JOB_LEASE_SECONDS='0': must be a whole number from 1 to 86400."),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy", "TRUSTED_PROXIES='proxy': must be addresses or networks"),
        ("EMAIL_URL", "pigeon://mail.example", "EMAIL_URL (value not shown): must begin with"),
        ("EMAIL_URL", "smtp://", "EMAIL_URL (value not shown): must name a host"),
        ("SITE_URL", "http://registry.example", "SITE_URL='http://registry.example': must begin with https://"),
        ("SITE_URL", "https://registry.example/app", "must be scheme and host only"),
        (
            "STORAGE_URL",
            "s4://a:hidden@bucket",
            "STORAGE_URL (value not shown): must be an absolute path, file:///path",
        ),
        ("STORAGE_URL", "s3://bucket", "STORAGE_URL (value not shown): must be like s3://key:secret@host/bucket"),
        ("STORAGE_URL", "s3://a:hidden@host/bucket?tsl=no", "STORAGE_URL (value not shown): must be like s3://"),
        ("STORAGE_URL", "s3://a:hidden@host/bucket/folder", "STORAGE_URL (value not shown): must be like s3://"),
        ("REDIS_URL", "http://cache.example", "REDIS_URL (value not shown): must begin with redis://"),
        ("LANGUAGES", "en,klingon", "LANGUAGES='en,klingon': must be a comma-separated list of"),
        ("LANGUAGES", "el,fr", "LANGUAGES='el,fr': must include en."),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS='*': must name the hosts"),
        (
            "ALLOWED_HOSTS",
            "https://registry.example",
            "ALLOWED_HOSTS='https://registry.example': must be names of hosts",
        ),
        ("DEFAULT_FROM_EMAIL", "notanaddress", "DEFAULT_FROM_EMAIL='notanaddress': must be a mail address"),
        ("ERASURE_LEDGER", "ledger.txt", "ERASURE_LEDGER='ledger.txt': must be the absolute path of a file."),
        ("ERASURE_LEDGER", "/tmp", "ERASURE_LEDGER='/tmp': is a folder; a file is wanted."),
        ("ERASURE_LEDGER", "/no/such/x.ledger", "the folder /no/such does not exist."),
        ("SECRET_KEY", "short", "SECRET_KEY (value not shown): set 50 or more random characters"),
        ("MFA_REQUIRED", "yes", "MFA_REQUIRED='yes': must be one of nobody,"),
        ("DATA_RETENTION_YEARS", "1", "DATA_RETENTION_YEARS='1': must be a whole number from 5 to 100."),
        ("OIDC_SERVER_URL", "https://login.example", "OIDC_CLIENT_ID is not set: OIDC_SERVER_URL needs it."),
        ("SENTRY_DSN", "https://key@errors.example/1", "SENTRY_DSN (value not shown): needs the package sentry-sdk."),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(name: str, value: str, line: str) -> None:
    run = manage("check", **PRODUCTION | {name: value})
    assert run.returncode == 1
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1
    assert line in run.stderr
    assert "hidden" not in run.stderr


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_production_demands_its_secret_address_and_mail_server(name: str) -> None:
    given = {key: value for key, value in PRODUCTION.items() if key != name}
    run = manage("check", DEBUG="false", **given)
    assert run.returncode == 1
    assert run.stderr.startswith(f"{name} is not set: ")


def test_the_demo_on_a_public_address_demands_a_secret() -> None:
    run = manage("check", DEMO="1", SITE_URL="https://demo.example")
    assert run.stderr.startswith("SECRET_KEY is not set: ")


def test_production_passes_the_deployment_check_without_a_warning() -> None:
    run = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(
    "more",
    [
        {"TASKS": "database"},
        {"TASKS": "celery", "BROKER_URL": "redis://127.0.0.1:6379/1"},
        {"OIDC_SERVER_URL": "https://login.example", "OIDC_CLIENT_ID": "registry", "OIDC_CLIENT_SECRET": "secret"},
        {"REDIS_URL": "redis://127.0.0.1:6379/1"},
        {"LANGUAGES": "en,fr,el,sl"},
        {"TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/8,2001:db8::/32", "MFA_REQUIRED": "coordinators"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_may_be_chosen_passes_the_deployment_check_too(more: dict[str, str]) -> None:
    run = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION | more)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_served_site_is_a_production_site_unless_told_otherwise() -> None:
    code = "import config.wsgi"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=kept, capture_output=True, text=True, check=False
    )
    assert run.returncode == 3
    assert run.stderr.splitlines() == ["SITE_URL is not set: set the public address, such as https://registry.example."]


def test_no_variable_at_all_is_development() -> None:
    run = manage("shell", "--no-imports", "-c", "from django.conf import settings as s; print(s.DEBUG, s.SITE_URL)")
    assert run.stdout.split() == ["True", "http://localhost:8000"]


def test_naming_the_site_ends_development() -> None:
    code = "from django.conf import settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.ALLOWED_HOSTS[0])"
    run = manage("shell", "--no-imports", "-c", code, **PRODUCTION)
    assert run.stdout.split() == ["False", "True", "registry.example"]


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_NUMBER", " ")
    assert env.number("SOME_NUMBER", 7, least=1, most=9) == 7


@pytest.mark.parametrize(
    ("value", "port", "is_tls", "is_ssl"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtps://mail.example", 587, True, False),
        ("smtp+tls://mail.example:2525", 2525, True, False),
        ("smtp+ssl://mail.example", 465, False, True),
    ],
)
def test_a_mail_server_gets_the_port_of_its_scheme(
    monkeypatch: pytest.MonkeyPatch, value: str, port: int, is_tls: bool, is_ssl: bool
) -> None:
    monkeypatch.setenv("SOME_MAIL", value)
    found = env.email("SOME_MAIL", None)
    assert found["EMAIL_PORT"] == port
    assert found.get("EMAIL_USE_TLS", False) is is_tls
    assert found.get("EMAIL_USE_SSL", False) is is_ssl


def test_mail_into_a_folder_keeps_its_whole_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_MAIL", "filemail:////srv/mail")
    assert env.email("SOME_MAIL", None)["EMAIL_FILE_PATH"] == "/srv/mail"


def test_a_relative_mail_folder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_MAIL", "filemail:///outbox")
    with pytest.raises(env.WrongSetting, match="four slashes"):
        env.email("SOME_MAIL", None)


def test_a_folder_may_be_written_as_address_or_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOME_FOLDER", f"file://{tmp_path}")
    assert env.folder("SOME_FOLDER", Path("/else")) == tmp_path
    monkeypatch.setenv("SOME_FOLDER", str(tmp_path))
    assert env.folder("SOME_FOLDER", Path("/else")) == tmp_path


def test_the_ledger_lies_apart_in_a_folder_that_lets_it_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def read(path: object, *, is_strict: bool = True) -> Path:
        monkeypatch.setenv("SOME_FILE", str(path))
        return env.file_apart("SOME_FILE", Path("/else"), outside=tmp_path / "files", is_strict=is_strict)

    assert read(tmp_path / "ledger") == tmp_path / "ledger"
    assert read(tmp_path / "to come" / "ledger", is_strict=False).name == "ledger"
    for path in (tmp_path / "files" / "ledger", tmp_path / "other" / ".." / "files" / "ab" / "ledger"):
        with pytest.raises(env.WrongSetting, match="outside of the stored files"):
            read(path)
    (tmp_path / "link").symlink_to(tmp_path / "files")
    with pytest.raises(env.WrongSetting, match="outside of the stored files"):
        read(tmp_path / "link" / "ledger")
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)
    with pytest.raises(env.WrongSetting, match="cannot be written"):
        read(tmp_path / "ledger")


@pytest.mark.parametrize(
    "value", ["https://a.example", "a.example:8000", "a.example/x", "a b", "[a]", "[1.2.3.4]", "-.*"]
)
def test_what_is_no_host_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SOME_HOSTS", f"good.example,{value}")
    with pytest.raises(env.WrongSetting, match="must be names of hosts"):
        env.hosts("SOME_HOSTS", [])


def test_hosts_and_senders_may_be_written_in_several_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_HOSTS", "Registry.example, .below.example,127.0.0.1,[::1],localhost,web_1")
    assert len(env.hosts("SOME_HOSTS", [])) == 6
    for value in ("registry@registry.example", "Cluster Registry <registry@registry.example>", "root@localhost"):
        monkeypatch.setenv("SOME_MAIL", value)
        assert env.mail_address("SOME_MAIL", "") == value
    for value in ("registry", "@registry.example", "a@b@c", "Registry <registry>"):
        monkeypatch.setenv("SOME_MAIL", value)
        with pytest.raises(env.WrongSetting, match="must be a mail address"):
            env.mail_address("SOME_MAIL", "")


def test_a_file_is_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("SOME_FOLDER", str(file))
    with pytest.raises(env.WrongSetting, match="is a file"):
        env.folder("SOME_FOLDER", Path("/else"))


def test_the_address_of_a_store_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_URL", "s3://key:se%2Fcret%2B@store.example:9000/files?region=eu-south-1&prefix=/a/")
    assert env.bucket("STORAGE_URL") == {
        "endpoint_url": "https://store.example:9000",
        "access_key": "key",
        "secret_key": "se/cret+",
        "bucket_name": "files",
        "region_name": "eu-south-1",
        "location": "a",
    }
    monkeypatch.setenv("STORAGE_URL", "file:///srv/files")
    assert env.bucket("STORAGE_URL") is None
