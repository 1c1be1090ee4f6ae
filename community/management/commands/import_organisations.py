"""`import_organisations FILE [--dry-run]`: the admin's import, from the command line."""

from community.imports.organisation import OrganisationImport
from community.management.importing import ImportCommand


class Command(ImportCommand):
    """Imports organisations from CSV or XLSX."""

    help = "Imports organisations from CSV or XLSX, whole or not at all."
    tables = (OrganisationImport,)
