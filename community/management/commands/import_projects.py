"""`import_projects FILE [--dry-run]`: the admin's import, from the command line."""

from community.imports.project import PartnershipImport, ProjectImport
from community.management.importing import ImportCommand


class Command(ImportCommand):
    """Imports projects from CSV or XLSX."""

    help = "Imports projects from CSV or XLSX, whole or not at all."
    tables = (ProjectImport, PartnershipImport)
