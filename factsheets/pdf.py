"""Documents as PDF: one function in front of a warm child process with limits.

`render_pdf` is all that the rest of the project knows of WeasyPrint. The child (`factsheets.pdf_child`) is
started at the first document, one per process of ours, and kept: starting costs 0.7 s, a factsheet 0.2 s.
One document is in flight at a time. A child that dies, hangs or grows is killed and the next document
starts a new one; a forked process starts its own. When no PDF can be made `PdfUnavailable` carries the
sentence to show, and the HTML document stays.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, Self, cast

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factsheets.pdf_child import read_frame, write_frame

HERE: Final = Path(__file__).resolve().parent
#: All that the child learns of our environment: where programs, libraries and fonts lie.
KEPT_VARIABLES: Final = ("PATH", "HOME", "TMPDIR", "VIRTUAL_ENV", "DYLD_FALLBACK_LIBRARY_PATH", "LD_LIBRARY_PATH")
BUSY: Final = _("Too many documents are being made at once, so the PDF has to wait.")
STYLESHEETS: Final = ("print/fonts.css", "css/factsheet.css", "print/page.css")


@dataclass(frozen=True)
class Limits:
    """What one child may use: address space in bytes, seconds per document, to start and to queue, documents in all."""

    memory: int = 1024 * 1024 * 1024
    processor_seconds: int = 40
    wall_seconds: float = 60.0
    start_seconds: float = 60.0
    queue_seconds: float = 60.0
    documents: int = 500


class PdfUnavailable(Exception):
    """No PDF could be made; `sentence` says so to a reader, `lasting` that trying again will not help."""

    def __init__(self, sentence: str | Promise, *, detail: str = "", lasting: bool = False) -> None:
        """Carry the sentence for the page and the detail for the log."""
        super().__init__(detail or str(sentence))
        self.sentence = sentence
        self.lasting = lasting


@dataclass(frozen=True)
class Attachment:
    """A file that the PDF carries."""

    name: str
    content: bytes
    description: str = ""
    relationship: str = "Data"


class Pdf(bytes):
    """The bytes of a PDF that also know their number of pages and the typesetter's warnings."""

    pages: int
    warnings: tuple[str, ...]

    def __new__(cls, content: bytes, *, pages: int, warnings: Sequence[str] = ()) -> Self:
        """Make it of finished content."""
        made = super().__new__(cls, content)
        made.pages = pages
        made.warnings = tuple(warnings)
        return made


def render_pdf(
    html: str,
    *,
    title: str,
    language: str,
    created_at: datetime,
    attachments: Sequence[Attachment] = (),
    pictures: Mapping[str, bytes] | None = None,
    patience: float | None = None,
    unless_pages: int | None = None,
) -> Pdf:
    """Return the body `html` in the look of `factsheet.css`, as PDF/A-3a and PDF/UA-1 at once.

    `pictures` are SVG files that the style sheets name as `pictures/<name>`. Nothing else is fetched,
    from nowhere. `patience` is how many seconds to wait for the documents before this one. The same arguments
    give the same bytes, in any process with the same libraries. What comes out with exactly `unless_pages` pages
    is not written: there are no bytes then, only the number of pages.

    Raises:
        PdfUnavailable: Pango is missing, the document took too long or too much, or the child failed.
    """
    return _press.render(
        html,
        title=title,
        language=language,
        created_at=created_at,
        attachments=attachments,
        pictures=pictures,
        patience=patience,
        unless_pages=unless_pages,
    )


def assets() -> dict[str, Path]:
    """Return every file that a document may use, by the name under which the style sheets ask for it."""
    static = Path(settings.BASE_DIR) / "static"
    own = [*HERE.glob("print/*.css"), *HERE.glob("fonts/*.ttf")]
    shared = [static / "css" / "factsheet.css", *(static / "img").glob("factsheet_*.svg")]
    return {f"{path.parent.name}/{path.name}": path for path in sorted([*own, *shared])}


