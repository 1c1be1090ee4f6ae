"""What a field offers, and what stands there already: saving a form without a change drops nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model, QuerySet


def offer_rows(form: forms.BaseForm, **offered: QuerySet[Any]) -> None:
    """Let fields of `form` offer these rows, and those with which the form begins.

    What stands in an entry stays on offer when it was retired, merged or ended since, or came by an import that takes
    more than forms offer. Asks the database nothing: the form has read what it begins with.
    """
    for name, rows in offered.items():
        field: Any = form.fields[name]
        there = initial_keys(form.initial.get(name, field.initial))
        field.queryset = rows | rows.model._default_manager.filter(pk__in=there) if there else rows


def initial_keys(value: Any) -> list[Any]:
    """Return the keys of what a field begins with: a row, a key, or several."""
    several = value if isinstance(value, list | tuple | set | QuerySet) else [value]
    return [one.pk if isinstance(one, Model) else one for one in several if one not in (None, "")]
