"""Files: rights stated, random names, seen by their class."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from community.actions.file import keep_file, remove_file
from community.choices import FileVisibility
from community.models import Event, File
from community.permissions import Refusal
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def kept(data: bytes = b"minutes", **fields: Any) -> File:
    """Keep a file of a new need."""
    defaults = {
        "content": ContentFile(data, "../../Πρακτικά 2026.txt"),
        "subject": make.make_need(),
        "title": "Minutes",
        "rights_holder": "Plan Bleu",
        "licence": "CC BY 4.0",
        "is_free_for_eu_use": True,
        "by": make.make_user(),
    }
    return keep_file(**{**defaults, **fields})


def bytes_of(file: File) -> bytes:
    """Return what is stored."""
    with file.content.open() as stored:
        return bytes(stored.read())


def test_a_file_is_kept_under_a_random_name_with_its_checksum() -> None:
    file = kept()
    assert file.sha256 == hashlib.sha256(b"minutes").hexdigest()
    assert (file.size, file.original_name) == (7, "Πρακτικά 2026.txt")
    assert "Πρακτικά" not in file.content.name
    assert bytes_of(file) == b"minutes"
    assert Event.objects.get().data == {"file": file.pk, "sha256": file.sha256}


@pytest.mark.parametrize(
    "wrong", [{"rights_holder": " "}, {"licence": ""}, {"is_free_for_eu_use": False}, {"content": ContentFile(b"")}]
)
def test_a_file_without_stated_rights_or_without_content_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        kept(**wrong)
    assert (File.objects.count(), Event.objects.count()) == (0, 0)


def test_a_file_that_is_too_big_is_refused(settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1
    with pytest.raises(Refusal, match="larger than 1 MB"):
        kept(b"x" * (1024 * 1024 + 1))


def test_a_title_with_a_line_break_is_refused() -> None:
    with pytest.raises(ValidationError):
        kept(title="A\nB")


def test_files_are_seen_by_their_class_and_names_make_them_restricted() -> None:
    public = kept(visibility=FileVisibility.PUBLIC)
    cop, restricted = kept(), kept(visibility=FileVisibility.PUBLIC, holds_names=True)
    rows = File.objects.order_by("pk")
    assert list(rows.visible_to(None)) == [public]
    assert list(rows.visible_to(make.make_external().user)) == [public]
    assert list(rows.visible_to(make.make_member().user)) == [public, cop]
    assert list(rows.visible_to(make.make_admin())) == [public, cop, restricted]


def test_a_removed_file_is_out_of_sight_but_its_bytes_stay() -> None:
    file = kept(visibility=FileVisibility.PUBLIC)
    first = remove_file(file=file, by=file.uploaded_by)
    assert remove_file(file=file, by=file.uploaded_by).removed_at == first.removed_at
    assert list(File.objects.visible_to(None)) == []
    assert bytes_of(File.objects.get()) == b"minutes"
    assert Event.objects.filter(verb="remove_file").count() == 1
