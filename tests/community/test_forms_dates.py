"""A day as people type it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import override

from community.forms.dates import DayField, in_words, read_day


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-12",
        "12 May 2026",
        "12 may 2026",
        "  12   MAY  2026 ",
        "12th May, 2026",
        "May 12, 2026",
        "12. May 2026",
        "12.5.2026",
        "12/05/2026",
        "12 - 5 - 2026",
        "١٢/٥/٢٠٢٦",
    ],
)
def test_a_day_is_read_in_the_ways_in_which_people_write_it(text: str) -> None:
    assert read_day(text) == date(2026, 5, 12)


@pytest.mark.parametrize("language", ["en", "fr", "es", "it", "pt", "el", "hr", "sl", "bg", "sq", "bs", "mk", "ca"])
def test_a_day_written_by_the_page_is_read_again_in_its_language(language: str) -> None:
    with override(language):
        for month in range(1, 13):
            day = date(2026, month, 28)
            assert read_day(in_words(day)) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-04-31", "31 April does not exist. Did you mean 30 April?"),
        ("31 April 2026", "31 April does not exist. Did you mean 30 April?"),
        ("29.2.2027", "29 February 2027 does not exist. Did you mean 28 February 2027?"),
        ("0 May 2026", "0 May does not exist. Did you mean 1 May?"),
        ("12.13.2026", "There is no month 13. Months go from 1 to 12, and the day comes first: 12.5.2026."),
        ("12.5.26", "Write the year with four digits, such as 2026."),
        ("12 Ma 2026", "Write the day like 12 May 2026 or 2026-05-12."),
        ("0000-05-12", "Write the year with four digits, such as 2026."),
        ("next week", "Write the day like 12 May 2026 or 2026-05-12."),
        ("12 ???? 2026", "Write the day like 12 May 2026 or 2026-05-12."),
        ("1999999999-01-01", "Write the day like 12 May 2026 or 2026-05-12."),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_what_was_probably_meant(text: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        read_day(text)
    assert refusal.value.messages == [sentence]


def test_the_ends_of_the_calendar_are_read_and_limited_by_the_field() -> None:
    assert read_day("0001-01-01") == date.min
    assert read_day("9999-12-31") == date.max
    field = DayField(earliest=date(2000, 1, 1), latest=date(2100, 12, 31))
    for text, sentence in (
        ("0001-01-01", "Choose a day from 1 January 2000 on."),
        ("9999-12-31", "Choose a day until 31 December 2100."),
    ):
        with pytest.raises(ValidationError) as refusal:
            field.clean(text)
        assert refusal.value.messages == [sentence]


class _Form(forms.Form):
    on = DayField(label="On", required=False)


def test_a_day_that_is_known_stands_in_words_and_what_was_typed_stays_as_typed() -> None:
    assert 'value="12 May 2026"' in str(_Form(initial={"on": date(2026, 5, 12)})["on"])
    assert 'value="31 April 2026"' in str(_Form({"on": "31 April 2026"})["on"])
    assert 'value="1 January 2027"' in str(_Form(initial={"on": datetime(2026, 12, 31, 23, 0, tzinfo=UTC)})["on"])


def test_nothing_typed_is_no_day() -> None:
    for text in ("", "   "):
        form = _Form({"on": text})
        assert form.is_valid()
        assert form.cleaned_data["on"] is None
