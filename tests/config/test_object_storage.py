"""Files in a store that speaks S3, by the functions that everybody uses; its failures are those of a disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone
from storages.backends.s3 import S3Storage

from community.actions import stray_files
from community.imports import preview_file
from community.store_away import StoreAway
from config import environment as env
from config import health
from config.object_storage import ObjectStorage
from factsheets import storage
from factsheets.models import Booklet
from tests.object_store import object_store


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with object_store() as found:
        yield found


def made(address: str, monkeypatch: pytest.MonkeyPatch) -> ObjectStorage:
    monkeypatch.setenv("STORAGE_URL", address)
    options = env.bucket("STORAGE_URL")
    assert options is not None
    return ObjectStorage(**options)


@pytest.fixture
def store(address: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> ObjectStorage:
    """The store as the site's own."""
    found = made(address, monkeypatch)
    storage.default_storage.exists("anything")
    monkeypatch.setattr(storage.default_storage, "_wrapped", found)
    settings.STORAGE_DIR = None
    return found


def test_documents_are_kept_by_their_content(store: ObjectStorage) -> None:
    content = b"%PDF" + bytes(range(256)) * 50_000
    stored = storage.put(content, suffix=".pdf")
    assert (storage.read(stored.name), storage.is_whole(stored.name)) == (content, True)
    assert storage.put(content, suffix=".pdf") == stored
    store.save(stored.name, ContentFile(b"damaged"))
    assert not storage.is_whole(stored.name)
    storage.put(content, suffix=".pdf")
    assert storage.read_whole(stored.name) == content
    storage.remove([stored.name, stored.name])
    with pytest.raises(FileNotFoundError):
        storage.read(stored.name)


def test_objects_lie_under_the_prefix_and_are_private(store: ObjectStorage) -> None:
    stored = storage.put(b"private", suffix=".json")
    found = store.bucket.Object(f"site/{stored.name}")
    assert found.get()["Body"].read() == b"private"
    grants = found.Acl().grants
    assert [grant["Permission"] for grant in grants if "URI" in grant["Grantee"]] == []


def test_previews_of_imports_are_found_and_forgotten(store: ObjectStorage) -> None:
    name = store.save("imports/0123456789abcdef0123456789abcdef", ContentFile(b"a;b"))
    assert store.listdir("imports")[1] == ["0123456789abcdef0123456789abcdef"]
    assert preview_file.forget_old(timezone.now() + timedelta(days=30)) == 1
    assert not store.exists(name)


@pytest.mark.django_db
def test_what_no_row_names_is_found_in_folders_and_deleted(store: ObjectStorage) -> None:
    stray = storage.put(b"left by a killed worker", suffix=".pdf")
    assert stray_files.sweep(timezone.now()) == [], "it is young"
    later = timezone.now() + stray_files.SAFE_AGE + timedelta(hours=1)
    found = stray_files.sweep(later, is_sure=True)
    assert (stray.name in {one.name for one in found}, store.exists(stray.name)) == (True, False)
    assert stray.size in {one.size for one in found}


@pytest.mark.django_db
@pytest.mark.parametrize("named", [True, False])
def test_what_is_stored_at_the_last_moment_comes_back(
    store: ObjectStorage, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    """Stored anew between the last look and the deletion, and named by a row afterwards; else it goes for good."""
    stored = storage.put(b"the same content again", suffix=".pdf")
    aside = f"{stored.name}{stray_files.ASIDE}"
    later = timezone.now() + stray_files.SAFE_AGE + timedelta(hours=1)
    delete = store.delete

    def at_the_last_moment(name: str) -> None:
        if name == stored.name:
            storage.put(b"the same content again", suffix=".pdf")
        delete(name)

    with monkeypatch.context() as patch:
        patch.setattr(store, "delete", at_the_last_moment)
        stray_files.sweep(later, is_sure=True)
    assert (store.exists(stored.name), store.exists(aside)) == (False, True)
    if named:
        made = {"file": stored.name, "sha256": stored.sha256, "made_at": timezone.now()}
        Booklet.objects.create(key="0" * 64, title="a", language="en", **made)
        stray_files.sweep(timezone.now())
        assert storage.read_whole(stored.name) == b"the same content again"
    else:
        stray_files.sweep(timezone.now())
        assert store.exists(aside), "it is young"
        stray_files.sweep(later, is_sure=True)
    assert not store.exists(aside)


@pytest.mark.django_db
def test_what_is_made_anew_leaves_no_copy(store: ObjectStorage) -> None:
    name = store.save("made/ab/left", ContentFile(b"a workbook with names"))
    stray_files.sweep(timezone.now() + stray_files.SAFE_AGE + timedelta(hours=1), is_sure=True)
    assert (store.exists(name), store.exists(f"{name}{stray_files.ASIDE}")) == (False, False)


@pytest.mark.django_db
def test_what_goes_while_it_is_looked_for_stops_no_sweep(store: ObjectStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else may delete it after the folder was listed."""
    with pytest.raises(FileNotFoundError):
        store.get_modified_time("factsheets/ab/gone.pdf")
    listed = store.listdir
    monkeypatch.setattr(store, "listdir", lambda name: ([], ["gone"]) if name == "factsheets" else listed(name))
    later = timezone.now() + stray_files.SAFE_AGE + timedelta(hours=1)
    assert stray_files.sweep(later, is_sure=True) == []


@pytest.mark.django_db
def test_readyz_writes_into_the_store_and_leaves_nothing(
    store: ObjectStorage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LIMIT_SECONDS", 30.0)  # a busy machine may take its time
    assert client.get("/readyz").json()["storage"] == "ok"
    assert store.listdir("readyz")[1] == []


@pytest.mark.parametrize("wrong", ["no bucket", "nobody there"])
def test_what_the_store_refuses_is_told_as_a_disk_tells_it(
    wrong: str, address: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    bad = address.replace("/registry-files", "/elsewhere")
    if wrong == "nobody there":
        bad = "s3://a:b@127.0.0.1:9/registry-files?tls=false"
    found = made(bad, monkeypatch)
    for ask in (
        lambda: found.save("x", ContentFile(b"x")),
        lambda: found.open("x").read(),
        lambda: found.size("x"),
        lambda: found.listdir("x"),
    ):
        with pytest.raises(OSError, match=r"the store of files|does not exist"):
            ask()
    monkeypatch.setattr(health.default_storage, "_wrapped", found)
    settings.STORAGE_DIR = None
    assert health.storage() == {"storage": "missing"}


class BreaksOff:
    """An object that is there, and whose answer breaks off while it is fetched into the client's own file."""

    is_closed = False

    @property
    def file(self) -> Any:
        raise EndpointConnectionError(endpoint_url="http://store.example")

    def close(self) -> None:
        self.is_closed = True


def test_an_object_that_cannot_be_fetched_leaves_no_file_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else could close the file into which the client fetches."""
    broken = BreaksOff()
    monkeypatch.setattr(S3Storage, "_open", lambda store, name, mode: broken)
    with pytest.raises(StoreAway):
        made("s3://a:b@127.0.0.1:9/registry-files?tls=false", monkeypatch).open("x")
    assert broken.is_closed


def test_without_such_an_address_files_lie_in_a_folder() -> None:
    assert type(storages["default"]).__name__ == "FileSystemStorage"
