"""`import_solutions FILE [--dry-run]`: the admin's import, from the command line."""

from community.imports.keep import KeepImport
from community.imports.solution import SolutionImport
from community.management.importing import ImportCommand


class Command(ImportCommand):
    """Imports solutions from CSV or XLSX, or from JSON shaped like keep.eu's; which it is shows in the file."""

    help = "Imports solutions from CSV, XLSX or keep.eu-shaped JSON, whole or not at all."
    tables = (SolutionImport, KeepImport)
