"""The texts of a cluster side by side with their translations: one field a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clusters.actions.translation import Slot, Typed, hash_of, wrong_with
from clusters.rules.translation import Tongue
from clusters.translatable import Side


@dataclass(frozen=True)
class Line:
    """A text, its field, and what the page shows beside: `still_right` is a box to tick where the text changed."""

    side: Side
    field: BoundField
    still_right: BoundField | None

    @property
    def is_open(self) -> bool:
        """Whether something is to do here: it is not translated, stale, or was sent with something wrong."""
        return self.side.row is None or self.side.is_stale or bool(self.field.errors)


class TranslationForm(forms.Form):
    """One field for each text, with what it showed and from which source; all of them may stay empty."""

    def __init__(self, data: Any = None, *, sides: Sequence[Side], tongue: Tongue) -> None:
        """Make a field for each of `sides`."""
        super().__init__(data)
        self.sides = {_name(side.text.slot): side for side in sides}
        for name, side in self.sides.items():
            self.fields[name] = _field(side, tongue)
            self.fields[f"s-{name}"] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=hash_of(side.text.text)
            )
            if side.is_stale:
                self.fields[f"ok-{name}"] = forms.BooleanField(
                    required=False, label=_("The translation is still right")
                )

    def clean(self) -> dict[str, Any]:
        """Say at each field what is wrong with it; the others are saved."""
        given: dict[str, Any] = super().clean() or {}
        for name, side in self.sides.items():
            if self.changed(name) and (problem := wrong_with(side.text, given.get(name, ""))):
                self.add_error(name, problem)
        return given

    def changed(self, name: str) -> bool:
        """Tell whether what was typed differs from what the page showed."""
        return name in self.cleaned_data and self.cleaned_data[name] != self._seen(name)

    def typed(self) -> list[Typed]:
        """Return what was typed and is right by itself."""
        found = []
        for name, side in self.sides.items():
            still_right = bool(self.cleaned_data.get(f"ok-{name}"))
            if name in self.cleaned_data and (self.changed(name) or still_right):
                source = self.data.get(self.add_prefix(f"s-{name}"), "")
                text = self.cleaned_data[name]
                found.append(Typed(side.text.slot, text, self._seen(name), source, still_right))
        return found

    def tell(self, problems: Mapping[Slot, str]) -> None:
        """Put what could not be saved at its fields."""
        for slot, problem in problems.items():
            self.add_error(_name(slot) if _name(slot) in self.fields else None, problem)

    def kept(self, sides: Sequence[Side], tongue: Tongue, problems: Mapping[Slot, str]) -> TranslationForm:
        """Return the form on what is saved now: what could not be saved keeps its words, with the reason beside."""
        fresh = type(self)(sides=sides, tongue=tongue)
        data: dict[str, str] = {}
        for name, side in fresh.sides.items():
            shown = str(fresh[name].value() or "")
            data[name] = str(self.data.get(name, "")) if name in self.errors else shown
            data[f"initial-{name}"] = shown
            data[f"s-{name}"] = hash_of(side.text.text)
        made = type(self)(data, sides=sides, tongue=tongue)
        made.is_valid()
        made.tell(problems)
        return made

    def opened_on(self) -> SafeString:
        """Return the hidden inputs that say what the page showed."""
        shown = [self[name].as_hidden(only_initial=True) for name in self.sides]
        sources = [str(self[f"s-{name}"]) for name in self.sides]
        return format_html_join("", "{}", ((SafeString(one),) for one in (*shown, *sources)))

    def lines(self) -> list[Line]:
        """Return what the page shows, in order."""
        return [
            Line(side, self[name], self[f"ok-{name}"] if f"ok-{name}" in self.fields else None)
            for name, side in self.sides.items()
        ]

    def _seen(self, name: str) -> str:
        """Return what the page showed in the field."""
        return _typed(self.data.get(self.add_initial_prefix(name), ""))


def _typed(value: str) -> str:
    """Return a text as a field reads it: line breaks of browsers are one sign, nothing around it."""
    return value.replace("\r\n", "\n").strip()


class _TextField(forms.CharField):
    """A text whose line breaks are those of the database; it is said on top that every one may stay empty."""

    is_wanted_later = True

    def clean(self, value: Any) -> str:
        """Return the text."""
        return _typed(super().clean(value) or "")


def _field(side: Side, tongue: Tongue) -> forms.CharField:
    kind = side.text.kind
    rows = min(12, max(2, len(side.text.text) // 60 + side.text.text.count("\n") + 1))
    attrs = {"lang": tongue.code, "rows": rows if kind.is_prose or kind.longest > 120 else 1}
    field = _TextField(
        label=side.text.label,
        required=False,
        initial=side.row.text if side.row else "",
        show_hidden_initial=True,
        widget=forms.Textarea(attrs=attrs),
    )
    field.max_length = kind.longest  # counted on the page; what is too long is told by `wrong_with`, never cut
    return field


def _name(slot: Slot) -> str:
    part, part_id, field = slot
    return f"{part}-{part_id}-{field}"
