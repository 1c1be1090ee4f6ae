"""Files that somebody imports: read as they are meant, or refused in a second."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date

import pytest

from community.imports.member import MemberImport
from community.imports.sheet import MOST_ROWS, Unreadable, read_sheet
from community.imports.table import bring_in
from community.models import User
from tests.community.making_sheets import xlsx_of

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "neither a workbook"),
        (b"name\n\xe9\xe8\n", "neither a workbook"),
        (b"PK\x03\x04 not a zip", "damaged"),
        (b'name\n"never closed', "Row 2 cannot be read"),
        (b"name,name\na,b", "twice"),
        (b"nombre\nAnna", "“name” is missing"),
        (b"name,shoe size\nAnna,38", "“shoe_size” is not known"),
        (b"name\n" + b"a\n" * (MOST_ROWS + 1), "more than 20000 rows"),
        (b"name," + b"," * 100 + b"x\n", "more than 60 columns"),
        (b"name\n" + b"a" * 13_000, "more than 12000 signs"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_sentence(by: User, content: bytes, words: str) -> None:
    report = bring_in(MemberImport(by), content)
    assert len(report.problems) == 1
    assert words in report.problems[0].sentence


def test_a_formula_without_its_result_is_named_instead_of_read_as_empty() -> None:
    content = xlsx_of(("name", "country"), ("Institute of Reeds", '=UPPER("it")'))
    with pytest.raises(Unreadable, match="Cell B2 holds a formula"):
        read_sheet(content)


def test_a_bomb_is_refused_in_a_second() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    started = time.process_time()
    with pytest.raises(Unreadable, match="unpacks to more"):
        read_sheet(bomb.getvalue())
    assert time.process_time() - started < 1


def test_declared_entities_are_refused() -> None:
    book = io.BytesIO(xlsx_of(("name",), ("Anna",)))
    evil = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(evil, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename == "xl/workbook.xml":
                text = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + text.split(b"?>", 1)[-1]
            new.writestr(part.filename, text)
    with pytest.raises(Unreadable, match="unpacks to more"):
        read_sheet(evil.getvalue())


def test_days_and_numbers_of_a_workbook_are_read_as_meant() -> None:
    sheet = read_sheet(xlsx_of(("name", "since", "n", "sure"), ("Anna", date(2026, 5, 12), 12.0, True)))
    assert sheet.lines[0].cells == {"name": "Anna", "since": "2026-05-12", "n": "12", "sure": "yes"}
