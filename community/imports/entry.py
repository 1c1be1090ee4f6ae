"""Tables whose columns are the fields of one model, compared and written as cells of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from community.actions.entry import keep_entry
from community.folding import fold
from community.imports.locking import MEANWHILE
from community.imports.row import Row
from community.imports.several import joined
from community.imports.sheet import as_read
from community.imports.table import Change, Table, differences
from community.models import Term, Territory

#: The column with the number in the address of a row.
NUMBER: Final = "number"
#: How a column is read from a row.
Reader = Callable[[Row, str], Any]


def cell_of(value: Any) -> str:
    """Return what an export writes for a value, and what an import compares."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if type(value) in (list, tuple):
        return joined(cell_of(part) for part in value)
    if isinstance(value, Term):
        return term_cell(value)
    if isinstance(value, Territory):
        return f"{value.code}/{value.nuts_version}" if value.nuts_version else value.code
    return as_read(str(value))


def term_cell(term: Term) -> str:
    """Return the English label of a term, else its code; the code too where the label holds a separator."""
    return term_cell_of(term.code, term.labels)


def term_cell_of(code: str, labels: Mapping[str, Any]) -> str:
    """Do as `term_cell`, for a term that a snapshot remembers."""
    label = str(labels.get("en") or "")
    return code if not label or ";" in label else label


def terms_by_name(vocabulary: str) -> dict[str, Term]:
    """Return the terms of a vocabulary by folded code and English label; the present ones before the retired."""
    found: dict[str, Term] = {}
    for term in Term.objects.of(vocabulary).order_by("-is_retired", "-order"):
        found[fold(term.code)] = term
        found[fold(term_cell(term))] = term
    return found


def spellings(model: type[models.Model], *within: str) -> dict[tuple[str, ...], str]:
    """Return the codes of a model by what they are unique within and by their folded letters."""
    rows = model._default_manager.order_by().values_list(*within, "code")
    return {(*about, fold(code)): code for *about, code in rows}


def refuse_other_spelling(row: Row, there: str | None) -> None:
    """Refuse the code of a new entry where it is there in other letters: whoever names it would mean either."""
    if there is not None:
        words = {"text": row.text("code"), "near": there}
        row.wrong("code", _("“%(text)s” is not known. Did you mean “%(near)s”?") % words)


class EntryTable(Table):
    """One row of the file is one row of a model, found by its stable key."""

    model: ClassVar[type[models.Model]]
    #: column (also the field's name) -> how it is read.
    readers: ClassVar[Mapping[str, Reader]]
    #: column -> how several values beside the row are read; see `part` and `set_part`.
    parts: Mapping[str, Reader] = MappingProxyType({})
    #: Columns whose empty cell leaves what stands in a row that is there already.
    kept: ClassVar[frozenset[str]] = frozenset()
    #: What an export loads with each row.
    related: ClassVar[tuple[str, ...]] = ()

    def find(self, row: Row) -> Any | None:
        """Return the row of the model that is meant, or None for a new one; notes what is wrong."""
        raise NotImplementedError

    def fill_new(self, instance: Any, row: Row) -> None:
        """Set what a new row needs beside its columns."""

    def prepare(self, instance: Any) -> None:
        """Set what follows from the values, before they are checked and written."""

    def remember(self, instance: Any) -> None:
        """Let later rows find this one."""

    def part(self, instance: Any, column: str) -> Any:
        """Return the values of a column that stand beside the row, in the order of an export."""
        raise NotImplementedError

    def set_part(self, instance: Any, column: str, value: Any) -> None:
        """Write the values of a column that stand beside the saved row."""
        raise NotImplementedError

    def read(self, row: Row, column: str) -> Any:
        """Return the value of one column."""
        return self.readers[column](row, column)

    def take(self, row: Row) -> Change:
        """Write one row; one event where something is new."""
        found = self.find(row)
        left = self.kept if found is not None else frozenset()
        read = [name for name in self.readers if row.has(name) and (row.text(name) or name not in left)]
        values = {name: self.read(row, name) for name in read}
        parts = {name: self.parts[name](row, name) for name in self.parts if row.has(name)}
        if row.problems:
            self._look_further(values, row)
        row.refuse_if_wrong()
        instance = found if found is not None else self.model()
        stood = _columns(instance)
        before = {name: "" if found is None else self._cell(instance, name) for name in (*values, *parts)}
        for name, value in values.items():
            setattr(instance, name, value)
        if found is None:
            self.fill_new(instance, row)
        changes = differences(before, {name: cell_of(value) for name, value in (values | parts).items()})
        if found is not None and not changes:
            return Change(row.number, "same", str(instance))
        if found is not None and found.pk not in self.locked:
            row.wrong("", str(MEANWHILE))
            row.refuse_if_wrong()
        self.prepare(instance)
        self._validate(instance, row)
        now = _columns(instance)
        instance.save(update_fields=None if found is None else [name for name in now if now[name] != stood[name]])
        for name in parts.keys() & changes.keys():
            self.set_part(instance, name, parts[name])
        keep_entry(row=instance, by=self.by, is_new=found is None, changes={n: list(c) for n, c in changes.items()})
        self.remember(instance)
        return Change(row.number, "added" if found is None else "changed", str(instance), changes)

    def _look_further(self, values: Mapping[str, Any], row: Row) -> None:
        """Note what the model refuses of the columns that could be read, so that one look at the file finds it all."""
        wrong = {problem.column for problem in row.problems}
        read = {name: value for name, value in values.items() if name not in wrong}
        others = {field.name for field in self.model._meta.fields} - read.keys()
        self._note(lambda: self.model(**read).clean_fields(exclude=others), row)

    def _validate(self, instance: Any, row: Row) -> None:
        """Refuse what the model refuses."""
        self._note(instance.full_clean, row)
        row.refuse_if_wrong()

    def _note(self, check: Callable[[], None], row: Row) -> None:
        """Note what a check of the model refuses, at the column that it is about."""
        try:
            check()
        except ValidationError as error:
            for name, sentences in error.message_dict.items():
                row.wrong(name if name in self.columns else "", " ".join(sentences))

    def lines(self, queryset: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of the model as cells."""
        for instance in queryset.select_related(*self.related).iterator(chunk_size=500):
            yield {name: self._cell(instance, name) for name in self.columns}

    def _cell(self, instance: Any, name: str) -> str:
        if name == NUMBER:
            return str(instance.pk)
        return cell_of(self.part(instance, name) if name in self.parts else getattr(instance, name))


def _columns(instance: models.Model) -> dict[str, Any]:
    """Return what stands in the columns of a row."""
    return {column.attname: getattr(instance, column.attname) for column in instance._meta.concrete_fields}
