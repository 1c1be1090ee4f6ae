"""Writes a PDF object by object, so that a file of any length takes the memory of one part.

Objects may come in any order and refer to numbers that were taken before they are written. What is no stream is
packed into object streams (ISO 32000-1, 7.5.7), because a structure tree is hundreds of small alike dictionaries.
"""

from __future__ import annotations

import zlib
from array import array
from hashlib import sha256
from typing import BinaryIO, Final

HEADER: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
#: So many objects are packed into one stream.
PACKED: Final = 200
#: Kinds of entries of the table: not used, at a place in the file, packed at a place in a stream.
_FREE, _AT, _IN = 0, 1, 2


class PdfWriter:
    """A file that is being written: numbers are taken, objects put, and the table comes at the end."""

    def __init__(self, out: BinaryIO) -> None:
        """Write into `out` from where it stands."""
        self._out = out
        self._at = 0
        self._kinds = bytearray([_FREE])
        self._places = array("Q", [0])
        self._indexes = array("H", [65535])
        self._waiting: list[tuple[int, bytes]] = []
        self._streams: dict[bytes, int] = {}
        self._write(HEADER)

    @property
    def size(self) -> int:
        """How many bytes were written so far."""
        return self._at

    def take(self) -> int:
        """Return the number of an object that is put later."""
        self._kinds.append(_FREE)
        self._places.append(0)
        self._indexes.append(0)
        return len(self._kinds) - 1

    def put(self, content: bytes, number: int | None = None) -> int:
        """Put an object that is no stream, under a number that was taken or a new one; return its number."""
        number = self.take() if number is None else number
        self._waiting.append((number, content))
        if len(self._waiting) >= PACKED:
            self._pack()
        return number

    def put_stream(self, head: bytes, content: bytes, number: int | None = None) -> int:
        """Put a stream as it is stored; `head` is its dictionary, with the length."""
        number = self.take() if number is None else number
        self._kinds[number], self._places[number] = _AT, self._at
        self._write(b"%d 0 obj\n%b\nstream\n" % (number, head))
        self._write(content)
        # A content that ends like a line is parted from what follows by a whole line end, as in `tagging`.
        self._write(b"%b\nendstream\nendobj\n" % (b"\r" if content.endswith(b"\r") else b""))
        return number

    def put_packed(self, content: bytes, entries: bytes = b"", number: int | None = None) -> int:
        """Put a stream of this content, packed; `entries` are what its dictionary says besides."""
        packed = zlib.compress(content, 6)
        head = b"<< %b /Filter /FlateDecode /Length %d >>" % (entries, len(packed))
        return self.put_stream(head, packed, number)

    def put_once(self, head: bytes, content: bytes) -> int:
        """Put a stream that refers to nothing, or return the number of one that is the same to the byte."""
        mark = sha256(head + b"\0" + content).digest()
        if mark not in self._streams:
            self._streams[mark] = self.put_stream(head, content)
        return self._streams[mark]

    def close(self, *, root: int, info: int, identity: bytes) -> int:
        """Write what waits, then the table that finds every object; return the size of the whole in bytes.

        `root` and `info` are the numbers of catalogue and document information, `identity` 16 bytes that stand for
        the content.
        """
        self._pack()
        number, begins = self.take(), self._at
        self._kinds[number], self._places[number] = _AT, begins
        table = b"".join(
            kind.to_bytes(1, "big") + place.to_bytes(5, "big") + index.to_bytes(2, "big")
            for kind, place, index in zip(self._kinds, self._places, self._indexes, strict=True)
        )
        same = identity.hex().encode()
        self.put_packed(
            table,
            b"/Type /XRef /Size %d /W [1 5 2] /Root %d 0 R /Info %d 0 R /ID [<%b> <%b>]"
            % (len(self._kinds), root, info, same, same),
            number,
        )
        self._write(b"startxref\n%d\n%%%%EOF\n" % begins)
        return self._at

    def _pack(self) -> None:
        """Write the objects that wait as one stream."""
        if not self._waiting:
            return
        number = self.take()
        heads, bodies, at = [], [], 0
        for index, (packed, content) in enumerate(self._waiting):
            heads.append(b"%d %d" % (packed, at))
            bodies.append(content)
            at += len(content) + 1
            self._kinds[packed], self._places[packed], self._indexes[packed] = _IN, number, index
        first = b" ".join(heads) + b"\n"
        self.put_packed(
            first + b"\n".join(bodies),
            b"/Type /ObjStm /N %d /First %d" % (len(self._waiting), len(first)),
            number,
        )
        self._waiting.clear()

    def _write(self, content: bytes) -> None:
        self._out.write(content)
        self._at += len(content)
