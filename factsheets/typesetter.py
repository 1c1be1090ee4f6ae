"""WeasyPrint, the only place that imports it; it runs in the child process of `factsheets.pdf_child`.

One font configuration and one parsed set of style sheets serve every document of the process (about half
the time of a factsheet otherwise). They may never cross threads. Nothing is fetched: what a document may
show is held in memory here, all else is refused and noted in `Typeset.warnings`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from factsheets import tagging

OWN = "https://own.invalid/"
PICTURES = f"{OWN}pictures/"
#: Stands for a sign that no font of the document has, for which PDF/A and PDF/UA allow no empty box.
STAND_IN = "\N{BLACK SQUARE}"
_MISSING = re.compile(r"^\.notdef glyph .*\(U\+([0-9A-F]+)\)$", re.DOTALL)
#: What tags are made of and parted by.
_ASCII = frozenset(range(0x20, 0x7F))
_SPACE = frozenset(map(ord, "\t\n\f\r"))
_TYPES = {".css": "text/css", ".ttf": "font/ttf", ".svg": "image/svg+xml", ".json": "application/json"}


@dataclass(frozen=True)
class Enclosure:
    """A file that a PDF carries; `relationship` is its AFRelationship."""

    name: str
    content: bytes
    description: str = ""
    relationship: str = "Data"


@dataclass(frozen=True)
class Typeset:
    """A finished PDF, its number of pages and what WeasyPrint complained about."""

    content: bytes
    pages: int
    warnings: tuple[str, ...]


class FontsAway(RuntimeError):
    """The fonts went while a document was set with them, or lack the letters that every document has."""


class OwnAssets(URLFetcher):  # type: ignore[misc]
    """A fetcher that knows a fixed set of addresses and opens neither files nor the network."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        """Serve `assets`, whole addresses to content; deliberately without the handlers of the base class."""
        self._assets = dict(assets)
        self._pictures: dict[str, bytes] = {}
        self._fail_on_errors = False

    def with_pictures(self, pictures: Mapping[str, bytes]) -> None:
        """Replace the pictures of the previous document, served under `PICTURES`, by those of the next."""
        self._pictures = {f"{PICTURES}{name}": content for name, content in pictures.items()}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return the content held for exactly this address.

        Raises:
            ValueError: the address is none of ours; WeasyPrint goes on without it and says so.
        """
        content = self._pictures.get(url, self._assets.get(url))
        if content is None:
            raise ValueError("this address is none of the document's own")
        return URLFetcherResponse(url, content, {"Content-Type": _TYPES[Path(url).suffix]})

    def open(self, url: Any, data: Any = None, timeout: Any = None) -> URLFetcherResponse:
        """Do as `fetch`: the door of the base class leads nowhere else."""
        return self.fetch(url if isinstance(url, str) else url.full_url)

    __call__ = fetch


