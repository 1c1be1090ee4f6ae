"""What the commands that import and export share: the file, the administrator in whose name, and the report."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from community.imports.sheet import MOST_BYTES
from community.imports.table import Report, Table, bring_in
from community.models import User


class ImportCommand(BaseCommand):
    """Takes a file in, whole or not at all, with the report that the admin shows; ends with 1 when a row is wrong."""

    tables: ClassVar[tuple[type[Table], ...]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, `--dry-run` and who imports."""
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="CSV in UTF-8, a workbook (.xlsx), or JSON where it is read"
        )
        parser.add_argument("--dry-run", action="store_true", help="check and report, write nothing")
        parser.add_argument("--by", metavar="ADDRESS", default="", help="the administrator in whose name it is done")
        if len(self.tables) > 1:
            parser.add_argument(
                "--table",
                choices=[table.code for table in self.tables],
                default="",
                help="what it holds; told by the file where it is left out",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and print the report.

        Raises:
            CommandError: the file is not there, or nobody may import.
        """
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path} is not there.")
        if path.stat().st_size > MOST_BYTES:
            raise CommandError(f"{path} is larger than {MOST_BYTES // 1024 // 1024} MB. Split it.")
        content, by = path.read_bytes(), administrator_of(options["by"])
        tables = [table(by) for table in self.tables]
        wanted = options.get("table") or next((one.code for one in tables if one.reads(content)), tables[0].code)
        table = next(one for one in tables if one.code == wanted)
        report = bring_in(table, content, dry_run=options["dry_run"])
        self._print(report)
        if report.problems:
            sys.exit(1)

    def _print(self, report: Report) -> None:
        for change in report.changes:
            if change.what != "same" and not report.problems:
                self.stdout.write(f"{change.row}: {change.what} {change.title}")
        for doubt in report.doubts:
            self.stdout.write(f"doubtful: {doubt}")
        for problem in report.problems:
            self.stderr.write(str(problem))
        (self.stderr if report.problems else self.stdout).write(report.sentence())


def administrator_of(address: str) -> User:
    """Return the administrator of that address, or the only one there is."""
    rows = User.objects.administrators()
    found = list((rows.with_address(address) if address else rows).order_by("pk")[:2])
    if len(found) == 1:
        return found[0]
    if address:
        raise CommandError(f"{address} is no administrator.")
    raise CommandError("Say in whose name: --by with the address of an administrator.")
