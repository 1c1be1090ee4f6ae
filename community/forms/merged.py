"""Rows that were merged into another one are chosen in no form, whatever page was opened before the merge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

MERGED = _("This is no choice: it is not there, or it was merged into another entry. Look for it again.")


def refuse_merged(form: forms.BaseForm) -> None:
    """Let the fields of a form offer no merged row but the one that stands there."""
    for name, field in form.fields.items():
        queryset = getattr(field, "queryset", None)
        if queryset is None or not _can_be_merged(queryset.model):
            continue
        there = _keys(form.initial.get(name, field.initial))
        offered: Any = field
        offered.queryset = queryset.filter(Q(merged_into=None) | Q(pk__in=there))
        field.error_messages["invalid_choice"] = MERGED


def _can_be_merged(model: type[Model]) -> bool:
    try:
        found = model._meta.get_field("merged_into")
    except FieldDoesNotExist:
        return False
    return found.related_model is model


def _keys(value: Any) -> list[Any]:
    """Return the keys of what a field begins with: a row, a key, or several."""
    several = value if isinstance(value, list | tuple | set) else [value]
    return [one.pk if isinstance(one, Model) else one for one in several if one not in (None, "")]
