"""Folding: what search and unique names compare."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from community.folding import INVISIBLE, fold, fold_all, fold_key


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_key_of_a_key_is_the_key(text: str) -> None:
    assert fold_key(fold_key(text)) == fold_key(text)


@given(st.text())
def test_case_and_space_around_make_no_difference(text: str) -> None:
    assert fold(f"  {text} ") == fold(text)
    assert fold_key(f"\u200b{text}\ufeff ") == fold_key(text)


def test_greek_slavic_and_latin_accents_go_in_search() -> None:
    assert fold("Πρόταση ΓΙΑ τους Δήμους") == "προταση για τουσ δημουσ"
    assert fold("Perić Đorđe Łódź Straße") == "peric dorde lodz strasse"


def test_accents_stay_in_a_key_but_case_and_invisible_signs_go() -> None:
    assert fold_key("PERIĆ") == fold_key("Peric\u0301") == "perić"
    assert fold_key("Peric") != fold_key("Perić")
    assert fold_key("Plan\u200b  Bleu\u00a0") == "plan bleu"


@given(st.text())
def test_folding_takes_case_marks_and_space_one_after_the_other(text: str) -> None:
    letters = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ς": "σ", "ı": "i"})
    before, folded = None, text
    while folded != before:
        before = folded
        seen = unicodedata.normalize("NFKD", INVISIBLE.sub("", folded).casefold())
        bare = "".join(sign for sign in seen if not unicodedata.combining(sign)).translate(letters)
        folded = re.sub(r"\s+", " ", bare).strip()
    assert fold(text) == folded


@given(st.lists(st.text() | st.sampled_from(["", " ", "\x00", "a\x00b", "\u0301", "Perić", "Σ", "ss\u0345 "])))
def test_many_texts_are_folded_as_each_of_them(texts: list[str]) -> None:
    assert fold_all(texts) == [fold(text) for text in texts]
