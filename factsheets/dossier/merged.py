"""`merged/`: what was issued, decided and amended of the clusters that went into this one, a folder for each."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy

from factsheets.dossier import decided, documents
from factsheets.dossier.archive import Archive
from factsheets.dossier.parts import Part, dossier_parts
from factsheets.dossier.reader import MERGED, Reader

_CLUSTERS: Final = ("reference", "title", "state_before", "merged_at", "merged_into", "folder")


def write(archive: Archive, reader: Reader) -> list[str]:
    """Add the list of merged clusters, and for each its documents, decisions and amendments."""
    lacking: list[str] = []
    rows = []
    for cluster in reader.merged:
        of_it = reader.of_merged(cluster)
        for part in (documents.write, decided.write_decisions, decided.write_amendments):
            lacking += part(archive, of_it)
        rows.append(
            {
                "reference": cluster.name,
                "title": cluster.title,
                "state_before": cluster.state_before,
                "merged_at": cluster.state_since,
                "merged_into": cluster.merged_into.name if cluster.merged_into else "",
                "folder": of_it.folder,
            }
        )
    archive.table(f"{MERGED}clusters.csv", _CLUSTERS, rows)
    return lacking


dossier_parts.register(
    "merged",
    Part(
        MERGED,
        gettext_lazy(
            "The clusters that were merged into this one (clusters.csv). Each has a folder by its reference, with "
            "factsheets/, decisions/ and amendments/ of its own, as they are explained here; event is the number of "
            "the entry in events/ under that reference. Who took part there, needs, room and meetings went along and "
            "stand with the cluster itself."
        ),
        write,
        order=45,
    ),
)
