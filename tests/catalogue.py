"""The catalogues of the documents' words: read, completed, compiled.

    .venv/bin/python -m tests.catalogue            what is missing, language by language
    .venv/bin/python -m tests.catalogue --write    adds the missing messages to the .po files, drops what no document
                                                   shows any more, and compiles the .mo files

A catalogue holds what documents show (`tests/factsheets/wording.py` listens while all are drawn), the months as texts
write them, and the default terms of the vocabularies that documents show. Nothing here needs gettext's programs.
"""

from __future__ import annotations

import ast
import calendar
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests import pseudo

Message = tuple[str | None, str, str | None]
#: A message and its forms; no form, or an empty one, is a translation that lacks.
Catalogue = dict[Message, tuple[str, ...]]

LOCALE = Path(__file__).resolve().parent.parent / "locale"
#: How many forms a number has, and which (the rules of the Unicode CLDR, for whole numbers).
PLURALS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "it": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "el": "nplurals=2; plural=(n != 1);",
    "pt": "nplurals=2; plural=(n != 1);",
    "bg": "nplurals=2; plural=(n != 1);",
    "hr": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
    "sl": "nplurals=4; plural=(n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3);",
}
_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d)\])? (".*")')


def file_of(language: str, ending: str = "po") -> Path:
    """Return the file of a language's catalogue."""
    return LOCALE / language / "LC_MESSAGES" / f"django.{ending}"


def read(text: str) -> tuple[str, Catalogue]:
    """Return the header's comment and the messages of a .po file.

    Raises:
        ValueError: a line is none of a .po file, or a message stands there twice or is marked fuzzy.
    """
    comment, found = [], Catalogue()
    for block in re.split(r"\n{2,}", text.strip()):
        entry = _entry(block)
        if entry.get("msgid") == "":
            comment = [line for line in block.splitlines() if line.startswith("#")]
            continue
        message = (entry.get("msgctxt"), entry["msgid"], entry.get("msgid_plural"))
        if message in found:
            raise ValueError(f"{message} stands there twice")
        found[message] = tuple(entry[name] for name in sorted(entry) if name.startswith("msgstr"))
    return "\n".join(comment), found


def _entry(block: str) -> dict[str, str]:
    entry: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if match := _LINE.fullmatch(line):
            name = match[1] + (match[2] or "")
            entry[name] = ast.literal_eval(match[3])
        elif line.startswith('"'):
            entry[name] += ast.literal_eval(line)
        elif not line.startswith("#") or line.startswith(("#,", "#~")):
            raise ValueError(f"not understood: {line}")
    return entry


def written(language: str, comment: str, catalogue: Mapping[Message, tuple[str, ...]]) -> str:
    """Return the text of a .po file, its messages in the order of their texts."""
    blocks = [f'{comment}\nmsgid ""\nmsgstr ""\n' + "\n".join(_quoted(f"{line}\n") for line in _header(language))]
    for (context, text, plural), forms in sorted(catalogue.items(), key=_in_order):
        lines = [f"msgctxt {_quoted(context)}"] if context is not None else []
        lines.append(f"msgid {_quoted(text)}")
        if plural is None:
            lines.append(f"msgstr {_quoted(forms[0] if forms else '')}")
        else:
            lines.append(f"msgid_plural {_quoted(plural)}")
            empty = ("",) * _number_of_forms(language)
            lines += [f"msgstr[{at}] {_quoted(form)}" for at, form in enumerate(forms or empty)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _in_order(pair: tuple[Message, object]) -> tuple[str, str, str, str]:
    context, text, plural = pair[0]
    return context or "", text.casefold(), text, plural or ""


def _header(language: str) -> list[str]:
    return [
        f"Language: {language}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {PLURALS[language]}",
    ]


def _quoted(text: str) -> str:
    marked = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{marked}"'


def _number_of_forms(language: str) -> int:
    return int(PLURALS[language].partition("nplurals=")[2][0])


def compiled(language: str, catalogue: Mapping[Message, tuple[str, ...]]) -> bytes:
    """Return the bytes of the .mo file; a message without its translation is left out, and so stays English."""
    messages = {"": "\n".join(_header(language)) + "\n"}
    for (context, text, plural), forms in catalogue.items():
        if forms and all(forms):
            key = (f"{context}\x04" if context is not None else "") + text
            messages[key + (f"\x00{plural}" if plural is not None else "")] = "\x00".join(forms)
    return pseudo.compiled(messages)


def wanted() -> set[Message]:
    """Return all messages that a catalogue must hold."""
    from community.vocabularies import CONTEXT, DEFAULT_TERMS, SHOWN_IN_DOCUMENTS
    from tests.factsheets import wording

    found: set[Message] = set()
    with wording.recorded(found):
        for _name, _article in wording.draw_all("el"):
            pass
    terms = {(CONTEXT, label, None) for one in SHOWN_IN_DOCUMENTS for _code, label in DEFAULT_TERMS[one]}
    return (found - {(None, ":", None)}) | set(months()) | terms


def months() -> Iterator[Message]:
    """Yield the months as Django asks for them beside a day, whole and short."""
    from django.utils import dates

    names = [calendar.month_name[month] for month in range(1, 13)]
    yield from (("alt. month", name, None) for name in names)
    yield from ((None, name[:3].lower(), None) for name in names)
    assert len(dates.MONTHS_ALT) == len(dates.MONTHS_3) == len(names)


def missing(language: str, messages: Iterable[Message]) -> list[Message]:
    """Return the messages that a language's catalogue does not say."""
    _comment, catalogue = read(file_of(language).read_text(encoding="utf-8"))
    return sorted((one for one in messages if not all(catalogue.get(one) or [""])), key=lambda one: _in_order((one, 0)))


def complete(language: str, messages: set[Message]) -> None:
    """Bring a language's files to what documents show: new messages empty, old ones gone, compiled."""
    file = file_of(language)
    comment, catalogue = read(file.read_text(encoding="utf-8"))
    kept = {message: catalogue.get(message, ()) for message in messages}
    file.write_text(written(language, comment, kept), encoding="utf-8")
    file_of(language, "mo").write_bytes(compiled(language, kept))


def main(arguments: list[str]) -> int:
    """Tell what is missing; with --write, complete and compile."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DEBUG", "true")
    django.setup()
    messages = wanted()
    found = {language: missing(language, messages) for language in PLURALS}
    for language, lacking in found.items():
        if "--write" in arguments:
            complete(language, messages)
        print(f"{language}: {len(messages) - len(lacking)} of {len(messages)} messages")
        for context, text, plural in lacking:
            print(f"  missing: {text!r}" + (f" / {plural!r}" if plural else "") + (f" ({context})" if context else ""))
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
