"""The rows that a file names, locked before the import reads anything: nobody changes them until it ends.

An import reads what is there once, and writes thousands of rows from that. Who is erased, merged or corrected by
somebody else in between would be written back. So whoever comes first goes on, and the other one waits; a row that the
import found, but that it could not lock, because it got its name in just this moment, is refused.

Keys are not locked: whoever refers to such a row goes on meanwhile. Rows are locked in the order of their keys, persons
before accounts before organisations before the rest, as merging and erasing do, so that nobody waits for each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from community.folding import fold, fold_key
from community.imports.sheet import Sheet
from community.models import Member, Organisation, User
from community.validators import is_key

BATCH: Final = 500
#: The number of the lock by which imports wait for each other.
IMPORTS: Final = 0x696D706F7274
#: Behind a number: what has it gets the name of the row, however little that is like the present one.
RENAMED: Final = "renamed"
MEANWHILE: Final = _("Somebody changed this entry in just this moment. Import the file again.")


def wait_for_other_imports() -> None:
    """Let one import at a time write: the next one finds what the one before it wrote, and says "as it was".

    No row serves as the lock, since whoever erases or merges holds rows in an order of their own; only imports take
    this one, before anything else, and it ends with the transaction. SQLite lets one transaction
    write at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORTS])


def cells_of(sheet: Sheet, *columns: str) -> set[str]:
    """Return what stands in some columns of a file, without the empty cells."""
    return {text for line in sheet.lines for name in columns if (text := line.cells.get(name, ""))}


def keys_of(rows: QuerySet[Any], column: str, wanted: Iterable[Any]) -> set[int]:
    """Return the keys of the rows whose column holds one of these."""
    texts, found = sorted(set(wanted)), set[int]()
    for start in range(0, len(texts), BATCH):
        some = rows.filter(**{f"{column}__in": texts[start : start + BATCH]})
        found.update(some.order_by().values_list("pk", flat=True))
    return found


def lock(model: type[Model], keys: Iterable[int]) -> set[int]:
    """Lock these rows until the transaction ends; return their keys."""
    ordered = sorted(set(keys))
    rows = model._default_manager.select_for_update(no_key=True).order_by("pk")
    for start in range(0, len(ordered), BATCH):
        list(rows.filter(pk__in=ordered[start : start + BATCH]).values_list("pk"))
    return set(ordered)


def numbers_of(texts: Iterable[str]) -> set[int]:
    """Return the numbers of rows that stand in cells, with the mark of a new name or without it."""
    return {int(number) for number, _is_renamed in map(number_in, texts) if is_key(number)}


def number_in(text: str) -> tuple[str, bool]:
    """Return the number in a cell, and whether the cell says that the name is a new one: "12 renamed"."""
    number, _space, word = text.partition(" ")
    return (number, True) if fold(word) == RENAMED else (text, False)


def lock_members(*, keys: Iterable[str] = (), addresses: Iterable[str] = ()) -> set[int]:
    """Lock persons by their keys and by the addresses of their accounts."""
    rows = Member.objects.all()
    folded = map(fold_key, addresses)
    return lock(Member, keys_of(rows, "key", keys) | keys_of(rows, "user__email_key", folded))


def lock_accounts(addresses: Iterable[str]) -> set[int]:
    """Lock the accounts of these addresses that belong to no person."""
    return lock(User, keys_of(User.objects.filter(member=None), "email_key", map(fold_key, addresses)))


def lock_organisations(names: Iterable[str], numbers: Iterable[str] = ()) -> set[int]:
    """Lock organisations by name or short name, or by number."""
    numbered = numbers_of(numbers)
    wanted = {fold_key(name) for name in names}
    rows = Organisation.objects.order_by().values_list("pk", "name_key", "short_name")
    return lock(Organisation, (pk for pk, key, short in rows if pk in numbered or {key, fold_key(short)} & wanted))
