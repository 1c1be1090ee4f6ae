"""`import_clusters FILE [--dry-run]`: clusters decided elsewhere, from the command line."""

from clusters.imports.cluster import ClusterImport
from community.management.importing import ImportCommand


class Command(ImportCommand):
    """Imports clusters from CSV or XLSX as recorded afterwards."""

    help = "Imports clusters that were decided elsewhere, whole or not at all; they are marked as recorded afterwards."
    tables = (ClusterImport,)
