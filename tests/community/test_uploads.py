"""What may be uploaded is told by the bytes."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from community import uploads
from community.permissions import Refusal
from community.uploads import checked


def package(*names: str, mimetype: str = "") -> bytes:
    """Return a zip archive with empty parts of these names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "")
    return stream.getvalue()


def picture(form: str = "JPEG", size: tuple[int, int] = (4, 2), note: str = "") -> bytes:
    """Return a small picture, with a note of the camera."""
    stream, exif = io.BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010E] = 6, note  # turned by a quarter; description
    Image.new("RGB", size, "teal").save(stream, form, exif=exif)
    return stream.getvalue()


ODT = "application/vnd.oasis.opendocument.text"
WORD = ("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("data", "name", "kept"),
    [
        (b"%PDF-1.7 ...", "C:\\notes\\Minutes.exe", "Minutes.exe.pdf"),
        (package(*WORD), "report.DOCX", "report.docx"),
        (package("[Content_Types].xml", "xl/workbook.xml"), "../../a:b.xls", "ab.xls.xlsx"),
        (package("content.xml", mimetype=ODT), "Πρακτικά.odt", "Πρακτικά.odt"),
        (b"wells;31\n", "wells.csv", "wells.csv"),
        (b"31 wells", "", "file.txt"),
    ],
)
def test_the_bytes_say_what_it_is_and_how_its_name_ends(data: bytes, name: str, kept: str) -> None:
    upload = checked(ContentFile(data), name)
    assert upload.name == kept
    assert upload.content.read() == data


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<svg onload='x()'/>", uploads.NOT_ALLOWED),
        (b"\n <html>", uploads.NOT_ALLOWED),
        (b"MZ\x90\x00", uploads.NOT_ALLOWED),
        (b"a\x00b", uploads.NOT_ALLOWED),
        (package("a.txt"), uploads.NOT_ALLOWED),
        (b"PK\x03\x04broken", uploads.NOT_ALLOWED),
        (package(*WORD, "word/vbaProject.bin"), uploads.HAS_MACROS),
        (package("Basic/Module1.xml", mimetype=ODT), uploads.HAS_MACROS),
        (b"\x89PNG\r\n\x1a\nbroken", uploads.BROKEN_PICTURE),
        (picture()[:60], uploads.BROKEN_PICTURE),
        (package(*(f"{number}.xml" for number in range(uploads.MAX_PARTS + 1))), uploads.TOO_MUCH_INSIDE),
    ],
)
def test_what_a_browser_could_run_what_is_broken_and_what_would_burst_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked(ContentFile(data), "notes.pdf")
    assert refused.value.reason == sentence


@pytest.mark.parametrize(("form", "name"), [("JPEG", "harbour.jpg"), ("PNG", "harbour.png")])
def test_a_picture_is_written_anew_upright_without_what_the_camera_noted(form: str, name: str) -> None:
    data = picture(form, note="At home of Ana")
    assert b"At home of Ana" in data
    upload = checked(ContentFile(data), "harbour.JPEG")
    stored = upload.content.read()
    assert (b"At home of Ana" in stored, upload.name) == (False, name)
    with Image.open(io.BytesIO(stored)) as image:
        assert (image.size, dict(image.getexif())) == ((2, 4), {})


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_PIXELS", 7)
    with pytest.raises(Refusal, match="million pixels"):
        checked(ContentFile(picture()), "poster.jpg")