class _Complaints(logging.Handler):
    """Collects what WeasyPrint logs while one document is set, and the signs that no font has (`missing`)."""

    def __init__(self) -> None:
        """Listen for warnings and worse."""
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.missing: set[int] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line of at most 300 signs, and at most 50 of them."""
        line = record.getMessage()
        if (sign := _MISSING.search(line)) is not None:
            self.missing.add(int(sign[1], 16))
        if len(self.lines) < 50:
            self.lines.append(line[:300])


class Typesetter:
    """Everything that is made once per process: assets in memory, fonts, parsed style sheets."""

    def __init__(self, assets: Mapping[str, Path], stylesheets: Iterable[str]) -> None:
        """Read `assets` (name to file) and parse those of them that are `stylesheets`, in this order."""
        self._held = {f"{OWN}{name}": path.read_bytes() for name, path in assets.items()}
        self._sheets = list(stylesheets)
        tagging.listen()
        logging.getLogger("weasyprint").handlers[:] = [logging.NullHandler()]
        logging.getLogger("weasyprint").propagate = False
        logging.getLogger("fontTools").setLevel(logging.ERROR)
        self._fetcher = OwnAssets(self._held)
        self._load()

    def _load(self) -> None:
        """Parse the style sheets; the library writes their fonts to a folder for what is temporary, and reads on there.

        Whatever empties that folder (it is kept for as long as the process lives, and cleaners take what is old) would
        leave documents in other fonts, or without letters.
        """
        self._fonts = FontConfiguration()
        self._styles = [
            weasyprint.CSS(
                string=self._held[f"{OWN}{name}"].decode(),
                base_url=f"{OWN}{name}",
                url_fetcher=self._fetcher,
                font_config=self._fonts,
            )
            for name in self._sheets
        ]
        folder = self._fonts._folder
        self._font_files = {path: path.stat().st_size for path in folder.iterdir()} if folder else {}

    def _has_fonts(self) -> bool:
        try:
            return all(path.stat().st_size == size for path, size in self._font_files.items())
        except OSError:
            return False

    def typeset(
        self,
        body: str,
        *,
        title: str,
        language: str,
        created_at: datetime,
        enclosures: Sequence[Enclosure] = (),
        pictures: Mapping[str, bytes] | None = None,
        unless_pages: int | None = None,
    ) -> Typeset:
        """Set `body` as a file that is PDF/A-3a and PDF/UA-1 at once and carries `enclosures`.

        The same arguments give the same bytes in every process with the same fonts and libraries. What has exactly
        `unless_pages` pages is laid out and not written: its content is empty. A sign that no font has is drawn as
        `STAND_IN`; page and data keep it. Fonts that are gone, before or meanwhile, are loaded anew.

        Raises:
            FontsAway: they went again while the document was set anew.
        """
        self._fetcher.with_pictures(pictures or {})

        def set_once(text: str) -> tuple[Typeset, set[int]]:
            with _listening() as complaints:
                document = weasyprint.HTML(
                    string=_page(text, title=title, language=language, created_at=created_at),
                    base_url=OWN,
                    url_fetcher=self._fetcher,
                ).render(font_config=self._fonts, stylesheets=self._styles, pdf_variant="pdf/a-3a", cache={})
                document.metadata.attachments = [self._attachment(one, created_at) for one in enclosures]
                is_wanted = len(document.pages) != unless_pages
                content = document.write_pdf(pdf_variant="pdf/a-3a", finisher=tagging.finish) if is_wanted else b""
            return Typeset(content, len(document.pages), tuple(complaints.lines)), complaints.missing

        for _attempt in range(2):
            if not self._has_fonts():
                self._load()
            found, missing = set_once(body)
            if missing and self._has_fonts():
                found, _missing = set_once(without_signs(body, missing))
            if self._has_fonts():
                return found
        raise FontsAway("the fonts in the folder for what is temporary were removed twice in one document")

    def _attachment(self, enclosure: Enclosure, created_at: datetime) -> Any:
        return weasyprint.Attachment(
            string=enclosure.content,
            name=enclosure.name,
            description=enclosure.description,
            created=created_at,
            modified=created_at,
            relationship=enclosure.relationship,
            url_fetcher=self._fetcher,
        )


def without_signs(body: str, missing: set[int]) -> str:
    """Return `body` with `STAND_IN` in place of the signs that no font has.

    Raises:
        FontsAway: one of them is a sign of ASCII, which all of ours have, and of which the tags are made.
    """
    if letters := sorted(missing & _ASCII):
        raise FontsAway(f"no font has {''.join(map(chr, letters))!r}")
    return body.translate(dict.fromkeys(missing - _SPACE, STAND_IN))


@contextmanager
def _listening() -> Iterator[_Complaints]:
    """Collect WeasyPrint's complaints for a while."""
    complaints = _Complaints()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(complaints)
    try:
        yield complaints
    finally:
        logger.removeHandler(complaints)


def _page(body: str, *, title: str, language: str, created_at: datetime) -> str:
    """Return the whole HTML document around `body`, with the metadata that the PDF takes over."""
    stamp = created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="dcterms.created" content="{stamp}"><meta name="dcterms.modified" content="{stamp}">'
        f"</head><body>{body}</body></html>"
    )
