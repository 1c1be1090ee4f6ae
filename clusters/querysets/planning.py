"""Hints that keep SQLite from choosing the wrong index; other databases keep statistics and need none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

Compiled = tuple[str, Sequence[Any]]


class Unindexed(Func):
    """The same value, but not to be looked up in an index: for conditions that most rows fulfil.

    Without statistics SQLite takes any indexed condition for a rare one, and sorts a whole register to show its first
    page. A unary plus says otherwise.
    """

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """Write the plus."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **extra)


def mostly_in(field: str, values: Iterable[str]) -> Q:
    """Return the condition that a column holds one of `values`, as most rows do."""
    return Q(In(Unindexed(F(field)), sorted(values)))
