"""Lists of small forms inside a step (objectives, stages, people) that grow, shrink and move without a script.

A list is the fields `<name>-<number>-<field>` of the posted data; the numbers give the order and may have gaps. A
press of a row's button makes new data from the old (`added`, `removed`, `moved`); nothing is stored by that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from django import forms
from django.http import QueryDict

Raw = dict[str, str]


class DraftForm(forms.Form):
    """A form whose required fields are required at the submit only: a draft may lack anything."""

    use_required_attribute = False

    def full_clean(self) -> None:
        """Check what is typed; nothing has to be."""
        required = [field for field in self.fields.values() if field.required]
        for field in required:
            field.required = False
        try:
            super().full_clean()
        finally:
            for field in required:
                field.required = True


class RowForm(DraftForm):
    """One row; a row in which nothing is typed is left out when the step is saved."""

    #: Fields whose content alone does not make a row worth keeping (a kind that is preset).
    passive: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nobody typed anything into the row."""
        return not any(str(self[name].value() or "").strip() for name in self.fields if name not in self.passive)


Form_ = TypeVar("Form_", bound=RowForm)


class RowSet(Generic[Form_]):
    """The rows of one list, bound to posted data, or showing what is stored or typed so far."""

    def __init__(
        self,
        name: str,
        make: Callable[..., Form_],
        *,
        stored: Iterable[Mapping[str, Any]] = (),
        typed: Mapping[str, Any] | None = None,
        judged: bool = True,
        least: int = 0,
        most: int,
    ) -> None:
        """Make the forms: from `typed` when given (judged: with errors), else from `stored`; at least `least` rows."""
        self.name = name
        self.most = most
        self.is_bound = typed is not None and judged
        raw = raw_rows(typed, name)[:most] if typed is not None else []
        count = len(raw) if typed is not None else 0
        if self.is_bound:
            renumbered = {f"{name}-{number}-{key}": text for number, row in enumerate(raw) for key, text in row.items()}
            self.forms = [make(data=renumbered, prefix=f"{name}-{number}") for number in range(max(count, least))]
        else:
            initials: list[Mapping[str, Any]] = [*(raw if typed is not None else stored)]
            initials += [{}] * (least - len(initials))
            self.forms = [make(initial=row, prefix=f"{name}-{number}") for number, row in enumerate(initials)]

    def __iter__(self) -> Iterator[Form_]:
        """Yield the rows in order."""
        return iter(self.forms)

    def __len__(self) -> int:
        """Return how many rows are shown."""
        return len(self.forms)

    @property
    def last_number(self) -> int:
        """The number of the last row, counted from 0."""
        return len(self.forms) - 1

    @property
    def is_full(self) -> bool:
        """Whether no further row may be added."""
        return len(self.forms) >= self.most

    @property
    def filled(self) -> list[Form_]:
        """The rows in which something is typed."""
        return [form for form in self.forms if not form.is_blank]

    def is_valid(self) -> bool:
        """Check the rows in which something is typed."""
        return all(form.is_valid() for form in self.filled)

    def cleaned(self) -> list[dict[str, Any]]:
        """Return the cleaned data of the rows in which something is typed and nothing is wrong."""
        return [form.cleaned_data for form in self.filled if form.is_valid()]

    def non_form_errors(self) -> list[str]:
        """Return no errors: a list as a whole is never wrong, it is cut at its limit."""
        return []


def raw_rows(data: Mapping[str, Any], name: str) -> list[Raw]:
    """Return the rows of a list as they were typed, in the order of their numbers."""
    pattern = re.compile(rf"^{re.escape(name)}-(\d{{1,4}})-(\w+)$")
    found: dict[int, Raw] = {}
    for key in data:
        if match := pattern.match(key):
            found.setdefault(int(match[1]), {})[match[2]] = data[key]
    return [found[number] for number in sorted(found)]


def with_rows(data: QueryDict, name: str, rows: Iterable[Mapping[str, str]]) -> QueryDict:
    """Return a copy of the data in which the list consists of `rows`."""
    changed = data.copy()
    for key in list(changed):
        if re.match(rf"^{re.escape(name)}-\d{{1,4}}-\w+$", key):
            del changed[key]
    for number, row in enumerate(rows):
        for field, text in row.items():
            changed[f"{name}-{number}-{field}"] = text
    return changed


def added(data: QueryDict, name: str, row: Mapping[str, str]) -> tuple[QueryDict, int]:
    """Return the data with one more row at the end, and the row's number."""
    rows = raw_rows(data, name)
    return with_rows(data, name, [*rows, row]), len(rows)


def removed(data: QueryDict, name: str, number: int) -> QueryDict:
    """Return the data without that row; a number that is not there changes nothing."""
    rows = raw_rows(data, name)
    return with_rows(data, name, [row for place, row in enumerate(rows) if place != number])


def moved(data: QueryDict, name: str, number: int, by: int) -> tuple[QueryDict, int]:
    """Return the data with that row one place up (-1) or down (+1), and where it stands now."""
    rows = raw_rows(data, name)
    target = number + by
    if not (0 <= number < len(rows) and 0 <= target < len(rows)):
        return data, number
    rows[number], rows[target] = rows[target], rows[number]
    return with_rows(data, name, rows), target
