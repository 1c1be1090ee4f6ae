"""Which of many rows share most with each of several askings: one scan of their folded texts counts it for all.

A database that looks for ten words of each of ten needs reads every text a hundred times, and folds it each time. Here
it hands every text out once, beside what it counts well itself (challenges, types, places), and what is looked for is
compared in memory with each different word of the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from itertools import accumulate, islice
from typing import Any, Final

from django.db.models import QuerySet

from community.telling import MOST_POINTS_FOR_WORDS, shared_with, spoken, telling_words

#: So many texts are held in memory at once.
BATCH: Final = 500
#: What a row shares, by its key: the asking's own columns, and behind them how many of its words the text holds.
Shares = Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class Asked:
    """The folded words that are looked for, and the expressions of whatever else is counted of each row."""

    words: Sequence[str]
    columns: Sequence[Any]


def scanned(rows: QuerySet[Any, Any], asked: Sequence[Asked]) -> list[Shares]:
    """Return what each of `rows` (with `search_text`) shares with each of `asked`, in the order of the rows; one query.

    A word in the middle of another one counts, too: never less than `telling.shared_words` finds.
    """
    columns = {f"shared_{n}_{at}": one for n, each in enumerate(asked) for at, one in enumerate(each.columns)}
    ends = [0, *accumulate(len(one.columns) for one in asked)]
    found: list[dict[int, tuple[int, ...]]] = [{} for _one in asked]
    parts = list(zip(found, ends, ends[1:], strict=False))
    looked = _Looked(asked)
    read = rows.annotate(**columns).values_list("pk", "search_text", *columns) if asked else None
    for batch in _batches(read):
        split = [text.split() for _pk, text, *_shared in batch]
        looked.learn(set[str]().union(*split))
        for (pk, _text, *shared), words in zip(batch, split, strict=True):
            for (of_one, begin, end), count in zip(parts, looked.counted(words), strict=True):
                of_one[pk] = (*shared[begin:end], count)
    return list(found)


def _batches(read: Any) -> Iterator[list[Any]]:
    rows = iter(read.iterator(chunk_size=BATCH) if read is not None else ())
    while batch := list(islice(rows, BATCH)):
        yield batch


class _Looked:
    """The words that are looked for, and which words of the texts hold them: each is compared once."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self._asking: dict[str, list[int]] = {}
        for number, one in enumerate(asked):
            for word in one.words:
                self._asking.setdefault(word, []).append(number)
        self._nothing = [0] * len(asked)
        self._known: set[str] = set()
        self._holds: dict[str, list[str]] = {}
        self._holding: set[str] = set()

    def learn(self, words: set[str]) -> None:
        """Look at the words of texts that no text before had."""
        text = f" {' '.join(words - self._known)} "
        self._known |= words
        for word in self._asking:
            at = text.find(word)
            while at >= 0:
                end = text.index(" ", at)
                self._holds.setdefault(text[text.rindex(" ", 0, at) + 1 : end], []).append(word)
                at = text.find(word, end)
        self._holding = set(self._holds)

    def counted(self, words: Sequence[str]) -> list[int]:
        """Return how many words of each asking a text of such words, which were learnt, holds."""
        counts = self._nothing.copy()
        for word in {held for one in self._holding.intersection(words) for held in self._holds[one]}:
            for number in self._asking[word]:
                counts[number] += 1
        return counts


def first(shares: Shares, order: Callable[[tuple[int, ...]], Any], number: int) -> list[int]:
    """Return the keys of the `number` rows whose shares come first by `order`; among equals as they were read."""
    return nsmallest(number, shares, key=lambda pk: order(shares[pk]))


def nearest(
    keys: Iterable[int], bound: Callable[[int], int], points: Callable[[int], int], *, least: int, number: int
) -> list[int]:
    """Return the keys with most points (`least` at least), the newest among equals; `number` at most.

    `points` is asked only of those that may still come before what was found: none has more points than its `bound`.
    """
    found: list[tuple[int, int]] = []
    for most, pk in sorted(((bound(pk), pk) for pk in keys), reverse=True):
        if most < least or (len(found) == number and found[-1] > (most, pk)):
            break
        if (exact := points(pk)) >= least:
            found = sorted([*found, (exact, pk)], reverse=True)[:number]
    return [pk for _points, pk in found]


class Texts:
    """What candidates say, loaded for all at once and folded for those that are asked for, each once."""

    def __init__(self, rows: QuerySet[Any, Any], *columns: str) -> None:
        """Read the columns of candidates; one query."""
        self._texts = {pk: " ".join(said) for pk, *said in rows.order_by().values_list("pk", *columns)}
        self.said = cache(self._said)
        self.words = cache(self._words)

    def keys(self) -> Iterable[int]:
        """Return the keys of the candidates that are still there."""
        return self._texts

    def _said(self, pk: int) -> str:
        return spoken(self._texts[pk])

    def _words(self, pk: int) -> list[str]:
        return telling_words(self._texts[pk])


def points_of_shared(words: list[str], said: str) -> int:
    """Return the points for which of `words` begin a word of what `telling.spoken` returned."""
    return min(len(shared_with(words, said)), MOST_POINTS_FOR_WORDS)
