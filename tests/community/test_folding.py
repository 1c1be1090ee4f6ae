"""Folding: what search and unique names compare."""

from hypothesis import given
from hypothesis import strategies as st

from community.folding import fold, fold_key


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