class Press:
    """One child process and the lock around it."""

    def __init__(self, limits: Limits | None = None, *, code: Sequence[Path] = ()) -> None:
        """Start nothing yet; `code` are folders that the child imports from before all others."""
        self.limits = limits or Limits()
        self._code = [*code, Path(settings.BASE_DIR)]
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._made = 0

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is a child."""
        return self._child.pid if self._child is not None else None

    def render(
        self,
        html: str,
        *,
        title: str,
        language: str,
        created_at: datetime,
        attachments: Sequence[Attachment] = (),
        pictures: Mapping[str, bytes] | None = None,
        patience: float | None = None,
        unless_pages: int | None = None,
    ) -> Pdf:
        """Do as `render_pdf`, when the documents before this one are done."""
        drawn = pictures or {}
        head = {
            "title": title,
            "language": language,
            "created_at": created_at.timestamp(),
            "enclosures": [
                {"name": a.name, "description": a.description, "relationship": a.relationship} for a in attachments
            ],
            "pictures": list(drawn),
            "unless_pages": unless_pages,
        }
        contents = [html.encode(), *(a.content for a in attachments), *drawn.values()]
        if not self._lock.acquire(timeout=self.limits.queue_seconds if patience is None else patience):
            raise PdfUnavailable(BUSY)
        try:
            return self._in_time(head, contents)
        finally:
            self._lock.release()

    def _in_time(self, head: dict[str, Any], contents: Sequence[bytes]) -> Pdf:
        """Talk to the child under the clock; whatever goes wrong leaves no half-used child behind."""
        child = self._started()
        clock = threading.Timer(self.limits.wall_seconds, child.kill)
        clock.start()
        try:
            return _dialogue(child, head, contents)
        except (EOFError, OSError, ValueError, KeyError) as error:
            self.stop()
            raise PdfUnavailable(
                _("The PDF took too long or too much memory and was given up. The page holds the same content."),
                detail=f"the child left with {child.returncode}: {error!r}",
            ) from error
        finally:
            clock.cancel()
            clock.join()

    def _started(self) -> subprocess.Popen[bytes]:
        """Return the living child, or a new one that has said it is ready; a child serves a number of documents."""
        self._made += 1
        if self._child is not None and self._child.poll() is None and self._made <= self.limits.documents:
            return self._child
        self.stop()
        self._made = 1
        self._child = child = _start(self._code)
        clock = threading.Timer(self.limits.start_seconds, child.kill)
        clock.start()
        try:
            write_frame(_stdin(child), json.dumps(_setup(self.limits)).encode())
            hello = json.loads(read_frame(_stdout(child)))
        except (EOFError, OSError, ValueError, KeyError) as error:
            self.stop()
            raise PdfUnavailable(
                _("The program that makes the PDF did not start. The page holds the same content."),
                detail=f"the child left with {child.returncode} before it was ready: {error!r}",
            ) from error
        finally:
            clock.cancel()
            clock.join()
        if not hello["ready"]:
            self.stop()
            raise PdfUnavailable(
                _("This server lacks a library that the PDF needs (Pango). The page holds the same content."),
                detail=hello["reason"],
                lasting=True,
            )
        return child

    def stop(self) -> None:
        """End the child, if there is one, and wait for it."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for stream in (child.stdin, child.stdout):
            _close(stream)
        child.wait()

    def forget(self) -> None:
        """In a forked process: leave the parent's child alone, without holding its pipes open."""
        child, self._child, self._lock = self._child, None, threading.Lock()
        if child is not None:
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    cast(Any, stream).raw.close()  # without a flush: what is buffered belongs to the parent
            child.returncode = 0  # not ours to wait for


def _setup(limits: Limits) -> dict[str, Any]:
    """Return the child's first frame: what it may use, and how much."""
    return {
        "assets": {name: str(path) for name, path in assets().items()},
        "stylesheets": STYLESHEETS,
        "memory": limits.memory,
        "seconds": limits.processor_seconds,
    }


def _start(code: Sequence[Path]) -> subprocess.Popen[bytes]:
    """Start a child that knows nothing of us but where the code lies."""
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    environment |= {"PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "TZ": "UTC"}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, code))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "factsheets.pdf_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd="/",
        start_new_session=True,
    )


def _dialogue(child: subprocess.Popen[bytes], head: dict[str, Any], contents: Sequence[bytes]) -> Pdf:
    """Send one request and read its answer."""
    write_frame(_stdin(child), json.dumps({**head, "frames": len(contents)}).encode())
    for content in contents:
        write_frame(_stdin(child), content)
    reply = json.loads(read_frame(_stdout(child)))
    if not reply["ok"]:
        raise PdfUnavailable(
            _("The PDF of this document could not be made. The page holds the same content."), detail=reply["reason"]
        )
    return Pdf(read_frame(_stdout(child)), pages=reply["pages"], warnings=reply["warnings"])


def _stdin(child: subprocess.Popen[bytes]) -> BinaryIO:
    return cast(BinaryIO, child.stdin)


def _stdout(child: subprocess.Popen[bytes]) -> BinaryIO:
    return cast(BinaryIO, child.stdout)


def _close(stream: Any) -> None:
    try:
        if stream is not None:
            stream.close()
    except OSError:  # what was buffered for a dead child
        pass


_press = Press()
os.register_at_fork(after_in_child=_press.forget)
atexit.register(_press.stop)
