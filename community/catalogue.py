"""What the page of the catalogue shows: the solutions under its filters, the numbers beside them, and its exports.

Everything stands in the address. Choices of one filter widen each other, different filters narrow; a choice is counted
with all filters but its own. A word that no text holds is taken for words that are almost the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from community import contributions
from community.choices import Vocabulary
from community.contributions import Selection
from community.exports import FORMATS, Record, file_of
from community.forms.catalogue import FACETS, ORDERS, CatalogueForm
from community.models import File, Solution, SolutionLanguage, SolutionLink, Term, User
from community.models.solution import link_line
from community.near_words import Understood, understood
from community.querysets.solution import SolutionQuerySet
from community.tables import RowsPaginator

_ASK: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "challenge": SolutionQuerySet.on_challenges,
    "type": SolutionQuerySet.of_types,
    "maturity": SolutionQuerySet.at_maturities,
    "project": SolutionQuerySet.of_projects,
    "mark": SolutionQuerySet.marked,
    "country": SolutionQuerySet.tested_in_countries,
    "territory": SolutionQuerySet.within,
    "language": SolutionQuerySet.in_languages,
    "status": SolutionQuerySet.in_states,
}
#: Above so many choices of a filter, those that would leave nothing are not shown.
MANY_CHOICES: Final = 8
PER_PAGE: Final = 24
#: So many hits of a search are listed by their keys; more are searched for in each count.
MOST_LISTED: Final = 1500
#: Filters behind "More filters": the bar stays short.
FURTHER: Final = frozenset({"country", "language", "status", "territory"})
COLUMNS: Final = (
    "id",
    "title",
    "project",
    "status",
    "type",
    "maturity",
    "challenges",
    "summary",
    "description",
    "where_tested",
    "tested_in",
    "what_taker_needs",
    "licence",
    "languages",
    "website",
    "links",
    "files",
    "version",
    "published_at",
    "address",
)
_CHUNK: Final = 500
#: Columns of the solution itself: name in the file -> field.
_OWN: Final = {
    "title": "title",
    "project": "project__acronym",
    "status": "status",
    "summary": "summary",
    "description": "description",
    "where_tested": "where_tested",
    "what_taker_needs": "what_taker_needs",
    "licence": "licence",
    "website": "website",
    "version": "published_version",
    "published_at": "published_at",
}
_SEVERAL: Final = ("challenges", "tested_in", "languages", "links", "files")
_TERMS: Final = (Vocabulary.CHALLENGE, Vocabulary.SOLUTION_TYPE, Vocabulary.MATURITY)


@dataclass(frozen=True)
class Choice:
    """A check box with its number; None where nothing was counted."""

    value: str
    label: Any
    count: int | None
    checked: bool


@dataclass(frozen=True)
class Group:
    """Check boxes of one filter under a legend."""

    name: str
    legend: Any
    choices: tuple[Choice, ...]
    errors: tuple[str, ...] = ()
    is_further: bool = False


@dataclass(frozen=True)
class Chip:
    """An active filter that takes itself off: `url` is the address without it."""

    label: Any
    value: Any
    url: str


class Catalogue:
    """One answer to one address, for one reader."""

    def __init__(self, data: QueryDict, visible: SolutionQuerySet) -> None:
        """Read the address; `visible` is what the reader may see."""
        self.data = data
        self.visible = visible
        self.form = CatalogueForm(data)
        self.is_valid = self.form.is_valid()
        chosen = self.form.cleaned_data if self.is_valid else {}
        self.chosen = {name: chosen[name] for name in ("q", *_ASK) if chosen.get(name)}
        self.view = "table" if data.get("view") == "table" else "cards"

    @property
    def sort(self) -> str:
        """The order: as chosen, else the best match first for words, else by title."""
        given = self.form.cleaned_data.get("sort") if self.is_valid else ""
        usual = "best" if "q" in self.chosen else "title"
        return given if given and (given != "best" or "q" in self.chosen) else usual

    @cached_property
    def query(self) -> Understood:
        """What the words are taken for."""
        return understood(self.chosen["q"], self.listed) if "q" in self.chosen else Understood()

    @property
    def listed(self) -> SolutionQuerySet:
        """What the list is made of, whose words are known: retired ones only where their status is asked for."""
        statuses = self.chosen.get("status")
        return self.visible.in_states(statuses) if statuses else self.visible.unretired()

    def rows(self, *, leave_out: str = "") -> SolutionQuerySet:
        """Return the solutions under the filters but `leave_out`, in no order; none while a filter is wrong."""
        if not self.is_valid:
            return self.visible.none()
        found = self.visible
        for name, ask in _ASK.items():
            if name in self.chosen and name != leave_out:
                found = ask(found, self.chosen[name])
        if "status" not in self.chosen and leave_out != "status":
            found = found.unretired()
        if "q" not in self.chosen:
            return found
        few = self.hits
        return found.holding(self.query.wanted) if few is None else found.filter(pk__in=few)

    @cached_property
    def hits(self) -> list[int] | None:
        """The keys of all that hold the words, so that texts are read once; None where they are too many to list."""
        keys = self.visible.order_by().holding(self.query.wanted).values_list("pk", flat=True)
        found = list(keys[: MOST_LISTED + 1])
        return found if len(found) <= MOST_LISTED else None

    def ordered(self) -> SolutionQuerySet:
        """Return the solutions under the filters, in the order of the address."""
        wanted = [words[0] for words in self.query.wanted if words]
        return self.rows().in_order(self.sort, wanted)

    @cached_property
    def counts(self) -> dict[tuple[str, str], int]:
        """How many solutions each choice would leave, and under ("total", "") how many there are; one query."""
        if not self.is_valid:
            return {("total", ""): 0}
        parts = [self.rows(leave_out=name).counted_by(name) for name in FACETS if name != "mark"]
        rows = self.rows(leave_out="mark")
        parts += [rows.marked([code]).counted_as("mark", code) for code in contributions.solution_marks.codes()]
        union = self.rows().counted_by("total").union(*parts, all=True)
        return {(facet, code): number for facet, code, number in union}

    @property
    def total(self) -> int:
        """How many solutions there are under the filters."""
        return self.counts.get(("total", ""), 0)

    def page(self, number: str | None) -> Any:
        """Return one page of rows."""
        paginator = RowsPaginator(self.ordered(), fetch=_for_page, per_page=PER_PAGE)
        paginator.__dict__["count"] = self.total  # known from the numbers beside the filters
        return paginator.get_page(number or 1)

    def groups(self) -> list[Group]:
        """Return the check boxes; the status only where the reader meets more than what is published."""
        found = []
        for name in FACETS:
            field: Any = self.form.fields[name]
            given = self.data.getlist(name)
            errors = tuple(str(error) for error in self.form.errors.get(name, ()))
            boxes = [
                Choice(code, label, self.counts.get((name, code), 0) if self.is_valid else None, code in given)
                for code, label in field.choices
            ]
            if len(boxes) > MANY_CHOICES or name == "status":
                boxes = [box for box in boxes if box.count or box.checked]
            if errors or (boxes and not (name == "status" and [box.value for box in boxes] == ["published"])):
                found.append(Group(name, field.label, tuple(boxes), errors, name in FURTHER))
        return found

    @property
    def is_more(self) -> bool:
        """Whether one of the further filters is in use or wrong, so that they stand open."""
        return bool(FURTHER & (self.chosen.keys() | self.form.errors.keys()))

    def chips(self, path: str) -> list[Chip]:
        """Return the active filters, one chip a value, each with the address without it."""
        found = []
        for name, chosen in self.chosen.items():
            field = self.form.fields[name]
            labels = dict(getattr(field, "choices", ()))
            values = chosen if isinstance(chosen, list) else [chosen]
            found += [Chip(field.label, labels.get(value, value), self.address(path, name, value)) for value in values]
        return found

    def address(self, path: str, name: str = "", value: str = "", **more: str) -> str:
        """Return the address without one value of a filter, on the first page; `more` are set instead."""
        query = self.data.copy()
        for manner in ("page", "format", *more):
            query.pop(manner, None)
        if name:
            query.setlist(name, [other for other in query.getlist(name) if other.strip() != value])
        for key, text in more.items():
            query[key] = text
        for key in [key for key, values in query.lists() if not any(values)]:
            del query[key]
        return f"{path}?{query.urlencode()}" if query else path

    def views(self, path: str) -> list[dict[str, Any]]:
        """Return the views of the same rows, as `components/seg.html` draws them."""
        page = self.data.get("page", "")
        return [
            {
                "label": label,
                "icon": icon,
                "current": self.view == code,
                "url": self.address(path, view="" if code == "cards" else code, **({"page": page} if page else {})),
            }
            for code, label, icon in (("cards", _("Cards"), "grid"), ("table", _("Table"), "table"))
        ]

    def sorts(self) -> list[tuple[str, Any, bool]]:
        """Return (value, words, is chosen) of each order that makes sense."""
        return [(code, words, code == self.sort) for code, words in ORDERS if code != "best" or "q" in self.chosen]

    def exports(self, path: str) -> list[tuple[str, str]]:
        """Return (name, address) of each export."""
        return [(form.upper(), self.address(path, format=form)) for form in FORMATS]

    @cached_property
    def keys(self) -> list[int]:
        """The keys of the solutions under the filters, in their order."""
        return list(self.ordered().values_list("pk", flat=True))

    def export(self, form: str, at: datetime) -> HttpResponseBase:
        """Return the file of exactly the solutions under the filters, in their order.

        Raises:
            KeyError: there is no such form.
        """
        return file_of(records(self.keys), columns(), form, noun="solutions", count=len(self.keys), at=at)

    def suggestions(self, path: str) -> list[tuple[str, str]]:
        """Return (word, address) of single words of the query that find something alone, for a page without rows."""
        if len(self.query.wanted) < 2:
            return []
        words = [one for wanted in self.query.wanted for one in wanted[:1]]
        found = self.listed.which_hold(words)
        return [(word, f"{path}?{_query(q=word)}") for word in words if word in found]


def _for_page(rows: Any) -> Any:
    """Load what a card or a row of the table shows."""
    return rows.for_page().with_marks()


def _query(**values: str) -> str:
    query = QueryDict(mutable=True)
    query.update(values)
    return query.urlencode()


def select(user: User | AnonymousUser, data: QueryDict, at: datetime) -> Selection:
    """Return what an address asks for, of what a person may see now; see `ExportSource`."""
    found = Catalogue(data, Solution.objects.visible_to(user))
    return (
        Selection(found.keys) if found.is_valid else Selection((), _("A filter is wrong. Put it right, then export."))
    )


def columns() -> tuple[str, ...]:
    """Return the columns of the file: the solution's own, and those of marks."""
    return (*COLUMNS, *(column for mark in contributions.solution_marks for column in mark.columns))


