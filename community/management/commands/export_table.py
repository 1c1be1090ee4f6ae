"""`export_table KIND FILE`: any export of the admin, from the command line; imported again it changes nothing."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.http import HttpRequest

from community.admin.sheets import sheet_pages
from community.imports.outgoing import CONTENT_TYPES, take_out
from community.management.importing import administrator_of


class Command(BaseCommand):
    """Exports what the list of a kind shows without a filter."""

    help = "Exports a table of the admin as CSV or XLSX: what its list shows without a filter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the kind, the file and who exports."""
        kinds = sorted(code for code, page in sheet_pages().items() if page.sheets()[code].is_taken_out)
        parser.add_argument("kind", metavar="KIND", choices=kinds, help=f"what is exported: {', '.join(kinds)}")
        parser.add_argument("file", metavar="FILE", type=Path, help="ends with .csv or .xlsx; nothing may be there")
        parser.add_argument("--by", metavar="ADDRESS", default="", help="the administrator in whose name it is done")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file, which nobody else on the machine reads: it may hold addresses.

        Raises:
            CommandError: nobody may export, the file's name ends otherwise, or it cannot be written.
        """
        kind, path = str(options["kind"]), Path(options["file"])
        form = path.suffix.removeprefix(".").lower()
        if form not in CONTENT_TYPES:
            raise CommandError(f"{path} ends neither with .csv nor with .xlsx.")
        request = HttpRequest()
        request.method, request.user = "GET", administrator_of(options["by"])
        page = sheet_pages()[kind]
        content = take_out(page.sheets()[kind](request.user), page.rows_of(request), form)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
        except FileExistsError:
            raise CommandError(f"{path} is there already. Nothing was written.") from None
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"Exported to {path}.")
