"""A day as people type it: read generously, refused with a sentence that says what is wrong with it.

A text input on purpose: the browser's own date input drops a day that does not exist without a word, and shows
days in the order of the browser's language. Where the script runs, a button opens the browser's calendar.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from community.folding import fold

_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_FIGURES = re.compile(r"^(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{1,6})\.?$")
_DAY_FIRST = re.compile(r"^(\d{1,2})(?:st|nd|rd|th|\.|º)?\s+(?:de\s+)?([^\W\d]+)\.?,?\s+(?:de\s+)?(\d{1,6})\.?$")
_MONTH_FIRST = re.compile(r"^([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{1,6})$")
_MONTH_FORMATS = ("F", "E", "M", "N", "b")

UNREADABLE = _("Write the day like 12 May 2026 or 2026-05-12.")
SHORT_YEAR = _("Write the year with four digits, such as 2026.")
NO_SUCH_MONTH = _("There is no month %(month)s. Months go from 1 to 12, and the day comes first: 12.5.2026.")
NO_SUCH_DAY = _("%(day)s %(month)s does not exist. Did you mean %(near)s?")
TOO_EARLY = _("Choose a day from %(day)s on.")
TOO_LATE = _("Choose a day until %(day)s.")
ENDS_BEFORE = _("The period ends before it begins. Both may be the same day.")


def in_words(day: date) -> str:
    """Return a day as pages write it and as `read_day` reads it: "12 May 2026"."""
    return date_format(day, "j E Y")


def read_day(text: str) -> date:
    """Return the day that `text` means: ISO, "12 May 2026" in the page's language or English, or 12.5.2026.

    Raises:
        ValidationError: one sentence, with the day that was probably meant where there is one.
    """
    written = fold(text)
    if found := _ISO.match(written):
        year, month, day = (int(part) for part in found.groups())
        return _existing(year, month, day)
    if found := _FIGURES.match(written):
        return _existing(_full_year(found[3]), int(found[2]), int(found[1]))
    if found := _DAY_FIRST.match(written):
        return _existing(_full_year(found[3]), _month_of(found[2]), int(found[1]))
    if found := _MONTH_FIRST.match(written):
        return _existing(_full_year(found[3]), _month_of(found[1]), int(found[2]))
    raise ValidationError(UNREADABLE, code="unreadable")


def _full_year(digits: str) -> int:
    if len(digits) != 4:
        raise ValidationError(SHORT_YEAR, code="year")
    return int(digits)


def _month_of(word: str) -> int:
    """Return the month that a word names, in the page's language or in English."""
    for language in (get_language() or "en", "en"):
        names = _month_names(language)
        exact = names.get(word)
        if exact is not None:
            return exact
        begun = {month for name, month in names.items() if len(word) >= 3 and name.startswith(word)}
        if len(begun) == 1:
            return begun.pop()
    raise ValidationError(UNREADABLE, code="unreadable")


@lru_cache(maxsize=64)
def _month_names(language: str) -> dict[str, int]:
    """Return the folded names of the months, long, short and as they stand beside a day."""
    with override(language):
        return {
            fold(date_format(date(2001, month, 1), form)).rstrip("."): month
            for month in range(1, 13)
            for form in _MONTH_FORMATS
        }


def _existing(year: int, month: int, day: int) -> date:
    if year < 1:
        raise ValidationError(SHORT_YEAR, code="year")
    if not 1 <= month <= 12:
        raise ValidationError(NO_SUCH_MONTH, code="month", params={"month": month})
    last = monthrange(year, month)[1]
    if 1 <= day <= last:
        return date(year, month, day)
    near = date(year, month, last if day > last else 1)
    # The year tells something only where February is as long as it is.
    with_year = month == 2 and day == 29
    words = {
        "day": day,
        "month": date_format(near, "E Y" if with_year else "E"),
        "near": date_format(near, "j E Y" if with_year else "j E"),
    }
    raise ValidationError(NO_SUCH_DAY, code="day", params=words)


class DayInput(forms.TextInput):
    """A text input for a day, with a button that opens the browser's calendar where that can be done."""

    template_name = "components/day_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Take no suggestions of the browser: old days are never wanted again."""
        super().__init__({"autocomplete": "off", "data-day": "", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        """Write a day in words; what was typed stays as it was typed."""
        if isinstance(value, datetime):
            value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
        return in_words(value) if isinstance(value, date) else super().format_value(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the day in the form that the calendar wants."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["iso"] = value.isoformat()[:10] if isinstance(value, date) else ""
        return context


class DayField(forms.DateField):
    """A day between two others (both may be chosen), typed in any of the usual ways."""

    widget = DayInput

    def __init__(self, *, earliest: date = date(1900, 1, 1), latest: date = date(2199, 12, 31), **kwargs: Any) -> None:
        """Accept the days from `earliest` to `latest`."""
        super().__init__(**kwargs)
        self.earliest = earliest
        self.latest = latest

    def to_python(self, value: Any) -> date | None:
        """Return the day, or None for nothing.

        Raises:
            ValidationError: with the sentence of `read_day`, or with the limit that was passed.
        """
        if value in self.empty_values or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, datetime):
            day = value.date()
        elif isinstance(value, date):
            day = value
        else:
            day = read_day(str(value))
        if day < self.earliest:
            raise ValidationError(TOO_EARLY, code="early", params={"day": in_words(self.earliest)})
        if day > self.latest:
            raise ValidationError(TOO_LATE, code="late", params={"day": in_words(self.latest)})
        return day


class PeriodForm(forms.Form):
    """Base of forms with the days `from` and `to`, both included."""

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        cleaned = self.cleaned_data
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and last < first:
            self.add_error("to", ValidationError(ENDS_BEFORE, code="order"))
        return cleaned
