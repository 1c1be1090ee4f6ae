"""Signs that no text of ours may hold, because a mail, a calendar or a document breaks on them."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

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
