"""Rows that were merged into another one are chosen in no form, whatever page was opened before the merge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from community.forms.offering import initial_keys

MERGED = _("This is no choice: it is not there, or it was merged into another entry. Look for it again.")


def refuse_merged(form: forms.BaseForm) -> None:
    """Let the fields of a form offer no merged row but the one that stands there."""
    for name, field in form.fields.items():
        queryset = getattr(field, "queryset", None)
        if queryset is None or not _can_be_merged(queryset.model):
            continue
        there = initial_keys(form.initial.get(name, field.initial))
        offered: Any = field
        offered.queryset = queryset.filter(Q(merged_into=None) | Q(pk__in=there))
        field.error_messages["invalid_choice"] = MERGED


def _can_be_merged(model: type[Model]) -> bool:
    try:
        found = model._meta.get_field("merged_into")
    except FieldDoesNotExist:
        return False
    return found.related_model is model
