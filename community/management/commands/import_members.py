"""`import_members FILE [--dry-run]`: the admin's import, from the command line."""

from community.imports.member import MemberImport
from community.management.importing import ImportCommand


class Command(ImportCommand):
    """Imports members from CSV or XLSX."""

    help = "Imports members from CSV or XLSX, whole or not at all."
    tables = (MemberImport,)
