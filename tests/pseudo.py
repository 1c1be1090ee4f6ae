"""A made-up language in which every translated text is ⟦wráppéd⟧.

A page rendered in it shows at once which words did not pass through gettext:

    def test_every_word_of_the_page_can_be_translated(client, pseudo_locale):
        page = client.get("/about/", headers={"accept-language": pseudo_locale})
        assert pseudo.untranslated(page.content.decode(), known={"Cluster Registry"}) == []

`known` names what stands there as data: names of people, titles, codes. Numbers and
dates count as data of themselves. The fixture also activates the language for texts
rendered without a request. The catalogue is made from the sources themselves (`.py` by
their syntax tree, templates by Django's own parser) and from the catalogues that Django
and the other apps ship, and is compiled here, without gettext's programs.
"""

from __future__ import annotations

import ast
import gettext
import re
import struct
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.template import Engine, TemplateSyntaxError, engines
from django.template.base import Node, Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.test import override_settings
from django.utils import translation

CODE = "en-xa"
OPEN, CLOSE = "⟦", "⟧"
SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
OUR_FOLDERS = ("config", "community", "clusters", "results", "factsheets")

ACCENTS = str.maketrans("aeiouncsyzAEIOUNCSYZ", "áéíóúńćśýźÁÉÍÓÚŃĆŚÝŹ")
KEEP = re.compile(r"%\([^)]*\)[#0 +-]*[\d.]*[a-zA-Z]|%[a-zA-Z%]|\{[^{}]*\}|<[^<>]*>|&\w+;")
IN_TEMPLATE = re.compile(r"""_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")

Entry = tuple[str | None, str, str | None]  # context, text, plural


def wrapped(text: str) -> str:
    """Return `text` in the made-up language; placeholders and tags stay as they are."""
    parts, last = [], 0
    for kept in KEEP.finditer(text):
        parts += [text[last : kept.start()].translate(ACCENTS), kept.group()]
        last = kept.end()
    body = "".join([*parts, text[last:].translate(ACCENTS)])
    # gettext keeps a newline at either end, and so must its translation.
    head = "\n" if text.startswith("\n") else ""
    tail = "\n" if text.endswith("\n") else ""
    return f"{head}{OPEN}{body.strip(chr(10))}{CLOSE}{tail}"


def from_python(source: str) -> Iterator[Entry]:
    """Yield the texts that a Python source passes to gettext."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name in SINGULAR and len(texts) >= 1:
            yield None, texts[0], None
        elif name in PLURAL and len(texts) >= 2:
            yield None, texts[0], texts[1]
        elif name in CONTEXT and len(texts) >= 2:
            yield texts[0], texts[1], None
        elif name in CONTEXT_PLURAL and len(texts) >= 3:
            yield texts[0], texts[1], texts[2]


def from_template(source: str, engine: Engine) -> Iterator[Entry]:
    """Yield the texts of a template: translate, blocktranslate and `_("…")`."""
    for found in IN_TEMPLATE.finditer(source):
        yield None, ast.literal_eval(found.group(1)), None
    for node in _nodes(Template(source, engine=engine).nodelist):
        if isinstance(node, TranslateNode) and isinstance(node.filter_expression.var.literal, str):
            yield _context(node.message_context), node.filter_expression.var.literal.replace("%", "%%"), None
            yield _context(node.message_context), node.filter_expression.var.literal, None
        elif isinstance(node, BlockTranslateNode):
            singular, _ = node.render_token_list(node.singular)
            plural = node.render_token_list(node.plural)[0] if node.plural else None
            yield _context(node.message_context), singular, plural


def _nodes(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        for name in getattr(node, "child_nodelists", ()):
            yield from _nodes(getattr(node, name, None) or ())
        for _, inner in getattr(node, "conditions_nodelists", ()):
            yield from _nodes(inner)


def _context(expression: object) -> str | None:
    literal = getattr(getattr(expression, "var", None), "literal", None)
    return literal if isinstance(literal, str) else None


def from_shipped(folder: Path) -> Iterator[Entry]:
    """Yield the texts of the catalogues that a third party ships, whatever their language."""
    for file in sorted(folder.glob("*/LC_MESSAGES/django.mo")):
        with file.open("rb") as stream:
            catalogue = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
        plurals: dict[str, bool] = {}
        for key in catalogue:
            text, is_plural = (key[0], True) if isinstance(key, tuple) else (key, False)
            plurals[text] = plurals.get(text, False) or is_plural
        for key, is_plural in plurals.items():
            context, text = key.split("\x04", 1) if "\x04" in key else (None, key)
            if text:
                # A .mo read back gives no plural's text, only that there is one.
                yield context, text, text if is_plural else None


def entries() -> Iterator[Entry]:
    """Yield every text of the project and of what it is built on."""
    engine = engines["django"].engine
    for name in OUR_FOLDERS:
        for file in sorted((settings.BASE_DIR / name).rglob("*.py")):
            yield from from_python(file.read_text(encoding="utf-8"))
    for file in sorted((settings.BASE_DIR / "templates").rglob("*")):
        if file.suffix in {".html", ".txt", ".svg"}:
            try:
                yield from from_template(file.read_text(encoding="utf-8"), engine)
            except TemplateSyntaxError as error:
                error.add_note(f"in {file}")
                raise
    yield from from_shipped(Path(django.__file__).parent / "conf" / "locale")
    for app in apps.get_app_configs():
        if app.name not in OUR_FOLDERS:
            yield from from_shipped(Path(app.path) / "locale")


def write_catalogue(folder: Path) -> Path:
    """Write `en_XA/LC_MESSAGES/django.mo` under `folder` and return `folder`."""
    messages = {"": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"}
    for context, text, plural in entries():
        prefix = f"{context}\x04" if context is not None else ""
        key = f"{prefix}{text}" + (f"\x00{plural}" if plural is not None else "")
        if context is not None and context.startswith("format of "):
            messages[key] = text  # how days are written is no text
            continue
        messages[key] = wrapped(text) + (f"\x00{wrapped(plural)}" if plural is not None else "")
    file = folder / translation.to_locale(CODE) / "LC_MESSAGES" / "django.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(compiled(messages))
    return folder


def compiled(messages: dict[str, str]) -> bytes:
    """Return the bytes of a .mo file: header, two tables of (length, offset), the texts."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    table = 8 * len(pairs)
    offset = 28 + 2 * table
    keys, values, texts = b"", b"", b""
    for which in (0, 1):
        for pair in pairs:
            row = struct.pack("<II", len(pair[which]), offset + len(texts))
            keys, values = (keys + row, values) if which == 0 else (keys, values + row)
            texts += pair[which] + b"\x00"
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + table, 0, 28 + 2 * table) + keys + values + texts


@contextmanager
def active(folder: Path) -> Iterator[None]:
    """Offer the made-up language and speak it."""
    languages = [*settings.LANGUAGES, (CODE, "Pseudo")]
    with (
        override_settings(LANGUAGES=languages, LOCALE_PATHS=[folder, *settings.LOCALE_PATHS]),
        translation.override(CODE),
    ):
        yield


class _Words(HTMLParser):
    """Collects the texts that a reader sees or hears."""

    SPOKEN = frozenset({"alt", "aria-label", "aria-description", "placeholder", "title"})
    SILENT = frozenset({"script", "style", "template", "code", "pre"})

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self.SILENT
        self.texts += [value for name, value in attrs if value and name in self.SPOKEN]
        given = dict(attrs)
        if tag == "input" and given.get("type") in {"submit", "button", "reset"} and given.get("value"):
            self.texts.append(given["value"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self.SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def untranslated(html: str, known: Collection[str] = ()) -> list[str]:
    """Return the texts of a page that hold letters outside of ⟦…⟧ and outside of what is `known`."""
    words = _Words()
    words.feed(html)
    page = "\x00".join(words.texts)
    # A wrapped text may hold tags, and so be spread over several nodes.
    depth, rest = 0, []
    for letter in page:
        depth += (letter == OPEN) - (letter == CLOSE)
        rest.append(letter if depth == 0 and letter != CLOSE else "\x00" if letter == "\x00" else " ")
    left = "".join(rest)
    for text in sorted(known, key=len, reverse=True):
        left = left.replace(text, " ")
    return [" ".join(text.split()) for text in left.split("\x00") if re.search(r"[^\W\d_]", text)]
