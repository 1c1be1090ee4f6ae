"""A person's name and addresses, looked for in every column of every table that holds words, and taken out.

The columns are found by looking at the models. Rows that the database keeps from being changed are changed with a row
of the redaction ledger where they may be, else told. Left out are names of others: of persons, organisations, projects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.db.models import Q

from community import contributions, search
from community.choices import RedactionReason
from community.folding import fold_key
from community.models import EventDetail, Member, Organisation, Project, Redaction, Territory, User
from community.models.fields import AddressField, FoldedKeyField
from community.personal_matching import Words, folded, parts_of, same_names
from community.triggers import guarded_tables

#: What other persons, organisations, projects and places are called: not the person's, even where it holds the name.
#: Their folded text is made anew from their columns.
_NAMES: Final[dict[type[models.Model], tuple[str, ...]]] = {
    Member: ("key", "name", "sort_name", "search_text"),
    Organisation: ("name", "short_name", "search_text"),
    Project: ("code", "acronym", "title", "search_text"),
    Territory: ("code", "name", "search_text"),
}
_NAMED: Final = (Member, Organisation, Project)
#: Columns with the folded text of others.
_FOLDED: Final = ("search_text",)


@dataclass(frozen=True)
class Trace:
    """A row in which a person's words stand and stay, because the database does not let it be changed."""

    model: str
    pk: Any
    code: str = ""


def words_of(names: Iterable[str], addresses: Iterable[str], *, instead: str, besides: Sequence[int]) -> Words:
    """Return what to look for; a name that somebody else bears too is left alone, besides rows of these keys.

    The same name in another order ("Rossi, Anna") is one name: `Words.forms` knows the orders.
    """
    found = {
        tuple(sorted(map(folded, parts))): " ".join(parts)
        for name in reversed(list(names))
        if (parts := parts_of(name))
    }
    wanted = {key: name for key, name in found.items() if len(key) > 1}
    if wanted:
        others = Member.objects.filter(erased_at=None).exclude(pk__in=besides)
        others = others.filter(Q(merged_into=None) | ~Q(merged_into__in=besides))
        shared = same_names(others.order_by().values_list("name", flat=True).iterator(chunk_size=2000))
        wanted = {key: name for key, name in wanted.items() if key not in shared}
    return Words(tuple(wanted.values()), tuple(dict.fromkeys(address for address in addresses if address)), instead)


def take_out(words: Words, *, by: User | None, at: datetime, erasure: str) -> int:
    """Put the pseudonym in the place of the words everywhere they may be changed; return how many rows were.

    What hangs on a row goes before (`contributions.word_removals`).
    """
    frozen, count = guarded_tables(), 0
    for model in _models():
        if model._meta.db_table in frozen:
            continue
        for key, changed in list(_rows_with(model, words)):
            for removal in contributions.word_removals:
                removal(model._base_manager.get(pk=key), at, by, erasure)
            count += model._base_manager.filter(pk=key).update(**changed)
            if issubclass(model, _NAMED):
                search.index(model._base_manager.get(pk=key))
    return count


def take_out_of_frozen(words: Words, *, by: User | None, at: datetime, erasure: str) -> int:
    """Put the pseudonym in the place of the words in rows that only an erasure changes; return how many there were.

    Such a model says in `redacted_as` what the redaction ledger calls it and which columns hold words. Order of
    effects for each row: it is locked; what hangs on it goes (`contributions.word_removals`); the ledger's row, without
    which the database refuses; the words.
    """
    count = 0
    for model in _models():
        if (said := getattr(model, "redacted_as", None)) is None:
            continue
        target, *columns = said
        for key in [key for key, _values in _rows_with(model, words)]:
            row = model._base_manager.select_for_update(of=("self",)).get(pk=key)
            values = {column: getattr(row, column.attname) for column in _columns(model) if column.name in columns}
            changed = _changed(values, words)
            if not changed:
                continue
            for removal in contributions.word_removals:
                removal(row, at, by, erasure)
            entry = Redaction.objects.create(
                target=target, target_id=key, reason=RedactionReason.ERASURE, erasure=erasure, by=by, at=at
            )
            count += model._base_manager.filter(pk=key).update(**changed, redaction=entry)
    return count


def traces_of(words: Words) -> list[Trace]:
    """Return the rows that keep the words, because nobody may change them; details of events are emptied instead."""
    frozen = guarded_tables() - {EventDetail._meta.db_table}
    kept = [model for model in _models() if model._meta.db_table in frozen]
    return [
        Trace(str(model._meta.verbose_name), key, model._meta.label)
        for model in kept
        for key, _values in _rows_with(model, words)
    ]


def details_with(words: Words) -> list[EventDetail]:
    """Return the details of events in which the words stand, with their keys alone."""
    return list(EventDetail.objects.filter(pk__in=[key for key, _values in _rows_with(EventDetail, words)]).only("pk"))


def _models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and model is not User:
            yield model


def _columns(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    """Yield the columns of a model that may hold words of people.

    Not addresses of today, whose rows end and are emptied by those who know them, nor keys, which follow their source.
    """
    left_out = _NAMES.get(model, ())
    for column in model._meta.concrete_fields:
        is_text = isinstance(column, models.CharField | models.TextField | models.JSONField)
        is_address = isinstance(column, AddressField | FoldedKeyField)
        if is_text and not is_address and not column.choices and not column.primary_key and column.name not in left_out:
            yield column


def _rows_with(model: type[models.Model], words: Words) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the keys of the rows of a model in which one of the words stands, with what would stand there; one query.

    Every text is folded here: no database finds "José Núñez" written without accents, or the other way round.
    """
    columns = list(_columns(model)) if words.all else []
    if not columns:
        return
    rows = model._base_manager.order_by().values_list("pk", *(column.attname for column in columns))
    for key, *values in rows.iterator(chunk_size=500):
        if changed := _changed(dict(zip(columns, values, strict=True)), words):
            yield key, changed


def _changed(values: dict[models.Field[Any, Any], Any], words: Words) -> dict[str, Any]:
    """Return the columns of a row that change, with their new values, and the keys that follow them."""
    changed: dict[str, Any] = {}
    for column, before in values.items():
        if isinstance(column, models.JSONField):
            after = words.replaced_in(before)
        elif isinstance(before, str):
            after = words.replaced(before, is_folded=column.name in _FOLDED)[: column.max_length]
        else:
            continue
        if after != before:
            # No pseudonym is an address.
            changed[column.name] = "" if isinstance(column, models.EmailField) else after
    for column in next(iter(values)).model._meta.concrete_fields if changed else ():
        if isinstance(column, FoldedKeyField) and column.source in changed:
            changed[column.name] = fold_key(changed[column.source])
    return changed
