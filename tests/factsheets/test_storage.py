"""Files of documents are named by their content and written whole or not at all."""

import errno
import os
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings

from factsheets import storage


def files_under(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(storage.default_storage, "_wrapped", type(storage.default_storage._wrapped)(location=tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def _made_storage() -> None:
    storage.default_storage.exists("anything")


def test_a_file_is_named_by_its_checksum_and_read_back(folder: Path) -> None:
    stored = storage.put(b"content", suffix=".pdf")
    digest = sha256(b"content").hexdigest()
    assert stored == storage.Stored(f"factsheets/{digest[:2]}/{digest}.pdf", digest, 7)
    assert storage.read(stored.name) == b"content"
    assert storage.is_whole(stored.name)


def test_a_file_that_another_user_put_back_keeps_nobody_from_storing_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may write into the folder may replace it, but neither read it nor say that it is young."""
    stored = storage.put(b"same", suffix=".json")

    def refused(path: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(path))

    monkeypatch.setattr(os, "utime", refused)
    assert (storage.put(b"same", suffix=".json"), storage.read_whole(stored.name)) == (stored, b"same")
    assert len(files_under(folder)) == 1


def test_the_same_content_is_stored_once(folder: Path) -> None:
    assert storage.put(b"same", suffix=".json") == storage.put(b"same", suffix=".json")
    assert len(files_under(folder)) == 1


def test_a_damaged_file_is_seen_and_healed_by_writing_it_again(folder: Path) -> None:
    stored = storage.put(b"whole", suffix=".pdf")
    (folder / stored.name).write_bytes(b"who")
    assert not storage.is_whole(stored.name)
    storage.put(b"whole", suffix=".pdf")
    assert storage.is_whole(stored.name)


def test_a_full_disk_leaves_neither_half_a_file_nor_a_temporary_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        storage.put(b"never seen", suffix=".pdf")
    assert files_under(folder) == []


def test_a_process_killed_while_writing_leaves_no_file_under_the_name(folder: Path) -> None:
    """The move is the last step: before it, only a hidden part exists."""
    child = os.fork()
    if child == 0:
        Path.replace = lambda *_: os._exit(9)  # type: ignore[method-assign]
        storage.put(b"torn away", suffix=".pdf")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert [name for name in files_under(folder) if not name.startswith(".")] == []


def test_removing_is_no_error_when_the_file_is_gone(folder: Path) -> None:
    stored = storage.put(b"short-lived", suffix=".json")
    storage.remove([stored.name])
    storage.remove([stored.name])
    assert files_under(folder) == []
    with pytest.raises(FileNotFoundError):
        storage.read(stored.name)
    assert not storage.is_whole(stored.name)


def test_files_lie_where_the_settings_say() -> None:
    assert storage._path("factsheets/x").is_relative_to(Path(settings.STORAGES["default"]["OPTIONS"]["location"]))  # type: ignore[union-attr]
