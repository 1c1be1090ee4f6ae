"""Words that are almost those somebody typed: compared by their trigrams, the same way on both databases.

The likeness of two words is that of PostgreSQL's pg_trgm: what share of their groups of three signs both have, each
word with two spaces before it and one behind. It is asked only where a word stands in no text, over the words of the
texts that the reader may see, so that no word of a draft is ever suggested to others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from community.folding import fold

#: Shorter words are not guessed at.
LEAST_LETTERS: Final = 4
LEAST_LIKENESS: Final = 0.4
#: A near word is at most so many letters longer or shorter.
MOST_LONGER: Final = 3
#: So many near words stand for one.
MOST_NEAR: Final = 4
#: More words of a query are not looked at.
QUERY_WORDS: Final = 16
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Understood:
    """What a query is taken for: for each of its words the words looked for, and those that stand for another."""

    words: tuple[str, ...] = ()
    wanted: tuple[tuple[str, ...], ...] = ()
    #: (typed, near words) where the typed word stands nowhere; no near words where none is near.
    replaced: tuple[tuple[str, tuple[str, ...]], ...] = ()


def understood(query: str, rows: Any) -> Understood:
    """Return what to look for in `rows` (a `SolutionQuerySet` of what the reader may see).

    One query for the words; one more, over all texts, when one of them stands nowhere.
    """
    words = list(dict.fromkeys(fold(query).split()))[:QUERY_WORDS]
    if not words:
        return Understood()
    found = rows.which_hold(words)
    unknown = [word for word in words if word not in found]
    if not unknown:
        return Understood(tuple(words), tuple((word,) for word in words))
    vocabulary = words_in(rows.texts()) if any(len(word) >= LEAST_LETTERS for word in unknown) else set()
    near = {word: nearest(word, vocabulary) for word in unknown}
    wanted = tuple(near.get(word) or (word,) for word in words)
    return Understood(tuple(words), wanted, tuple((word, near[word]) for word in unknown))


def words_in(texts: Iterable[str]) -> set[str]:
    """Return the words of folded texts, each once."""
    pieces: set[str] = set()
    for text in texts:
        pieces.update(text.split())
    return {word for piece in pieces for word in (_WORD.findall(piece) if not piece.isalnum() else (piece,))}


def nearest(word: str, vocabulary: Iterable[str]) -> tuple[str, ...]:
    """Return the words that are like `word` enough, the most alike first; none for a short one.

    Two neighbouring letters that were typed in each other's place share few trigrams with what was meant; such a word,
    and one that goes on behind it, counts as wholly alike.
    """
    if len(word) < LEAST_LETTERS:
        return ()
    mine, meant = trigrams(word), swapped(word)
    alike = [
        (-likeness, abs(len(other) - len(word)), other)
        for other in vocabulary
        if abs(len(other) - len(word)) <= MOST_LONGER
        and (likeness := 1.0 if other[: len(word)] in meant else _shared(mine, trigrams(other))) >= LEAST_LIKENESS
    ]
    return tuple(other for _likeness, _length, other in sorted(alike)[:MOST_NEAR])


def swapped(word: str) -> frozenset[str]:
    """Return the words that come of `word` when two neighbouring letters change places, without itself."""
    pairs = range(len(word) - 1)
    return frozenset(word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in pairs) - {word}


def trigrams(word: str) -> frozenset[str]:
    """Return the groups of three signs of a word, as pg_trgm takes them."""
    padded = f"  {word} "
    return frozenset(padded[place : place + 3] for place in range(len(padded) - 2))


def _shared(mine: frozenset[str], theirs: frozenset[str]) -> float:
    return len(mine & theirs) / len(mine | theirs)


def in_words(replaced: Sequence[tuple[str, tuple[str, ...]]]) -> list[tuple[str, str]]:
    """Return (typed, "these, those") of the words that near ones stand for."""
    return [(typed, ", ".join(near)) for typed, near in replaced if near]
