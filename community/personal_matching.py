"""A person's name and addresses found in text: folded, in either order, and replaced at the right place.

A text is folded letter by letter, so that every letter of the folded text knows where it stands in the original.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from community.folding import INVISIBLE, fold


class _Letters(dict[int, str]):
    """What each letter is folded to; "" for accents and invisible signs, a space for each sort of space."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        is_nothing = unicodedata.combining(sign) or INVISIBLE.match(sign)
        self[code] = found = "" if is_nothing else fold(sign) or " "
        return found


_LETTERS = _Letters()


def folded(text: str) -> str:
    """Return a text folded letter by letter."""
    return text.lower() if text.isascii() else text.translate(_LETTERS)


@dataclass(frozen=True)
class Form:
    """One way in which a name or an address is written; `capitals` says which parts must begin large, if any must."""

    pattern: re.Pattern[str]
    longest: str
    capitals: tuple[bool, ...] = ()

    def fits(self, original: str) -> bool:
        """Tell whether a found text is meant: surnames first are words of a sentence too where they are not large."""
        parts = original.replace(",", " ").split()
        return not any(must and part[:1].islower() for must, part in zip(self.capitals, parts, strict=False))


@dataclass(frozen=True)
class Words:
    """What to look for, and what takes its place.

    `names` are whole names of at least two words; a single word may be anybody's.
    """

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    instead: str

    @property
    def all(self) -> tuple[str, ...]:
        """Names and addresses."""
        return (*self.names, *self.addresses)

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """Every way in which they are written: addresses, names, and names with the last part or parts first."""
        found = [*map(_address, self.addresses), *map(_name, self.names)]
        return (*found, *(turned for name in self.names for turned in _turned(name)))

    def replaced(self, text: str, *, is_folded: bool = False) -> str:
        """Return a text with the pseudonym in the place of each name and address, whatever their case and accents."""
        plain = folded(text)
        for form in self.forms:
            if form.longest in plain:
                text = self._without(text, form, is_folded)
                plain = folded(text)
        return text

    def replaced_in(self, value: Any) -> Any:
        """Return a JSON value with the pseudonym in the place of each name and address, in keys too."""
        if isinstance(value, str):
            return self.replaced(value)
        if isinstance(value, list):
            return [self.replaced_in(one) for one in value]
        if isinstance(value, dict):
            return {self.replaced(name): self.replaced_in(one) for name, one in value.items()}
        return value

    def _without(self, text: str, form: Form, is_folded: bool) -> str:
        said, at, made = fold(self.instead) if is_folded else self.instead, 0, ""
        for start, end in _found(text, form):
            if is_folded or form.fits(text[start:end]):
                made, at = f"{made}{text[at:start]}{said}", end
        return made + text[at:]


def _found(text: str, form: Form) -> Iterator[tuple[int, int]]:
    """Yield where a form stands in the original, with the accents of its last letter."""
    origin = [at for at, sign in enumerate(text) for _letter in _LETTERS[ord(sign)]]
    for match in form.pattern.finditer(folded(text)):
        start, end = origin[match.start()], origin[match.end() - 1] + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        yield start, end


def parts_of(name: str) -> tuple[str, ...]:
    """Return the parts of a name; "Rossi, Anna" has those of "Anna Rossi", in its own order."""
    return tuple(name.replace(",", " ").split())


def same_names(names: Iterable[str]) -> set[tuple[str, ...]]:
    """Return names so that two are equal where they are the same but for case, accents and order."""
    return {tuple(sorted(folded(name.replace(",", " ")).split())) for name in names}


def _name(name: str) -> Form:
    parts = [folded(part) for part in parts_of(name)]
    return Form(re.compile(rf"(?<!\w){_joined(parts)}(?!\w)"), max(parts, key=len))


def _address(address: str) -> Form:
    plain = folded(address)
    return Form(re.compile(rf"(?<![\w.+-]){re.escape(plain)}(?![\w-]|\.\w)"), plain)


def _turned(name: str) -> Iterator[Form]:
    """Yield a name with its last parts first, with a comma or without."""
    parts = parts_of(name)
    for cut in range(1, len(parts)):
        order = [*parts[cut:], *parts[:cut]]
        last, first = [folded(part) for part in parts[cut:]], [folded(part) for part in parts[:cut]]
        pattern = re.compile(rf"(?<!\w){_joined(last)}(?:\s*,\s*|\s+){_joined(first)}(?!\w)")
        yield Form(pattern, max([*last, *first], key=len), tuple(part[:1].isupper() for part in order))


def _joined(parts: Iterable[str]) -> str:
    return r"\s+".join(re.escape(part) for part in parts)
