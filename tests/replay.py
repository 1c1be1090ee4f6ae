"""Plays rows that many tests begin with: made once a process, then written again as they stood.

Making seventeen people row by row is what most tests would spend their time on. What was
made at "now" is written as made at the now of the test that asks.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import time_machine
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

Made = TypeVar("Made")

#: The now of the making; no test has this moment, so that it is known again.
THEN = datetime(2001, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
#: Models whose rows the migrations wrote: they stand there before every test, and no making writes more of them.
SEEDED: dict[type[models.Model], Table] = {}


@dataclass(frozen=True)
class Table:
    """The rows of one table, one after the other, and the statement that writes them.

    `moments` are the places of values that stand for the moment of the making.
    """

    statement: str
    values: list[Any]
    moments: list[int]

    def at(self, now: datetime) -> list[Any]:
        """Return the values with `now` in place of the moment of the making."""
        values = self.values.copy()
        adapted = connection.ops.adapt_datetimefield_value(now)
        for place in self.moments:
            values[place] = now if values[place] == THEN else adapted
        return values


class Replay(Generic[Made]):
    """Gives what `make` returns, with its rows; where a row of the test is in the way, by making it anew."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self.make = make
        self.tables: list[Table] | None = None
        self.pickled = b""

    def __call__(self) -> Made:
        """Write the rows, and return the instances that stand for them."""
        if self.tables is None:
            if any(model._base_manager.exists() for model in self.kinds()):
                return self.make()
            self._record()
        now = timezone.now()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for table in self.tables or ():
                    cursor.execute(table.statement, table.at(now))
        except IntegrityError:
            return self.make()
        made: Made = pickle.loads(self.pickled)
        for instance in instances(made):
            vars(instance).update({name: now for name, value in vars(instance).items() if value == THEN})
        return made

    @staticmethod
    def kinds() -> Iterator[type[models.Model]]:
        """Yield the models of our own apps, tables between two of them included, that are empty before a test."""
        for label in ("community", "clusters", "results", "factsheets"):
            for model in apps.get_app_config(label).get_models(include_auto_created=True):
                if model not in SEEDED:
                    yield model

    def _record(self) -> None:
        """Make it once at `THEN`, keep the rows, and take them back."""
        with time_machine.travel(THEN, tick=False), transaction.atomic():
            self.pickled = pickle.dumps(self.make())
            self.tables = [table for model in self.kinds() if (table := rows_of(model)) is not None]
            transaction.set_rollback(True)


def note_seeded() -> None:
    """Keep the rows that are there now, before any test: those that the migrations wrote."""
    SEEDED.update({model: table for model in Replay.kinds() if (table := rows_of(model)) is not None})


def write_seeded() -> None:
    """Write the migrations' rows again, after a flush between tests: whatever comes next begins with them."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in SEEDED.values():
            cursor.execute(table.statement, table.values)


def rows_of(model: type[models.Model]) -> Table | None:
    """Return what the table holds; None when that is nothing."""
    quote = connection.ops.quote_name
    columns = [field.column for field in model._meta.local_concrete_fields if not field.generated]
    names = ", ".join(map(quote, columns))
    name = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {name}")
        rows = cursor.fetchall()
    one = f"({', '.join(['%s'] * len(columns))})"
    statement = f"INSERT INTO {name} ({names}) VALUES {', '.join([one] * len(rows))}"
    values = [value for row in rows for value in row]
    then = (THEN, connection.ops.adapt_datetimefield_value(THEN))
    return Table(statement, values, [place for place, value in enumerate(values) if value in then]) if rows else None


def instances(made: Any, seen: set[int] | None = None) -> Iterator[models.Model]:
    """Yield every row's instance that hangs on `made`, each once."""
    seen = set() if seen is None else seen
    if id(made) in seen:
        return
    seen.add(id(made))
    if isinstance(made, models.Model):
        yield made
        parts = list(made._state.fields_cache.values())
    elif isinstance(made, dict):
        parts = list(made.values())
    else:
        parts = list(vars(made).values()) if hasattr(made, "__dict__") else []
    for part in parts:
        yield from instances(part, seen)
