"""Writes a whole dossier: each part, the README, the checksums."""

from __future__ import annotations

from dataclasses import replace
from typing import IO

from clusters.models import Cluster

# Importing registers the folders.
from factsheets.dossier import content, decided, documents, evidence, merged, record, results, work  # noqa: F401
from factsheets.dossier.archive import Archive
from factsheets.dossier.moment import one_moment
from factsheets.dossier.parts import in_order
from factsheets.dossier.reader import Reader
from factsheets.dossier.readme import readme


def write_dossier(reader: Reader, target: IO[bytes]) -> list[str]:
    """Write the ZIP into `target`, which stays open; return sentences about what it lacks.

    Everything in it is of one moment, that of its first question: what README says of the record is what events/ holds,
    however long it takes. For the same reader, state of the cluster and day the bytes are the same. No file is held in
    memory whole.

    Raises:
        OSError: the store of files does not answer (`StoreAway`), or `target` can't be written and holds half a ZIP.
    """
    archive = Archive(target)
    try:
        with one_moment():
            now = replace(reader, cluster=Cluster.objects.for_page().get(pk=reader.cluster.pk))
            lacking = [sentence for part in in_order() for sentence in part.write(archive, now)]
            archive.text("README.txt", readme(now, lacking))
        archive.close()
    except BaseException:
        archive.abandon()
        raise
    return lacking


def file_name(reader: Reader) -> str:
    """Return the name under which a dossier is saved: reference and day, and whether it names everybody."""
    names = "_all-names" if reader.names_all else ""
    return f"{reader.cluster.name}_dossier{names}_{reader.on.isoformat()}.zip"
