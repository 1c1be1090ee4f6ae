"""Text folded for comparison: once for search, once for names that must be unique."""

import re
import unicodedata

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
SPACE = re.compile(r"\s+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ς": "σ", "ı": "i"})


def fold(text: str) -> str:
    """Return `text` as search compares it: no case, accents, invisible signs or runs of space.

    Greek, Cyrillic and Latin accents go (NFKD without combining marks), so that
    "Πρόταση" is found by "προταση" and "Perić" by "peric". Folding twice is folding once.
    """
    folded = _fold_once(text)
    while (again := _fold_once(folded)) != folded:
        folded = again
    return folded


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
        return SPACE.sub(" ", text.lower()).strip()
    decomposed = unicodedata.normalize("NFKD", INVISIBLE.sub("", text).casefold())
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return SPACE.sub(" ", bare.translate(_LETTERS)).strip()


def _key_once(text: str) -> str:
    """Fold case in NFC; a second pass is needed where folding takes letters apart."""
    return SPACE.sub(" ", unicodedata.normalize("NFC", INVISIBLE.sub("", text).casefold())).strip()
