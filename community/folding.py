"""Text folded for comparison: once for search, once for names that must be unique."""

import re
import unicodedata
from collections.abc import Sequence

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
#: Between texts that are folded at once; it is changed by nothing that folding does.
_BETWEEN = "\x00"
_LETTERS: dict[int, str | None] = {
    ord(sign): plain
    for sign, plain in {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ς": "σ", "ı": "i"}.items()
}


def fold(text: str) -> str:
    """Return `text` as search compares it: no case, accents, invisible signs or runs of space.

    Greek, Cyrillic and Latin accents go (NFKD without combining marks), so that
    "Πρόταση" is found by "προταση" and "Perić" by "peric". Folding twice is folding once.
    """
    folded = _fold_once(text)
    while (again := _fold_once(folded)) != folded:
        folded = again
    return folded


def fold_all(texts: Sequence[str]) -> list[str]:
    """Return what `fold` returns for each text; of thousands at once it takes a third of the time."""
    if any(_BETWEEN in text for text in texts):
        return [fold(text) for text in texts]
    return [folded.strip() for folded in fold(_BETWEEN.join(texts)).split(_BETWEEN)] if texts else []


def fold_key(text: str) -> str:
    """Return `text` as uniqueness compares it: NFC, no case, invisible signs or runs of space.

    Accents stay: "Perić" and "Peric" may be two persons, "PERIĆ" and "Perić" may not.
    The key of a key is the key.
    """
    key = _key_once(text)
    while (again := _key_once(key)) != key:
        key = again
    return key


def _fold_once(text: str) -> str:
    """Fold; a second pass is needed where a letter without case decomposes into one with case."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", INVISIBLE.sub("", text).casefold())
    marks: dict[int, str | None] = dict.fromkeys(ord(sign) for sign in set(decomposed) if unicodedata.combining(sign))
    return " ".join(decomposed.translate(_LETTERS | marks).split())


def _key_once(text: str) -> str:
    """Fold case in NFC; a second pass is needed where folding takes letters apart."""
    return " ".join(unicodedata.normalize("NFC", INVISIBLE.sub("", text).casefold()).split())
