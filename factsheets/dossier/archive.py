"""A ZIP that is written file by file, with the checksum of each; the same contents give the same bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from community.cells import guarded_in_csv
from community.store_away import StoreAway

SUMS: Final = "SHA256SUMS"
#: The earliest day that a ZIP can state: every file bears it, so that nothing depends on when it was written.
_DAY: Final = (1980, 1, 1, 0, 0, 0)
_PIECE: Final = 256 * 1024
Opener = Callable[[], IO[bytes]]


class Archive:
    """Files under their paths. No file is held in memory; `close` adds their checksums."""

    def __init__(self, target: IO[bytes]) -> None:
        """Begin a ZIP in `target`, which stays open."""
        self._zip = ZipFile(target, "w")
        self.sums: dict[str, str] = {}

    @contextmanager
    def entry(self, path: str, *, is_packed: bool = True) -> Iterator[Callable[[bytes], None]]:
        """Yield what writes the pieces of the file at `path`.

        Raises:
            ValueError: the path is taken.
        """
        if path in self.sums:
            raise ValueError(f"{path} stands in the dossier already")
        info = ZipInfo(path, _DAY)
        info.compress_type = ZIP_DEFLATED if is_packed else ZIP_STORED
        info.create_system, info.external_attr = 3, 0o644 << 16
        digest = sha256()
        with self._zip.open(info, "w", force_zip64=True) as file:

            def write(piece: bytes) -> None:
                digest.update(piece)
                file.write(piece)

            yield write
        self.sums[path] = digest.hexdigest()

    def text(self, path: str, text: str) -> None:
        """Add a text in UTF-8."""
        with self.entry(path) as write:
            write(text.encode())

    def json(self, path: str, value: Any) -> None:
        """Add a JSON value, sorted and readable."""
        self.text(path, json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1) + "\n")

    def table(
        self, path: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, exact: Collection[str] = ()
    ) -> None:
        """Add rows as CSV in UTF-8 with the mark by which spreadsheets know it; a row at a time.

        No cell becomes a formula; the columns `exact` hold checksums and JSON, which are none and stay as they are.
        """
        line = io.StringIO()
        writer = csv.writer(line)
        with self.entry(path) as write:
            write(b"\xef\xbb\xbf")
            writer.writerow(columns)
            for row in rows:
                writer.writerow([_cell(row[name], is_exact=name in exact) for name in columns])
                if line.tell() > _PIECE:
                    write(_taken(line))
            write(_taken(line))

    def file(self, path: str, opener: Opener, wanted: str) -> str:
        """Add a stored file whose checksum is `wanted`; return "here", or why it is not: "missing" or "damaged".

        It is read twice, so that a damaged file leaves nothing behind.

        Raises:
            StoreAway: the store does not answer, which says nothing of the file.
            OSError: what is being written can't be, or a file that was whole can't be read to its end.
        """
        try:
            with opener() as file:
                digest = sha256()
                for piece in _pieces(file):
                    digest.update(piece)
        except FileNotFoundError:
            return "missing"
        except StoreAway:
            raise
        except OSError:
            return "damaged"
        if digest.hexdigest() != wanted:
            return "damaged"
        try:
            with opener() as file, self.entry(path, is_packed=False) as write:
                for piece in _pieces(file):
                    write(piece)
        except FileNotFoundError:
            return "missing"
        return "here"

    def close(self) -> None:
        """Add the checksums of all files, as `sha256sum -c` reads them, and end the ZIP."""
        self.text(SUMS, "".join(f"{digest}  {path}\n" for path, digest in sorted(self.sums.items())))
        self._zip.close()

    def abandon(self) -> None:
        """Leave the ZIP as it is, so that nothing writes its end into a target that is closed by then."""
        self._zip.fp = None


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _taken(line: io.StringIO) -> bytes:
    """Return what was written so far, and begin anew."""
    text = line.getvalue().encode()
    line.seek(0)
    line.truncate()
    return text


def _cell(value: Any, *, is_exact: bool) -> str:
    """Return a value as text: moments in UTC, days as ISO, lists in one cell, nothing as nothing."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    text = "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
    return text if is_exact else guarded_in_csv(text)


def moment(value: datetime | None) -> str:
    """Return a moment in UTC to the second; "" for none."""
    return value.astimezone(UTC).isoformat(timespec="seconds") if value else ""
