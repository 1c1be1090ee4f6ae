"""What differs between a form as it was sent and the same as it is saved now, in words: for who was overtaken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

_SEVERAL = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


@dataclass(frozen=True)
class Clash:
    """A field in which what is saved and what was typed differ, both in words; as `components/diff.html` draws it."""

    label: str
    was: str
    now: str


def is_several(field: forms.Field) -> bool:
    """Tell whether a field takes several values."""
    return isinstance(field, _SEVERAL)


def as_typed(field: BoundField, value: Any) -> str:
    """Return a value as the browser would send it; "" for nothing, and for a box that is not ticked."""
    if isinstance(field.field.widget, forms.CheckboxInput):
        return "on" if field.field.to_python(value) else ""
    shown = field.field.widget.format_value(field.field.prepare_value(value))
    if isinstance(shown, list):
        shown = shown[0] if shown else ""
    return str(shown or "")


def as_sent(field: BoundField, value: Any) -> str | list[str]:
    """Return a value as the browser would send it: a list for a field that takes several."""
    if not is_several(field.field):
        return as_typed(field, value)
    return [str(one) for one in field.field.prepare_value(value) or ()]


def in_words(field: BoundField, value: Any) -> str:
    """Return what a reader sees of a value: the label of a choice, those of several in their order, else the text."""
    sent = as_sent(field, value)
    choices = getattr(field.field, "choices", None)
    if choices is None:
        return str(sent)
    chosen = sent if isinstance(sent, list) else [sent]
    return ", ".join(str(label) for key, label in _flat(choices) if str(key) in chosen)


def _flat(choices: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """Yield keys and labels, those of groups too."""
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield key, label
