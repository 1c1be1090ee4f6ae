"""A store of files that does not answer: nothing is told of the files in it but that."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from community.store_away import StoreAway
from config import environment as env
from config.object_storage import ObjectStorage
from factsheets import storage
from factsheets.dossier.archive import Archive
from factsheets.models import DamagedFile
from tests.cast import make_cast
from tests.factsheets.making_dossiers import make_told_cluster
from tests.factsheets.making_downloads import asked, issued

NAME = f"factsheets/ab/{'ab' * 32}.pdf"


def silence(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Let the site's files lie in a store that nobody answers for."""
    monkeypatch.setenv("STORAGE_URL", "s3://a:b@127.0.0.1:9/registry-files?tls=false")
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
