"""The one field of every form that lets somebody choose several rows of a table."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.validators import is_key


class SeveralField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Rows by their keys; a key that no database holds is refused before one is asked.

    Django asks for all keys in one look-up (`pk__in`), which SQLite answers with an error where a number has more
    digits than a column holds. A form of a model names it in `Meta.field_classes`.
    """

    default_error_messages = {
        "invalid_choice": _("Choose from the list."),
        "invalid_list": _("Choose from the list."),
        "invalid_pk_value": _("Choose from the list."),
    }

    def clean(self, value: Any) -> Any:
        """Return the rows of these keys.

        Raises:
            ValidationError: one of them cannot be chosen.
        """
        is_by_number = self.to_field_name in (None, "pk", "id")
        if is_by_number and isinstance(value, list | tuple) and not all(is_key(one) for one in value):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)
