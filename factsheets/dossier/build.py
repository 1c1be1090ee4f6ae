"""Writes a whole dossier: each part, the README, the checksums."""

from __future__ import annotations

from typing import IO

# Importing registers the folders.
from factsheets.dossier import content, decided, documents, evidence, record, results, work  # noqa: F401
from factsheets.dossier.archive import Archive
from factsheets.dossier.parts import in_order
from factsheets.dossier.reader import Reader
from factsheets.dossier.readme import readme


def write_dossier(reader: Reader, target: IO[bytes]) -> list[str]:
    """Write the ZIP into `target`, which stays open; return sentences about what it lacks.

    For the same reader, state of the cluster and day the bytes are the same. No file is held in memory whole.
    """
    archive = Archive(target)
    lacking = [sentence for part in in_order() for sentence in part.write(archive, reader)]
    archive.text("README.txt", readme(reader, lacking))
    archive.close()
    return lacking


def file_name(reader: Reader) -> str:
    """Return the name under which a dossier is saved: reference and day, and whether it names everybody."""
    names = "_all-names" if reader.names_all else ""
    return f"{reader.cluster.name}_dossier{names}_{reader.on.isoformat()}.zip"
