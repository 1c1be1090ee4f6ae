"""Fields of filters in an address: words to look for, and codes from a list, several at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from community.validators import plain_line

LONGEST: Final = 200
#: More values than these are not meant by anybody.
MOST_VALUES: Final = 30


class WordsField(forms.CharField):
    """Words to look for, at most 200 signs."""

    def __init__(self, **extra: Any) -> None:
        """Strip the ends; refuse invisible and control signs."""
        super().__init__(max_length=LONGEST, **extra)
        # One sentence about a control sign is enough: ours covers the null character too.
        others = [check for check in self.validators if not isinstance(check, ProhibitNullCharactersValidator)]
        self.validators = [*others, plain_line]


class CodesField(forms.MultipleChoiceField):
    """One or more codes from a fixed list; an empty one is as if it were not there."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid_choice": _("“%(value)s” is not one of the choices."),
        "too_many": _("Choose fewer values."),
    }

    def to_python(self, value: Any) -> list[str]:
        """Return each code once."""
        codes = given(super().to_python(value))
        if len(codes) > MOST_VALUES:
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        return codes

    def validate(self, value: list[str]) -> None:
        """Refuse a code that is not on the list, quoting its beginning only."""
        for code in value:
            if not self.valid_value(code):
                params = {"value": code[:40]}
                raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params=params)


def given(values: Iterable[Any]) -> list[str]:
    """Return the values that say something, each once."""
    return list(dict.fromkeys(text for value in values if (text := str(value).strip())))
