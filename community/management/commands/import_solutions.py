"""`import_solutions FILE [--dry-run]`: the admin's import, from the command line."""

from community.imports.solution import SolutionImport
from community.management.importing import ImportCommand


class Command(ImportCommand):
    """Imports solutions from CSV or XLSX."""

    help = "Imports solutions from CSV or XLSX, whole or not at all."
    tables = (SolutionImport,)
