"""Addresses as people paste them: cut apart, each with what is wrong with it. No database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from community.folding import fold_key

LONGEST = 254
#: One piece of the paste may hold several addresses, and names before them: "Anna Perić <a@b.example>, c@d.example".
_PIECES = re.compile(r"[;\r\n]+")
_BRACKETED = re.compile(r"<([^<>]*)>")
_BETWEEN = re.compile(r"[\s,]+")
#: What stands around an address without being part of it.
_AROUND = ".,:()[]\"'“”„’<>"


@dataclass(frozen=True)
class Pasted:
    """One address of the paste as it was typed; `wrong` says what is wrong with it, `key` is what compares it."""

    typed: str
    address: str = ""
    wrong: str = ""

    @property
    def key(self) -> str:
        """The folded address; "" for what is none."""
        return fold_key(self.address)


def read_addresses(text: str) -> list[Pasted]:
    """Return the addresses in `text`, in its order, repeated ones too.

    Commas, semicolons, blanks and lines part them; of `Name <address>` the name is left out, also where it holds a
    comma. A word that is no address is returned with what is wrong with it.
    """
    return [_judged(word) for piece in _PIECES.split(text) for word in _words(piece)]


def _words(piece: str) -> Iterator[str]:
    """Yield what stands where an address should be, in the order of the text."""
    end = 0
    for found in _BRACKETED.finditer(piece):
        # What stands before is the name, unless it holds addresses of its own.
        yield from (word for word in _BETWEEN.split(piece[end : found.start()]) if "@" in word)
        yield found[1].strip() or found[0]
        end = found.end()
    yield from (word for word in _BETWEEN.split(piece[end:]) if word.strip(_AROUND))


def _judged(word: str) -> Pasted:
    """Return a word as an address in small letters, or with what is wrong with it."""
    bare = word.strip().removeprefix("mailto:").strip(_AROUND)
    wrong = _what_is_wrong(bare)
    return Pasted(word[:LONGEST], wrong=wrong) if wrong else Pasted(word, address=bare.lower())


def _what_is_wrong(word: str) -> str:
    """Return the sentence about a word that is no address; "" for an address."""
    before, at, after = word.partition("@")
    if not at:
        return _("There is no @ in it.")
    if "@" in after:
        return _("There is more than one @ in it.")
    if not before:
        return _("Nothing stands before the @.")
    if not after:
        return _("Nothing stands after the @.")
    if len(word) > LONGEST:
        return _("It is longer than an address can be.")
    if ".." in word or before.startswith(".") or before.endswith("."):
        return _("A dot stands where none can be.")
    if "." not in after:
        return _("After the @ an ending such as “.org” is missing.")
    try:
        validate_email(word)
    except ValidationError:
        return _("It holds a sign that an address can't have.")
    return ""
