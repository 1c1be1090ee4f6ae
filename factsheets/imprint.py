"""What stands on a document but not in its snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Imprint:
    """What stands on a document but not in its snapshot: version, issuer, address, checksums.

    `address` is what the QR code and the colophon lead to. `replaces` is the version before and the day of
    its issue. `history` is the number and hash of the newest link of the cluster's chain. A preview has
    version 0, no issuer and no checksum. `data_sha256` and `table_sha256` are those of the two files in the PDF.
    """

    face: str
    language: str
    address: str
    version: int = 0
    revision: int = 1
    issued_at: datetime | None = None
    issuer: str = ""
    replaces: tuple[int, date] | None = None
    data_sha256: str = ""
    table_sha256: str = ""
    history: tuple[int, str] | None = None
    is_demo: bool = False

    @property
    def is_preview(self) -> bool:
        """Whether this document is not issued."""
        return self.version == 0
