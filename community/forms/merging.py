"""A form that knows what it was opened on, so that a stale edit loses nobody's text.

Every field travels with the value that the page showed. When somebody saved meanwhile, the fields that this
person did not touch take what is saved now, and those that they did keep their words beside the saved ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from community.forms.comparing import Clash, as_sent, in_words, is_several

Row = TypeVar("Row")
NO_VERSION = -1


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
    """Base of the forms that edit something in place, where somebody else may have saved meanwhile."""

    #: Whether the first field gets the focus: of a row that opens within a page, not of a page that is the form.
    opens_in_page: ClassVar[bool] = True

    seen_version = SeenVersionField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, ident: str, **kwargs: Any) -> None:
        """Let each visible field carry the value that the page shows.

        `ident` makes the ids of the inputs this row's own: several rows may be open on one page.
        """
        super().__init__(*args, **{"auto_id": f"id_{ident}_%s", **kwargs})
        self.carry()
        first = next((field for field in self.fields.values() if not field.widget.is_hidden), None)
        opens = self.opens_in_page and not self.is_bound
        if first is not None and opens and not isinstance(first.widget, forms.RadioSelect):
            first.widget.attrs["data-focus"] = ""  # a row that opens gets the focus, see site.js

    def carry(self) -> None:
        """Let each visible field carry what the page shows; once more where fields were added after the start."""
        for field in self.fields.values():
            field.show_hidden_initial = not field.widget.is_hidden

    def opened_on(self) -> SafeString:
        """Return the hidden inputs with the values that the form was opened on."""
        fields = [field for field in self if field.field.show_hidden_initial and not self._began_empty(field)]
        return format_html_join("", "{}", ((field.as_hidden(only_initial=True),) for field in fields))

    def _began_empty(self, field: BoundField) -> bool:
        """Tell whether a field of several was sent as opened with nothing chosen, which travels as no input at all."""
        return self.is_bound and is_several(field.field) and not self._opened(field)

    def _opened(self, field: BoundField) -> Any:
        return field.field.hidden_widget().value_from_datadict(self.data, self.files, field.html_initial_name)

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
            saved = as_sent(field, field.value())
            data[field.html_name] = self._typed(field.name) if is_own else saved
            data[field.html_initial_name] = saved
        return type(self)(data, **kwargs)

    def clashes(self) -> list[Clash]:
        """Return the fields whose words differ from those saved now, in the order of the form."""
        found = []
        for field in self:
            if field.field.widget.is_hidden or field.name not in self.initial:
                continue
            if not field.field.has_changed(field.initial, field.data):
                continue
            found.append(Clash(str(field.label), in_words(field, field.initial), in_words(field, field.data)))
        return found

    def _typed(self, name: str) -> Any:
        field = self.fields[name]
        return field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))


def offer(form: forms.Form, name: str, rows: Mapping[str, Any], choices: Iterable[tuple[str, Any]]) -> None:
    """Let a `TypedChoiceField` of `form` offer few rows by their keys, under the labels of `choices`."""
    field = cast("forms.TypedChoiceField", form.fields[name])
    field.choices = list(choices)
    field.coerce = Picked(rows)


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
