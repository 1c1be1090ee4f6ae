"""What stands beside and above the rows: choices with their numbers, active filters as chips, ways out of nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Value
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters import exports
from clusters.choices import PROPOSED_STATES, PUBLIC_STATES, Focus, Level, OutcomeKind, State
from clusters.filters import SORTS, ClusterFilter
from clusters.forms.register import Named
from clusters.tables.bearings import Bearings
from clusters.tables.facets import Counts
from clusters.visibility import Viewer
from community.choices import Whereabouts
from community.forms.dates import in_words

Words = str | Promise

#: Filters that are typed, with what to write into the empty input.
TYPED: Final = ("territory", "organisation", "project", "solution")
#: Filters behind "More filters": the bar stays short.
MORE: Final = frozenset(
    {"organisation", "project", "solution", "level", "focus", "outcome", "recorded", "where", "without", "from", "to"}
)


@dataclass(frozen=True)
class Choice:
    """A check box with its number; None is not counted."""

    value: str
    label: Words
    count: int | None
    checked: bool


@dataclass(frozen=True)
class Group:
    """Check boxes of one filter under a legend."""

    name: str
    legend: Words
    choices: tuple[Choice, ...]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Typed:
    """A filter that is typed: what was chosen as check boxes to take off, and what was typed and not understood."""

    name: str
    label: Words
    chosen: tuple[Named, ...]
    typed: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chip:
    """An active filter that takes itself off: `url` is the address without it."""

    name: str
    label: Words
    value: str
    url: str


@dataclass(frozen=True)
class WayOut:
    """A filter without which there would be `count` clusters."""

    chip: Chip
    count: int


def groups(filters: ClusterFilter, found: Bearings, counts: Counts | None, who: Viewer) -> dict[str, Group]:
    """Return the check boxes of each filter with fixed choices, each with its number."""
    themes, used = found.themes.values(), set(filters.data.getlist("theme"))
    choices: dict[str, list[tuple[Any, str, Words]]] = {
        "state": [(code, code, label) for code, label in _states(filters, counts, who)],
        "wg": [(row.pk, row.code, row.words) for row in found.groups.values()],
        "theme": [(row.pk, row.code, row.words) for row in themes if not row.is_retired or row.code in used],
        "level": [(code, code, label) for code, label in Level.choices],
        "focus": [(code, code, label) for code, label in Focus.choices],
        "outcome": [(code, code, label) for code, label in OutcomeKind.choices],
        "recorded": [(code, code, label) for code, label in OutcomeKind.choices],
        "where": [(code, code, label) for code, label in Whereabouts.choices],
        "without": [("project", "project", _("a project"))],
    }
    return {name: _group(filters, name, rows, counts) for name, rows in choices.items()}


def _group(filters: ClusterFilter, name: str, rows: Iterable[tuple[Any, str, Words]], counts: Counts | None) -> Group:
    field = filters.form[name]
    given = set(filters.data.getlist(name))
    boxes = (Choice(code, label, counts.of(name, key) if counts else None, code in given) for key, code, label in rows)
    return Group(name, field.label, tuple(boxes), tuple(str(error) for error in field.errors))


def _states(filters: ClusterFilter, counts: Counts | None, who: Viewer) -> Iterator[tuple[str, Words]]:
    """Yield the states that the person can meet: those for all, those for members, and what is there or chosen."""
    usual = PUBLIC_STATES | (PROPOSED_STATES if who.is_cop or who.is_administrator else frozenset())
    given = filters.data.getlist("state")
    for state in State:
        if state in usual or state in given or (counts and counts.of("state", state.value)):
            yield state.value, state.label


def typed(filters: ClusterFilter) -> dict[str, Typed]:
    """Return the filters that are typed, as they stand."""
    found = {}
    for name in TYPED:
        field: BoundField = filters.form[name]
        chosen = tuple(filters.form.cleaned_data.get(name) or ())
        raw = filters.data.getlist(name)
        wrong = raw[-1][:200] if field.errors and raw else ""
        found[name] = Typed(name, field.label, chosen, wrong, tuple(str(error) for error in field.errors))
    return found


def chips(filters: ClusterFilter, path: str) -> list[Chip]:
    """Return the active filters, one chip a value, each with the address without it."""
    return [
        Chip(name, filters.form[name].label, words, address(filters.data, path, name, value))
        for name, chosen in filters.chosen.items()
        for value, words in _values(filters, name, chosen)
    ]


def _values(filters: ClusterFilter, name: str, chosen: Any) -> Iterator[tuple[str, str]]:
    """Yield each value of a filter as it stands in the address, and in words."""
    if isinstance(chosen, date):
        yield "", in_words(chosen)
    elif isinstance(chosen, str):
        yield "", chosen
    else:
        labels = {str(value): str(label) for value, label in getattr(filters.form.fields[name], "choices", ())}
        labels = {} if name == "wg" else labels  # its code says it, and keeps the chip short
        for value in chosen:
            if isinstance(value, Named):
                yield value.value, value.label
            else:
                yield value, labels.get(value, value)


def address(data: QueryDict, path: str, name: str = "", value: str = "", *, keep_page: bool = False) -> str:
    """Return the address without one value of a parameter (or without all of them), on the first page or the same.

    What says nothing goes too: empty parameters, and the order that comes by itself.
    """
    query = data.copy()
    if name:
        query.setlist(name, [other for other in query.getlist(name) if value and other.strip() != value])
    for manner in ("format",) if keep_page else ("format", "page"):
        query.pop(manner, None)
    usual = "best" if any(query.getlist("q")) else "changed"
    for key in [key for key, values in query.lists() if not any(values) or (key == "sort" and values == [usual])]:
        del query[key]
    return f"{path}?{query.urlencode()}" if query else path


def export_links(data: QueryDict, path: str) -> list[tuple[str, str]]:
    """Return (name, address) of each export."""
    query = data.copy()
    query.pop("page", None)
    found = []
    for code in exports.FORMATS:
        query["format"] = code
        found.append((code.upper(), f"{path}?{query.urlencode()}"))
    return found


def views(data: QueryDict, path: str, *, is_timeline: bool) -> list[dict[str, Any]]:
    """Return the views of the same rows, as `components/seg.html` draws them."""
    query = data.copy()
    query["view"] = "timeline"
    return [
        {
            "label": _("List"),
            "icon": "list",
            "current": not is_timeline,
            "url": address(data, path, "view", keep_page=True),
        },
        {
            "label": _("Timeline"),
            "icon": "timeline",
            "current": is_timeline,
            "url": address(query, path, keep_page=True),
        },
    ]


def sorts(filters: ClusterFilter) -> list[tuple[str, Words, bool]]:
    """Return (value, words, is chosen) of each order that makes sense."""
    is_search = "q" in filters.chosen
    return [(code, words, code == filters.sort) for code, words in SORTS if is_search or code != "best"]


def way_out(filters: ClusterFilter, path: str) -> WayOut | None:
    """Return the filter whose removal helps most, counted for all of them in one query; None when none helps alone."""
    names = list(filters.chosen)
    if len(names) < 2:
        return None
    counted = [
        filters.rows(leave_out={name})
        .order_by()
        .annotate(place=Value(place))
        .values_list("place")
        .annotate(number=Count("pk"))
        for place, name in enumerate(names)
    ]
    union = counted[0].union(*counted[1:], all=True)
    numbers = sorted(((number, -place) for place, number in union if number), reverse=True)
    if not numbers:
        return None
    number, place = numbers[0]
    name = names[-place]
    words = [words for _value, words in _values(filters, name, filters.chosen[name])]
    chip = Chip(name, filters.form[name].label, ", ".join(words), address(filters.data, path, name))
    return WayOut(chip, number)


def count_words(counts: Counts) -> str:
    """Return the count of hits in words."""
    if counts.is_capped:
        return _("%(count)d+ clusters") % {"count": counts.total}
    return ngettext("%(count)d cluster", "%(count)d clusters", counts.total) % {"count": counts.total}


def active_words(number: int) -> str:
    """Return the heading of an empty list under so many filters."""
    return ngettext("No cluster matches this filter", "No cluster matches all %(count)d filters", number) % {
        "count": number
    }
