"""A person's name and addresses, looked for in every column of every table that holds words, and taken out.

The columns are found by looking at the models. Left out are rows that the database keeps from being changed (what
stands there is told, not changed) and names of organisations and projects, which are not a person's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from community.folding import fold
from community.models import EventDetail, Member, Organisation, Project, Territory, User
from community.triggers import guarded_tables

#: Their words name no person, or are a person's own row, which an erasure writes itself.
_LEFT_OUT: Final[tuple[type[models.Model], ...]] = (Member, User, Organisation, Project, Territory)
#: Columns with the folded text of others.
_FOLDED: Final = ("search_text",)


@dataclass(frozen=True)
class Trace:
    """A row in which a person's words stand and stay, because the database does not let it be changed."""

    model: str
    pk: Any


@dataclass(frozen=True)
class Words:
    """What to look for, and what takes its place.

    `names` are whole names of at least two words; a single word may be anybody's.
    """

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    instead: str

    @property
    def all(self) -> tuple[str, ...]:
        """Names and addresses."""
        return (*self.names, *self.addresses)

    def replaced(self, text: str, *, is_folded: bool = False) -> str:
        """Return a text with the pseudonym in the place of each name and address, whatever their case."""
        for word in self.all:
            wanted, instead = (fold(word), fold(self.instead)) if is_folded else (word, self.instead)
            text = _pattern(wanted).sub(instead.replace("\\", r"\\"), text)
        return text

    def replaced_in(self, value: Any) -> Any:
        """Return a JSON value with the pseudonym in the place of each name and address, in keys too."""
        if isinstance(value, str):
            return self.replaced(value)
        if isinstance(value, list):
            return [self.replaced_in(one) for one in value]
        if isinstance(value, dict):
            return {self.replaced(name): self.replaced_in(one) for name, one in value.items()}
        return value


def words_of(names: Iterable[str], addresses: Iterable[str], *, instead: str, besides: Sequence[int]) -> Words:
    """Return what to look for; a name that somebody else bears too is left alone, besides rows of these keys."""
    found = dict.fromkeys(" ".join(name.split()) for name in names)
    wanted = [name for name in found if " " in name and not _is_shared(name, besides)]
    return Words(tuple(wanted), tuple(dict.fromkeys(address for address in addresses if address)), instead)


def take_out(words: Words) -> int:
    """Put the pseudonym in the place of the words everywhere they may be changed; return how many rows were."""
    frozen, count = guarded_tables(), 0
    for model in _models():
        if model._meta.db_table in frozen or issubclass(model, _LEFT_OUT):
            continue
        for row in _rows_with(model, words):
            changed = _changed(row, words)
            if changed:
                count += model._base_manager.filter(pk=row.pk).update(**changed)
    return count


def traces_of(words: Words) -> list[Trace]:
    """Return the rows that keep the words, because nobody may change them; details of events are emptied instead."""
    frozen = guarded_tables() - {EventDetail._meta.db_table}
    kept = [model for model in _models() if model._meta.db_table in frozen]
    return [Trace(str(model._meta.verbose_name), row.pk) for model in kept for row in _rows_with(model, words)]


def details_with(words: Words) -> Iterator[EventDetail]:
    """Yield the details of events in which the words stand."""
    yield from _rows_with(EventDetail, words)  # type: ignore[misc]


def _models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def _columns(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    """Yield the columns of a model that may hold words of people."""
    for column in model._meta.concrete_fields:
        is_text = isinstance(column, models.CharField | models.TextField | models.JSONField)
        if is_text and not column.choices and not column.primary_key:
            yield column


def _rows_with(model: type[models.Model], words: Words) -> Iterator[models.Model]:
    """Yield the rows of a model in which one of the words stands; one query."""
    if not words.all:
        return
    asked, casts = Q(), {}
    for column in _columns(model):
        name = column.name
        if isinstance(column, models.JSONField):
            name = f"{column.name}_as_text"
            casts[name] = Cast(column.name, TextField())
        for word in words.all:
            for form in _forms(word, column):
                asked |= Q(**{f"{name}__icontains": form})
    if asked:
        yield from model._base_manager.annotate(**casts).filter(asked).iterator(chunk_size=200)


def _forms(word: str, column: models.Field[Any, Any]) -> set[str]:
    """Return how a word may stand in a column: folded, or as JSON writes its letters."""
    if column.name in _FOLDED:
        return {fold(word)}
    # SQLite knows no capitals beyond ASCII: a name that is written large is looked for so.
    cases = {word, word.upper(), word.lower()}
    if isinstance(column, models.JSONField):
        return {
            form for one in cases for form in (one, json.dumps(one)[1:-1], json.dumps(one, ensure_ascii=False)[1:-1])
        }
    return cases


def _changed(row: models.Model, words: Words) -> dict[str, Any]:
    """Return the columns of a row that change, with their new values."""
    changed: dict[str, Any] = {}
    for column in _columns(type(row)):
        before = getattr(row, column.attname)
        if isinstance(column, models.JSONField):
            after = words.replaced_in(before)
        elif isinstance(before, str):
            after = words.replaced(before, is_folded=column.name in _FOLDED)[: column.max_length]
        else:
            continue
        if after != before:
            changed[column.name] = after
    return changed


def _pattern(word: str) -> re.Pattern[str]:
    """Return what finds a word that stands for itself, whatever its case and the space within."""
    parts = r"\s+".join(re.escape(part) for part in word.split())
    return re.compile(rf"(?<!\w){parts}(?!\w)", re.IGNORECASE)


def _is_shared(name: str, besides: Sequence[int]) -> bool:
    """Tell whether a living entry of another person bears the same name."""
    rows = Member.objects.filter(name__iexact=name, erased_at=None)
    return rows.exclude(pk__in=besides).exclude(merged_into__in=besides).exists()
