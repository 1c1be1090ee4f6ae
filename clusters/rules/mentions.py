"""Names that somebody types after an "@": who of those who take part is meant, and what names nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from community.folding import fold
from community.models import Member

#: An "@" that begins a word; that of a mail address stands within one.
_AT = re.compile(r"(?<![\w@.+/-])@(?=\w)")
_WORD = re.compile(r"[\w'’.-]+")
#: A name has at most so many words; of one comment so many are looked at.
MOST_WORDS, MOST_NAMES = 6, 40


@dataclass
class Typed:
    """Whom typed names mean, and which of them, as they were typed, mean nobody or more than one."""

    people: list[Member] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def typed_mentions(text: str, people: Iterable[Member]) -> Typed:
    """Find the names that stand after an "@" in `text` among `people`, without regard to case and accents.

    The longest name that fits counts; one word alone is enough where it is part of one person's name only.
    """
    found, known = Typed(), list(people)
    for match in list(_AT.finditer(text))[:MOST_NAMES]:
        line = text[match.end() :].partition("\n")[0]
        words = [word.strip(".-'’") for word in _WORD.findall(line)[:MOST_WORDS]]
        _place(found, words, known)
    return found


def _place(found: Typed, words: list[str], people: list[Member]) -> None:
    """Add one typed name to those that mean somebody, nobody, or more than one."""
    for count in range(len(words), 0, -1):
        key = fold(" ".join(words[:count]))
        fitting = [person for person in people if fold(person.name) == key]
        if not fitting and count == 1:
            fitting = [person for person in people if key in fold(person.name).split(" ")]
        if len(fitting) == 1:
            found.people += [person for person in fitting if person not in found.people]
            return
        if fitting:
            found.unclear += [f"@{words[0]}"] if f"@{words[0]}" not in found.unclear else []
            return
    found.unknown += [f"@{words[0]}"] if f"@{words[0]}" not in found.unknown else []


def mention_words(people: Iterable[Member], typed: Typed) -> str:
    """Return the sentences for the writer: who was mentioned, and which names were not found; "" where neither is."""
    names, said = [person.name for person in people], []
    if names:
        said.append(_("Mentioned: %(names)s.") % {"names": get_text_list(names, _("and"))})
    if typed.unknown:
        words = _("Nobody who takes part is called %(names)s, so nobody was told.")
        said.append(words % {"names": get_text_list(typed.unknown, _("or"))})
    if typed.unclear:
        words = _("More than one person fits %(names)s: write the whole name, or tick the person.")
        said.append(words % {"names": get_text_list(typed.unclear, _("and"))})
    return " ".join(said)
