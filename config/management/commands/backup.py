"""`backup FILE`: everything the site knows, in one archive, while it works."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup.making import backup
from config.backup.problem import Problem


def _end(number: int, frame: FrameType | None) -> None:
    """End as Ctrl-C does, so that nothing half is left."""
    raise KeyboardInterrupt


class Command(BaseCommand):
    """Write database and files as they are at one moment; others may read and write meanwhile."""

    help = "Write the database and the stored files to one archive, which `restore` reads."

    #: Checks ask the database as writers do, and would wait for whoever writes.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the archive's name and `--without-missing`."""
        parser.add_argument("file", type=Path, help="the archive to write (.zip); nothing may be there")
        parser.add_argument(
            "--without-missing", action="store_true", help="go on without stored files that are missing or damaged"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say how much it holds.

        Raises:
            CommandError: there is no archive; the text says why.
        """
        signal.signal(signal.SIGTERM, _end)
        tell: Callable[[str], object] = self.stderr.write if options["verbosity"] > 1 else str
        try:
            made = backup(options["file"], tell=tell, without_missing=options["without_missing"])
        except Problem as problem:
            raise CommandError(str(problem)) from None
        for name in made.missing:
            self.stderr.write(f"missing or damaged: {name}")
        count = sum(table.rows for table in made.tables.values())
        self.stdout.write(f"{options['file']}: {count} rows, {len(made.files)} files")
