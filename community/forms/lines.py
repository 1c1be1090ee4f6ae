"""Fields for one line of text, and for the address of a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, URLValidator
from django.utils.translation import gettext_lazy as _

from community.validators import plain_line

#: Addresses lead to pages, nothing else.
WEB_ONLY = URLValidator(schemes=["http", "https"])
NO_ADDRESS = _("Give the address of a page, such as https://example.org/notes.")


def web_address(label: Any, **kwargs: Any) -> forms.URLField:
    """Return the field for an optional address of a web page."""
    messages = {"invalid": NO_ADDRESS}
    field = forms.URLField(label=label, required=False, assume_scheme="https", error_messages=messages, **kwargs)
    others = [check for check in field.validators if not isinstance(check, URLValidator)]
    field.validators = [*others, WEB_ONLY, MaxLengthValidator(500)]
    return field


#: What Django says of a text that is too long names a “value”, which nobody typed.
TOO_LONG = _("Write at most %(limit_value)d characters; there are %(show_value)d.")


def short_line(label: Any, most: int, **kwargs: Any) -> forms.CharField:
    """Return the field for one line of at most `most` characters, without a counter: a row has no room for it."""
    kwargs.setdefault("required", False)
    checks: list[Any] = [plain_line, MaxLengthValidator(most, message=TOO_LONG)]
    return forms.CharField(label=label, validators=checks, widget=forms.TextInput(attrs={"maxlength": most}), **kwargs)
