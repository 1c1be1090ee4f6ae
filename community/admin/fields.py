"""Form fields of the admin for columns that hold lists and labels."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.validators import language_code, plain_line

_LABEL = re.compile(r"^([a-z]{2,3}(?:-[a-z]{2,4})?)\s*:\s*(\S.*)$")


class WordsField(forms.CharField):
    """A list of words, written with commas: "en, el"."""

    def __init__(self, **kwargs: Any) -> None:
        """Say how the list is written."""
        kwargs.setdefault("help_text", _("Separate with commas."))
        super().__init__(**{"required": False, "max_length": 300, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """Write the list in one line."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read the list."""
        text = ", ".join(value) if isinstance(value, list) else str(super().to_python(value) or "")
        plain_line(text)
        return [word.strip() for word in text.split(",") if word.strip()]

    def run_validators(self, value: Any) -> None:
        """Check the line as it was typed."""
        super().run_validators(", ".join(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists."""
        return bool((initial or []) != self.to_python(data or ""))


class CountriesField(WordsField):
    """Countries by their two letters, small or large: "EL, it"; the model says which there are."""

    def to_python(self, value: Any) -> Any:
        """Read the list."""
        return [word.upper() for word in super().to_python(value)]


class LanguagesField(WordsField):
    """Languages by code or name: "el, Italian"; the codes are kept.

    What stands in an entry already (`there`) may stay: it was entered before there was a list.
    """

    there: Collection[str] = ()

    def to_python(self, value: Any) -> Any:
        """Read the list.

        Raises:
            ValidationError: a word is no language.
        """
        words = super().to_python(value)
        return list(dict.fromkeys(word if word in self.there else language_code(word) for word in words))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists."""
        try:
            return super().has_changed(initial, data)
        except ValidationError:
            return True


class LabelsField(forms.CharField):
    """A label per language, one a line: "en: Higher education"."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs: Any) -> None:
        """Say how labels are written."""
        kwargs.setdefault("help_text", _("One language a line, such as “en: Marine ecosystems”. English is needed."))
        super().__init__(**{"max_length": 2000, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """Write one label a line."""
        if isinstance(value, dict):
            return "\n".join(f"{language}: {label}" for language, label in value.items())
        return value

    def to_python(self, value: Any) -> Any:
        """Read one label a line.

        Raises:
            ValidationError: a line has no language, or English is missing.
        """
        if isinstance(value, dict):
            return value
        labels: dict[str, str] = {}
        for line in str(super().to_python(value) or "").splitlines():
            if not line.strip():
                continue
            found = _LABEL.match(line.strip())
            if found is None:
                raise ValidationError(
                    _("“%(line)s” does not begin with a language, such as “en: ”."), params={"line": line}
                )
            plain_line(found[2])
            labels[found[1]] = found[2]
        if labels and "en" not in labels:
            raise ValidationError(_("Write the English label too."))
        return labels

    def run_validators(self, value: Any) -> None:
        """Check the labels as they are kept."""
        super().run_validators("\n".join(value.values()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare labels."""
        try:
            return bool((initial or {}) != self.to_python(data or ""))
        except ValidationError:
            return True
