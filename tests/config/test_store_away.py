"""A store of files that does not answer: nothing is told of the files in it but that."""

from __future__ import annotations

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from clusters.choices import State
from community.models import File
from community.store_away import StoreAway
from config import environment as env
from config.object_storage import ObjectStorage
from factsheets import storage
from factsheets.dossier.archive import Archive
from factsheets.models import DamagedFile
from tests.cast import make_cast, make_cluster
from tests.config.test_kept import fields_of, token_of
from tests.factsheets.making_dossiers import make_told_cluster
from tests.factsheets.making_downloads import asked, issued

NAME = f"factsheets/ab/{'ab' * 32}.pdf"


def silence(monkeypatch: pytest.MonkeyPatch, settings: Any, *, port: int = 9) -> None:
    """Let the site's files lie in a store that nobody answers for."""
    monkeypatch.setenv("STORAGE_URL", f"s3://a:b@127.0.0.1:{port}/registry-files?tls=false")
    options = env.bucket("STORAGE_URL")
    assert options is not None
    storage.default_storage.exists("anything")
    monkeypatch.setattr(storage.default_storage, "_wrapped", ObjectStorage(**options))
    settings.STORAGE_DIR = None


def test_its_silence_says_nothing_of_a_file(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    silence(monkeypatch, settings)
    for ask in (storage.read_whole, storage.is_whole, storage.problem):
        with pytest.raises(StoreAway, match="the store of files"):
            ask(NAME)
    archive = Archive(BytesIO())
    with pytest.raises(StoreAway):
        archive.file("evidence/a", lambda: storage.opened(NAME), "ab" * 32)
    archive.abandon()


@pytest.mark.django_db
def test_pages_and_files_say_what_to_do(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    """No document is told as damaged, no upload as not there, and no dossier is half."""
    cast = make_cast()
    name = make_told_cluster(cast).name
    client.force_login(cast.user("coordinator"))
    silence(monkeypatch, settings)
    for address in (
        f"/clusters/{name}/dossier.zip",
        f"/clusters/{name}/factsheet.pdf",
        f"/clusters/{name}/factsheet/",
    ):
        answer = client.get(address)
        page = answer.content.decode()
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "120"), address
        assert "The store of files does not answer" in page
        assert "Try again in a few minutes" in page
        assert "damaged" not in page
    assert not DamagedFile.objects.exists()
    target = tmp_path / "a.zip"
    with pytest.raises(CommandError, match=r"The store of files does not answer.*nothing was written"):
        call_command("export_dossier", name, "--output", str(target))
    assert list(tmp_path.glob("*a.zip*")) == []


@pytest.mark.django_db
def test_a_booklet_says_that_it_waits_for_the_store(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    cast = make_cast()
    issued(cast)
    client.force_login(cast.user("lead"))
    silence(monkeypatch, settings)
    _booklet, job = asked(client)
    (note,) = job.items.values_list("note", flat=True)
    assert "The store of files does not answer" in note
    assert "missing" not in note


class BreaksOff(BaseHTTPRequestHandler):
    """Promises a thousand bytes and sends ten of them."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        for name, value in (
            ("Content-Length", "1000"),
            ("ETag", '"a"'),
            ("Last-Modified", "Mon, 02 Mar 2026 10:00:00 GMT"),
        ):
            self.send_header(name, value)
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(b"0123456789")

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def test_an_answer_that_breaks_off_is_silence_too(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    server = HTTPServer(("127.0.0.1", 0), BreaksOff)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        silence(monkeypatch, settings, port=server.server_port)
        for ask in (storage.read_whole, storage.problem, lambda name: list(storage.pieces(name, size=10))):
            with pytest.raises(StoreAway, match="the store of files"):
                ask(NAME)
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.django_db
def test_commands_end_with_a_sentence(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Those that ask for stored files, each in words of its own."""
    cast = make_cast()
    name = make_told_cluster(cast).name
    make_cluster(cast, State.RUNNING)
    silence(monkeypatch, settings)
    for command, arguments, words in (
        ("check_files", (), "The store of files does not answer"),
        ("sweep_files", ("--dry-run",), "The store of files does not answer"),
        ("export_dossier", (name, "--output", str(tmp_path / "a.zip")), "The store of files does not answer"),
        ("issue_factsheets", (), "The store of files does not answer, so the rest was not made"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command(command, *arguments)


def test_any_other_command_ends_with_a_line_and_no_traceback() -> None:
    """What `manage.py` itself says where a command asks the store and says nothing of its own."""
    code = "import sys, manage, django.core.management as m\nfrom community.store_away import StoreAway\n"
    code += "def away(argv): raise StoreAway('the store of files: timed out')\n"
    code += "m.execute_from_command_line = away\nmanage.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    sentence = "The store of files does not answer. Give the same command again in a few minutes: "
    assert done.stderr.strip().splitlines()[-1] == f"{sentence}the store of files: timed out"
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("is_part", [False, True], ids=["page", "htmx"])
def test_what_was_typed_with_an_upload_is_kept_and_sent_again_by_a_press(
    monkeypatch: pytest.MonkeyPatch, settings: Any, is_part: bool
) -> None:
    cast = make_cast()
    address = f"/clusters/{make_cluster(cast, State.RUNNING).name}/room/files/add/"
    client = Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})
    client.force_login(cast.user("lead"))
    token = token_of(client.get(address).content.decode())
    typed = {
        "title": "Table of wells in the bay",
        "visibility": "room",
        "rights_holder": "Gulf",
        "licence": "CC BY 4.0",
    }
    typed |= {"is_free_for_eu_use": "on", "csrfmiddlewaretoken": token}
    more: dict[str, Any] = {"headers": {"hx-request": "true"}} if is_part else {}
    with monkeypatch.context() as away:
        silence(away, settings)
        answer = client.post(address, {**typed, "content": upload()}, **more)
    html = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "120")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "The store of files does not answer" in html
    assert not File.objects.exists()
    if is_part:
        assert html.lstrip().startswith('<div class="panel stop" id="refusal"')
        assert "What you typed still stands on this page." in html
        return
    assert "A file is not kept. Choose wells.txt again." in html
    again = fields_of(html)
    assert {name: again[name] for name in typed if name != "csrfmiddlewaretoken"} == {
        name: text for name, text in typed.items() if name != "csrfmiddlewaretoken"
    }
    assert client.post(address, {**again, "content": upload()}).status_code == 302
    assert File.objects.get().title == typed["title"]


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("wells.txt", b"31 wells")
