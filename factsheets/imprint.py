"""What stands on a document but not in its snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Translated:
    """How an edition came into its language: `language` is the original's, `originals` are its texts by path.

    `untold` are the paths of those that are not translated and stand in the original language.
    """

    language: str
    originals: Mapping[str, str]
    untold: tuple[str, ...] = ()


@dataclass(frozen=True)
class Imprint:
    """What stands on a document but not in its snapshot: version, issuer, address, checksums.

    `address` is what the QR code and the colophon lead to. `replaces` is the version before and the day of
    its issue. `history` is the number and hash of the newest link of the cluster's chain. A preview has
    version 0, no issuer and no checksum. `data_sha256` and `table_sha256` are those of the two files in the PDF.
    `translated` is None in the language in which the version was written.
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
    translated: Translated | None = None

    @property
    def is_preview(self) -> bool:
        """Whether this document is not issued."""
        return self.version == 0
