"""Signs that no text of ours may hold, because a mail, a calendar or a document breaks on them; codes that count."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from community.choices import Language
from community.countries import COUNTRIES
from community.folding import fold

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAK = re.compile(r"[\t\n\r\u2028\u2029]")
_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
#: Digits that every database takes as a whole number.
KEY_LENGTH = 18


def plain_text(value: str) -> None:
    """Refuse control, direction and zero-width signs; line breaks are allowed.

    Raises:
        ValidationError: names the kind of sign, so that it can be taken out.
    """
    if _CONTROL.search(value):
        raise ValidationError(
            _("This text holds a control character. Type it again instead of pasting it."), code="control"
        )
    if _INVISIBLE.search(value):
        raise ValidationError(
            _("This text holds an invisible sign. Type it again instead of pasting it."), code="invisible"
        )


def plain_line(value: str) -> None:
    """Refuse what `plain_text` refuses, and line breaks and tabs.

    Raises:
        ValidationError: as `plain_text`, or with code "break".
    """
    plain_text(value)
    if _BREAK.search(value):
        raise ValidationError(_("This must be one line. Take out the line break."), code="break")


def is_key(text: object) -> bool:
    """Tell whether `text` can be a primary key, so that no database is asked for what none can hold.

    Python refuses to read numbers of thousands of digits, and columns hold 18 with certainty.
    """
    return str(text).isdecimal() and len(str(text)) <= KEY_LENGTH


def country_code(text: str) -> str:
    """Return the two letters of a country as the programme writes them, given in small or large ones.

    Raises:
        ValidationError: says what to write, such as EL for Greece.
    """
    code = text.strip().upper()
    if code == "GR":
        raise ValidationError(_("The programme writes EL for Greece."), code="country")
    if code == "GB":
        raise ValidationError(_("The programme writes UK for the United Kingdom."), code="country")
    if code not in COUNTRIES:
        words = _("“%(text)s” is no country. Write its two letters, such as IT or EL.")
        raise ValidationError(words, code="country", params={"text": text})
    return code


def known_country(value: str) -> None:
    """Refuse what is no country as it is kept: figures tell by these letters what is transnational.

    Raises:
        ValidationError: as `country_code`, also for small letters.
    """
    if country_code(value) != value:
        words = _("“%(text)s” is no country. Write its two letters, such as IT or EL.")
        raise ValidationError(words, code="country", params={"text": value})


def known_countries(values: Any) -> None:
    """Refuse a list that holds one that `known_country` refuses, or one twice.

    Raises:
        ValidationError: as `known_country`, or names the one that stands there twice.
    """
    for number, value in enumerate(values):
        known_country(value)
        if value in values[:number]:
            raise ValidationError(_("“%(text)s” stands there twice."), code="twice", params={"text": value})


def language_code(text: str) -> str:
    """Return the code of a language that is given by its code or English name.

    Raises:
        ValidationError: it is none of those that the registry knows.
    """
    with override("en"):
        known = {fold(key): one.value for one in Language for key in (one.value, str(one.label))}
    if fold(text) not in known:
        words = _("“%(text)s” is no language of the registry. Write its name or code, such as Greek or el.")
        raise ValidationError(words, code="language", params={"text": text})
    return known[fold(text)]
