"""A form that knows what it was opened on, so that a stale edit loses nobody's text.

Every field travels with the value that the page showed. When somebody saved meanwhile, the fields that this
person did not touch take what is saved now, and those that they did keep their words beside the saved ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

Row = TypeVar("Row")
NO_VERSION = -1


@dataclass(frozen=True)
class Clash:
    """A field in which what is saved and what was typed differ, both in words; as `components/diff.html` draws it."""

    label: str
    was: str
    now: str


class SeenVersionField(forms.IntegerField):
    """The version that the page showed; lost or broken on the way it is none, so that the edit counts as stale."""

    def clean(self, value: Any) -> int:
        """Return the version, or -1, which no part ever has."""
        try:
            found = super().clean(value)
        except forms.ValidationError:
            return NO_VERSION
        return found if isinstance(found, int) and found >= 0 else NO_VERSION


class MergingForm(forms.Form):
    """Base of the forms that edit one part of a cluster in place."""

    seen_version = SeenVersionField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, ident: str, **kwargs: Any) -> None:
        """Let each visible field carry the value that the page shows.

        `ident` makes the ids of the inputs this row's own: several rows may be open on one page.
        """
        super().__init__(*args, **{"auto_id": f"id_{ident}_%s", **kwargs})
        for field in self.fields.values():
            field.show_hidden_initial = not field.widget.is_hidden
        first = next((field for field in self.fields.values() if not field.widget.is_hidden), None)
        if first is not None and not self.is_bound and not isinstance(first.widget, forms.RadioSelect):
            first.widget.attrs["data-focus"] = ""  # a row that opens gets the focus, see site.js

    def opened_on(self) -> SafeString:
        """Return the hidden inputs with the values that the form was opened on."""
        fields = [field for field in self if field.field.show_hidden_initial]
        return format_html_join("", "{}", ((field.as_hidden(only_initial=True),) for field in fields))

    def merged(self, **kwargs: Any) -> Self:
        """Return the form again on what is saved now: own words kept, untouched fields taken over.

        Args:
            kwargs: what the form's constructor takes to start from the part as it is saved now.
        """
        fresh = type(self)(**kwargs)
        own = set(self.changed_data)
        data: dict[str, Any] = {}
        for field in fresh:
            is_own = field.name in own and field.name in self.fields and not field.field.widget.is_hidden
            data[field.html_name] = self._typed(field.name) if is_own else _as_typed(field, field.value())
            data[field.html_initial_name] = _as_typed(field, field.value())
        return type(self)(data, **kwargs)

    def clashes(self) -> list[Clash]:
        """Return the fields whose words differ from those saved now, in the order of the form."""
        found = []
        for field in self:
            if field.field.widget.is_hidden or field.name not in self.initial:
                continue
            if not field.field.has_changed(field.initial, field.data):
                continue
            found.append(Clash(str(field.label), _in_words(field, field.initial), _in_words(field, field.data)))
        return found

    def _typed(self, name: str) -> Any:
        field = self.fields[name]
        return field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))


def offer(form: forms.Form, name: str, rows: Mapping[str, Any], choices: Iterable[tuple[str, Any]]) -> None:
    """Let a `TypedChoiceField` of `form` offer few rows by their keys, under the labels of `choices`."""
    field = cast("forms.TypedChoiceField", form.fields[name])
    field.choices = list(choices)
    field.coerce = Picked(rows)


def _as_typed(field: BoundField, value: Any) -> str:
    """Return a value as the browser would send it; "" for nothing."""
    shown = field.field.widget.format_value(field.field.prepare_value(value))
    if isinstance(shown, list):
        shown = shown[0] if shown else ""
    return str(shown or "")


def _in_words(field: BoundField, value: Any) -> str:
    """Return what a reader sees of a value: the label of a choice, else the text."""
    typed = _as_typed(field, value)
    choices = getattr(field.field, "choices", None)
    if choices is None:
        return typed
    return next((str(label) for key, label in choices if str(key) == typed), "")


class Picked(Generic[Row]):
    """The coercion of a choice field over few rows: from the key that was sent to the row."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        """Offer `rows` by their keys."""
        self.rows = rows

    def __call__(self, key: object) -> Row:
        """Return the row.

        Raises:
            ValueError: no such row is offered.
        """
        try:
            return self.rows[str(key)]
        except KeyError:
            raise ValueError(key) from None