def _marks(keys: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return what the columns of marks say of these solutions; empty where one does not bear it."""
    found: dict[int, dict[str, Any]] = {key: {} for key in keys}
    for mark in contributions.solution_marks:
        told = mark.tell(keys) if mark.tell is not None else {}
        for key in keys:
            found[key] |= dict.fromkeys(mark.columns, "") | told.get(key, {})
    return found


def records(keys: Sequence[int]) -> Iterator[Record]:
    """Yield what the file says of each solution, in the order of `keys`; seven queries for 500. Of no person."""
    labels = {term.pk: term.label for term in Term.objects.filter(vocabulary__in=_TERMS)} if keys else {}
    for low in range(0, len(keys), _CHUNK):
        chunk = keys[low : low + _CHUNK]
        rows = Solution.objects.filter(pk__in=chunk).order_by()
        own = {row["pk"]: row for row in rows.values("pk", "type", "maturity", *_OWN.values())}
        lists = {name: _several(chunk, name, labels) for name in _SEVERAL}
        marks = _marks(chunk)
        for key in chunk:
            if key in own:
                row = own[key]
                yield {
                    "id": key,
                    **{column: row[name] for column, name in _OWN.items()},
                    "type": labels.get(row["type"], ""),
                    "maturity": labels.get(row["maturity"], ""),
                    **{name: found.get(key, []) for name, found in lists.items()},
                    "address": f"{settings.SITE_URL.rstrip('/')}{reverse('community:solution', args=[key])}",
                    **marks[key],
                }


def _several(keys: Sequence[int], name: str, labels: Mapping[int, str]) -> dict[int, list[str]]:
    """Return the values of a column with several by solution, in their order."""
    through = {"challenges": Solution.challenges.through, "tested_in": Solution.tested_in.through}
    rows: Any
    if name == "challenges":
        rows = through[name]._default_manager.filter(solution__in=keys).order_by("term__order", "term")
        pairs = ((key, labels[term]) for key, term in rows.values_list("solution_id", "term_id"))
    elif name == "tested_in":
        rows = through[name]._default_manager.filter(solution__in=keys).order_by("territory__code", "territory")
        pairs = iter(rows.values_list("solution_id", "territory__code"))
    elif name == "languages":
        rows = SolutionLanguage.objects.filter(solution__in=keys).order_by("code")
        pairs = iter(rows.values_list("solution_id", "code"))
    elif name == "links":
        rows = SolutionLink.objects.filter(solution__in=keys).order_by("position", "pk")
        names = ("label", "address", "rights_holder", "licence")
        pairs = ((key, link_line(*words)) for key, *words in rows.values_list("solution_id", *names))
    else:
        rows = File.objects.public().filter(kind="solution", subject_id__in=keys).order_by("uploaded_at", "pk")
        told = rows.values_list("subject_id", "title", "rights_holder", "licence")
        pairs = ((key, f"{title} ({holder}, {licence})") for key, title, holder, licence in told)
    found: dict[int, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
