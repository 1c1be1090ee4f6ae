"""Many issued PDFs as one ZIP, written while it is sent: one file is in memory at a time, and the length is known.

The PDFs are stored as they are, for they are packed already, under the dated names that single downloads bear; so
`sha256sum -c SHA256SUMS` in the unpacked folder checks all of them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from community.imports.outgoing import as_csv
from community.store_away import StoreAway
from factsheets import storage
from factsheets.selection import Chosen, Selection

#: What the table tells of each cluster.
COLUMNS: Final = (
    *("reference", "title", "file", "version", "revision", "language", "state", "face", "issued_on", "pages", "bytes"),
    *("sha256", "data_sha256", "page", "pdf", "left_out"),
)
SUMS, INDEX = "SHA256SUMS", "index.csv"
#: What an entry takes besides its content and twice its name: two heads and the note behind it; and the end of all.
_AROUND, _END = 30 + 46 + 16, 22


class Archive:
    """The ZIP of a selection, made at the moment `at`; its `length` in bytes is known before it is written."""

    def __init__(self, selection: Selection, *, at: datetime) -> None:
        """Write the two lists; no file is read yet."""
        self._chosen = selection.chosen
        self._lists = {SUMS: sums(selection).encode(), INDEX: index(selection)}
        self._at = (at.year, at.month, at.day, at.hour, at.minute, at.second)

    @property
    def length(self) -> int:
        """How many bytes the whole will have."""
        entries = [(len(name), len(content)) for name, content in self._lists.items()]
        entries += [(len(_name(one)), one.pdf_size) for one in self._chosen]
        return _END + sum(_AROUND + 2 * name + size for name, size in entries)

    def pieces(self, *, failed: Callable[[str], object] = str) -> Iterator[bytes]:
        """Yield it in pieces, a file each; `failed(name)` hears of a file that breaks it off by what is wrong with it.

        Raises:
            StoreAway: the store does not answer, which says nothing of the file.
            OSError: a file is away or damaged; who reads sees by the length that the archive is not whole.
        """
        held = _Held()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as file:
            for name, content in self._lists.items():
                file.writestr(self._entry(name), content)
            for one in self._chosen:
                try:
                    content = storage.read_whole(one.pdf_file)
                except StoreAway:
                    raise
                except OSError:
                    failed(one.pdf_file)
                    raise
                file.writestr(self._entry(_name(one)), content)
                yield held.taken()
        yield held.taken()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, self._at)
        entry.external_attr = 0o644 << 16
        return entry


class _Held(io.RawIOBase):
    """A file that cannot be wound back and hands over what was written to it."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def write(self, content: Any) -> int:
        """Hold the content."""
        self._parts.append(bytes(content))
        return len(content)

    def taken(self) -> bytes:
        """Return what is held, and hold nothing any more."""
        parts, self._parts = b"".join(self._parts), []
        return parts


def _name(one: Chosen) -> str:
    return f"{one.file_stem}.pdf"


def sums(selection: Selection) -> str:
    """Return the checksums of all files; what is left out stands in comments, which `sha256sum -c` passes over."""
    lines = [f"{one.pdf_sha256}  {_name(one)}" for one in selection.chosen]
    lines += [f"# {one.reference}: {one.why}" for one in selection.left_out]
    return "\n".join(lines) + "\n" if lines else ""


def index(selection: Selection) -> bytes:
    """Return the table of the archive: a row for each cluster, those without a file with the reason."""
    rows = [_row(one.reference, one.title, one, "") for one in selection.chosen]
    rows += [_row(one.reference, one.title, one.edition, str(one.why)) for one in selection.left_out]
    return as_csv(COLUMNS, rows)


def _row(reference: str, title: str, one: Chosen | None, left_out: str) -> dict[str, str]:
    """Return one row; of what is left out only what is known of its edition, and no address of a file."""
    row = dict.fromkeys(COLUMNS, "") | {"reference": reference, "title": title, "left_out": left_out}
    if one is None:
        return row
    args = [one.reference, one.version, one.language]
    row |= {
        "version": str(one.version),
        "revision": str(one.revision),
        "language": one.language,
        "state": one.state,
        "face": one.face,
        "issued_on": timezone.localdate(one.issued_at).isoformat(),
        "data_sha256": one.data_sha256,
        "sha256": one.pdf_sha256,
        "page": settings.SITE_URL + reverse("factsheets:issue", args=args),
    }
    if left_out:
        return row
    pdf = settings.SITE_URL + reverse("factsheets:issue_pdf", args=args)
    return row | {"file": _name(one), "pages": str(one.pages), "bytes": str(one.pdf_size), "pdf": pdf}
