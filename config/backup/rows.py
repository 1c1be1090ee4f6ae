"""Rows of tables as lines of JSON, the same from every database, and back.

A line holds a row's columns in the order of the manifest; the lines stand in the order of the primary key, its texts by
their code points. So the same rows give the same bytes, whichever database they lie in, and one checksum compares them.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any, Final, Protocol
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Collate

#: A restored site has no living sessions, and no mail whose link was on its way.
LEFT_OUT: Final = frozenset({"django_session", "usersessions_usersession", "account_emailconfirmation"})
#: Wake-ups of the Tasks API: the scheduler finds the jobs again.
LEFT_OUT_APPS: Final = frozenset({"django_tasks_database"})
#: What migrations put into a new database; the rows of the archive take their place.
FILLED_AT_FIRST: Final = frozenset({"auth_permission", "django_content_type", "results_indicator"})
_ROWS_AT_ONCE: Final = 500
_BINARY: Final = {"sqlite": "BINARY", "postgresql": "C"}

Model = type[models.Model]


class Registry(Protocol):
    """The models of now (`django.apps.apps`) or of a migration."""

    def get_models(self, include_auto_created: bool = ...) -> Iterable[Model]:
        """Yield the models."""


def tables(registry: Registry) -> dict[str, Model]:
    """Return the models whose tables belong into a backup, by the name of the table."""
    found = {
        model._meta.db_table: model
        for model in registry.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.app_label not in LEFT_OUT_APPS
    }
    return {name: found[name] for name in sorted(found.keys() - LEFT_OUT)}


def columns(model: Model) -> list[str]:
    """Return the names of a table's columns in the order in which a line holds them."""
    return [str(field.column) for field in model._meta.local_concrete_fields]


def lines(
    model: Model, connection: BaseDatabaseWrapper, order_of: Sequence[str] | None = None
) -> Generator[bytes, None, None]:
    """Yield the rows of a table, read as they are wanted; their columns as in `order_of`, or as `columns` has them."""
    by_column = {str(field.column): field.attname for field in model._meta.local_concrete_fields}
    names = [by_column[name] for name in order_of or by_column]
    key = models.F(model._meta.pk.attname)
    order = Collate(key, _BINARY[connection.vendor]) if _is_text(model._meta.pk) else key
    rows = model._base_manager.using(connection.alias).order_by(order).values_list(*names)
    for row in rows.iterator(chunk_size=_ROWS_AT_ONCE):
        yield (
            json.dumps(
                row, default=_plain, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
            ).encode()
            + b"\n"
        )


def load(model: Model, names: Sequence[str], found: Iterable[bytes], connection: BaseDatabaseWrapper) -> int:
    """Insert lines as they are, past everything that a model does on saving; return how many.

    Raises:
        ValueError: a line is no row of this table.
        DatabaseError: the database refuses one.
    """
    by_column = {field.column: field for field in model._meta.local_concrete_fields}
    fields = [by_column[name] for name in names]
    quote = connection.ops.quote_name
    head = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, names))}) VALUES "  # noqa: S608
    row = f"({', '.join(['%s'] * len(names))})"
    most = connection.features.max_query_params or _ROWS_AT_ONCE * len(names)
    size = max(1, min(_ROWS_AT_ONCE, most // len(names)))
    count, rest = 0, iter(found)
    with connection.cursor() as cursor:
        while batch := list(islice(rest, size)):
            values: list[Any] = []
            for line in batch:
                values += [_stored(*pair, connection) for pair in zip(fields, json.loads(line), strict=True)]
            cursor.execute(head + ", ".join([row] * len(batch)), values)
            connection.queries_log.clear()  # with DEBUG, every statement is kept
            count += len(batch)
    return count


def sequence(model: Model, connection: BaseDatabaseWrapper) -> int | None:
    """Return the highest number that a table ever gave to a row; None where it numbers none."""
    if not isinstance(model._meta.pk, models.AutoField | models.BigAutoField):
        return None
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            row = cursor.fetchone()
            return row[0] if row else 0
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table), column])
        (name,) = cursor.fetchone()
        cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}")  # noqa: S608
        return int(cursor.fetchone()[0])


def set_sequence(model: Model, number: int, connection: BaseDatabaseWrapper) -> None:
    """Have the next row of a table get a number above `number`: a number of a deleted row is never given again."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])
            return
        sequence = [connection.ops.quote_name(table), column]
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)", [*sequence, max(1, number), number > 0])


def _is_text(field: Any) -> bool:
    return isinstance(field, models.CharField)


def _plain(value: object) -> str:
    """Return what JSON has no sign for as a text, the same from both databases."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise TypeError(f"a column holds a {type(value).__name__}, which a backup does not know")


def _stored(field: Any, value: Any, connection: BaseDatabaseWrapper) -> Any:
    """Return a value of a line as the database's driver takes it."""
    while field.is_relation:
        field = field.target_field
    ops: Any = connection.ops
    if value is None or (isinstance(value, bool | int) and not isinstance(field, models.JSONField)):
        return value
    if isinstance(field, models.JSONField):
        return ops.adapt_json_value(value, None)
    if isinstance(field, models.DateTimeField):
        return ops.adapt_datetimefield_value(datetime.fromisoformat(value))
    if isinstance(field, models.DateField):
        return ops.adapt_datefield_value(date.fromisoformat(value))
    if isinstance(field, models.TimeField):
        return ops.adapt_timefield_value(time.fromisoformat(value))
    if isinstance(field, models.DecimalField):
        return ops.adapt_decimalfield_value(Decimal(value), field.max_digits, field.decimal_places)
    if isinstance(field, models.BinaryField):
        return bytes.fromhex(value)
    if isinstance(field, models.UUIDField):
        return UUID(value) if connection.features.has_native_uuid_field else UUID(value).hex
    return value
