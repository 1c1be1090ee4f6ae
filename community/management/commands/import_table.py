"""`import_table KIND FILE [--dry-run]`: any import of the admin, from the command line."""

from argparse import ArgumentParser
from typing import Any, ClassVar

from community.admin.sheets import sheet_pages
from community.imports.table import Table
from community.management.importing import ImportCommand


class Command(ImportCommand):
    """Imports the table of a kind from CSV or XLSX."""

    help = "Imports a table of the admin from CSV or XLSX, whole or not at all."
    tables: ClassVar[tuple[type[Table], ...]] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the kind first."""
        kinds = sorted(sheet_pages())
        parser.add_argument("kind", metavar="KIND", choices=kinds, help=f"what the file holds: {', '.join(kinds)}")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and print the report.

        Raises:
            CommandError: the file is not there, or nobody may import.
        """
        kind: str = options["kind"]
        self.tables = (sheet_pages()[kind].sheets()[kind],)  # type: ignore[misc]
        super().handle(*args, **options)
