"""Cells of a table: no formula, and the same text back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.cells import guarded, unguarded


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''+1"])
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "M4N", "a=b", "'quoted'", " =1", "don't"])
def test_every_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


def test_control_signs_go() -> None:
    assert guarded("a\x00b\x1fc\x7f") == "abc"
    assert guarded("\x00=1") == "'=1"


@given(st.text(alphabet=st.one_of(st.sampled_from("'=+-@\t\r＝ab"), st.characters(exclude_categories=["Cc", "Cs"]))))
def test_what_was_exported_comes_back_as_it_went(text: str) -> None:
    clean = guarded(text).removeprefix("'") if guarded(text) != text else text
    assert unguarded(guarded(text)) == clean
    assert guarded(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
