"""`cluster/`: what the cluster says today, for programs and spreadsheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from factsheets.dossier.archive import Archive
from factsheets.dossier.parts import Part, dossier_parts
from factsheets.dossier.reader import Reader
from factsheets.exports import table_of_cluster, without_keys


def write(archive: Archive, reader: Reader) -> list[str]:
    """Add the snapshot as JSON with names where they may stand, and the table that can be imported."""
    archive.json("cluster/cluster.json", without_keys(reader.snapshot, reader.names_by_key()))
    with archive.entry("cluster/cluster.csv") as put:
        put(table_of_cluster(reader.snapshot))
    return []


dossier_parts.register(
    "cluster",
    Part(
        "cluster/",
        gettext_lazy(
            "The cluster as it stands on the day of the dossier. cluster.json is what a factsheet of that day would "
            "say. cluster.csv is a table that another registry of the same kind imports again."
        ),
        write,
        order=10,
    ),
)
