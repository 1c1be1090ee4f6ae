"""Our own checks of a PDF, by the command that operators and auditors call."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.management import CommandError, call_command

from factsheets.choices import Face
from tests.factsheets import gallery, samples
from tests.factsheets.gallery import Dress
from tests.factsheets.reading import text_of


@pytest.fixture(scope="module")
def sheet() -> bytes:
    sample = samples.ordinary_forward()
    sample["title"] = "Floods \N{WATER WAVE} of \U000f1234"
    return bytes(gallery.made_of(sample, Dress("issued", Face.FORWARD, "", "en")).pdf)


def checked(path: Path) -> str:
    """Return what the command writes, whether it fails or not."""
    out = io.StringIO()
    try:
        call_command("check_pdf", str(path), stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def test_a_sign_that_no_font_has_is_drawn_as_a_square_and_the_file_is_whole(sheet: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(sheet)
    assert checked(tmp_path / "a.pdf") == f"{tmp_path / 'a.pdf'}: ok\n"
    assert "Floods \N{BLACK SQUARE} of \N{BLACK SQUARE}" in " ".join(text_of(sheet).split())
    with pikepdf.open(io.BytesIO(sheet)) as file:
        assert "\N{WATER WAVE}" in str(file.docinfo["/Title"])
        data = next(one for name, one in file.attachments.items() if name.endswith(".json"))
        assert json.loads(data.get_file().read_bytes())["cluster"]["title"] == "Floods \N{WATER WAVE} of \U000f1234"


def without_encoding(file: pikepdf.Pdf) -> None:
    for one in file.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/Encoding") == "/Identity-H":
            one.Encoding = file.make_stream(b"begincmap endcmap")


def with_simple_font(file: pikepdf.Pdf) -> None:
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    file.pages[0].Resources.Font["/F99"] = file.make_indirect(font)


def with_lone_end(file: pikepdf.Pdf) -> None:
    file.pages[0].contents_add(b"EMC", prepend=False)


def with_named_marks(file: pikepdf.Pdf) -> None:
    page = file.pages[0]
    page.Resources["/Properties"] = pikepdf.Dictionary(MC0=pikepdf.Dictionary(MCID=9999))
    page.contents_add(b"/P /MC0 BDC EMC", prepend=False)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without_encoding, "Signs are drawn that the font"),
        (with_simple_font, "The font Helvetica is not embedded."),
        (with_lone_end, "a mark of the structure begins without an end, or ends without a beginning"),
        (with_named_marks, "On page 1 stands marked text that belongs to no element of the structure."),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_a_sentence(
    sheet: bytes, tmp_path: Path, spoil: Callable[[Any], None], said: str
) -> None:
    with pikepdf.open(io.BytesIO(sheet)) as file:
        spoil(file)
        file.save(tmp_path / "spoilt.pdf")
    found = checked(tmp_path / "spoilt.pdf")
    assert said in found
    assert "1 of 1 files have problems." in found


def test_what_is_no_pdf_is_said_too(tmp_path: Path) -> None:
    (tmp_path / "no.pdf").write_bytes(b"no")
    assert "1 of 1 files have problems." in checked(tmp_path / "no.pdf")
    assert "No such file" in checked(tmp_path / "missing.pdf")
