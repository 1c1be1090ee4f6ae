"""Words found through the search index of `clusters.search_index`, the same way on both databases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

from community.folding import fold

WORD: Final = re.compile(r"[^\W_]+")
#: Longer words are cut on both sides; more words of a query than these are not looked for.
WORD_LENGTH: Final = 60
QUERY_WORDS: Final = 16

Compiled = tuple[str, Sequence[Any]]


def words_of(text: str) -> list[str]:
    """Return the words of `text` as the index holds them: folded, letters and digits only, in order, with repeats."""
    return [word[:WORD_LENGTH] for word in WORD.findall(fold(text))]


def query_words(query: str) -> list[str]:
    """Return what to look for: each word of `query` once, the first sixteen."""
    return list(dict.fromkeys(words_of(query)))[:QUERY_WORDS]


class HoldsWords(Func):
    """True where the folded text of a cluster holds a word that begins with each of `words`.

    A word of one letter must stand there as it is. `words` comes from `query_words`, so it holds letters and digits
    only: nothing in it can be read as an operator.
    """

    output_field = BooleanField()
    arity = 2

    def __init__(self, words: Sequence[str], *, is_common: bool = False, **extra: Any) -> None:
        """Look for `words`, at least one; `is_common` keeps SQLite from collecting all rows that match."""
        super().__init__(F("pk"), F("search_text"), **extra)
        self.words = tuple(words)
        self.is_common = is_common

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """Ask the FTS5 table for the rows."""
        key, params = compiler.compile(self.source_expressions[0])
        wanted = " ".join(f'"{word}"*' if len(word) > 1 else f'"{word}"' for word in self.words)
        found = "SELECT rowid FROM clusters_search WHERE clusters_search MATCH %s"
        return f"{'+' if self.is_common else ''}{key} IN ({found})", [*params, wanted]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Compare with the very expression that the GIN index holds."""
        text, params = compiler.compile(self.source_expressions[1])
        wanted = " & ".join(f"{word}:*" if len(word) > 1 else word for word in self.words)
        return f"to_tsvector('simple'::regconfig, {text}) @@ to_tsquery('simple'::regconfig, %s)", [*params, wanted]

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: each database has its own way.

        Raises:
            NotImplementedError: on any other database.
        """
        raise NotImplementedError("the search index exists on SQLite and PostgreSQL")
