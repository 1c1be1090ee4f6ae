"""Cells of a table: no formula, and the same text back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from community.cells import guarded, guarded_in_csv, unguarded
from community.imports.outgoing import as_csv
from community.imports.sheet import as_read, read_sheet

SIGNS = "=+-@＝＋－＠"
TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("'\"=+-@\t\r\n;, \xa0＝＠ab"), st.characters(exclude_categories=["Cc", "Cs", "Cn"])
    ),
    max_size=30,
)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''+1"])
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "M4N", "a=b", "'quoted'", " =1", "don't"])
def test_every_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


def test_control_signs_go() -> None:
    assert guarded("a\x00b\x1fc\x7f") == "abc"
    assert guarded("\x00=1") == "'=1"


ABOUT = 'Reeds;=HYPERLINK(1);x\n=1+1\n- reed; "@mail"\t+1'


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=3))
@example([("", ABOUT, ABOUT)])
@example([(ABOUT, " =1", "x;"), ("=1", ";", ' \n"=1')])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_of_a_csv_is_a_formula_whatever_separates_cells(
    delimiter: str, rows: list[tuple[str, str, str]]
) -> None:
    content = as_csv("abc", [dict(zip("abc", row, strict=True)) for row in rows]).decode("utf-8-sig")
    read = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    assert [cell for cells in read for cell in cells if cell.lstrip()[:1] in tuple(SIGNS)] == []
    lines = [line.cells for line in read_sheet(content.encode()).lines]
    told = [{name: as_read(text) for name, text in zip("abc", row, strict=True)} for row in rows]
    assert lines == [cells for cells in told if any(cells.values())]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Reeds;=A1", "Reeds;'=A1"),
        ("a\n=1", "a\n'=1"),
        ('a; \xa0"@x', "a; \xa0\"'@x"),
        ("a\t-1", "a\t'-1"),
        (";'=1", ";''=1"),
        (" =1", " '=1"),
        ("a;b=1", "a;b=1"),
    ],
)
def test_a_csv_guards_what_follows_a_separator(text: str, cell: str) -> None:
    assert guarded_in_csv(text) == cell
    assert unguarded(cell) == text


@pytest.mark.parametrize("text", [ABOUT, "a;=1", "\n=1", "a\n- b"])
def test_a_workbook_holds_such_a_text_as_it_is(text: str) -> None:
    assert guarded(text) == text


@given(TEXTS)
@example(";'=1")
@example(" '=1")
def test_both_ways_of_writing_come_back_to_the_same_text(text: str) -> None:
    assert unguarded(guarded(text)) == unguarded(guarded_in_csv(text)) == text


def test_a_long_cell_is_guarded_in_no_time() -> None:
    for text in ("\n" * 12_000, '; "' * 4_000, ";" + '"' * 12_000, ";" + "'" * 12_000):
        assert unguarded(guarded_in_csv(text)) == text


@given(st.text(alphabet=st.one_of(st.sampled_from("'=+-@\t\r＝ab"), st.characters(exclude_categories=["Cc", "Cs"]))))
def test_what_was_exported_comes_back_as_it_went(text: str) -> None:
    clean = guarded(text).removeprefix("'") if guarded(text) != text else text
    assert unguarded(guarded(text)) == clean
    assert guarded(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_the_apostrophes_of_a_csv_do_not_count_for_the_length_of_a_cell() -> None:
    text = ";=" * 6_000
    [line] = read_sheet(as_csv(["a"], [{"a": text}])).lines
    assert line.cells == {"a": text}
