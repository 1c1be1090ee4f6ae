"""`restore FILE`: a backup into an empty database, verified, with the erasures since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup import restoring
from config.backup.problem import Problem


class Command(BaseCommand):
    """Read a backup into the empty database of DATABASE_URL and the storage of STORAGE_URL."""

    help = (
        "Restore a backup into an empty database; the site opens when all of it is checked and erasures are replayed."
    )
    requires_migrations_checks = False

    #: Checks ask the database as writers do, and would wait for whoever writes.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the archive's name, `--check` and `--without-ledger`."""
        parser.add_argument("file", type=Path, help="the archive that `backup` wrote")
        parser.add_argument("--check", action="store_true", help="check the archive and write nothing")
        parser.add_argument(
            "--without-ledger",
            action="store_true",
            help="open the site although the erasure ledger is missing or older than the backup",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, or only check, and say what was found.

        Raises:
            CommandError: nothing was restored or the site stays closed; the text says which and why.
        """
        tell: Callable[[str], object] = self.stderr.write if options["verbosity"] > 1 else str
        try:
            if options["check"]:
                found, said = restoring.check(options["file"]), "whole, can be restored"
            else:
                found, count = restoring.restore(options["file"], tell=tell, without_ledger=options["without_ledger"])
                said = f"restored and verified, {count} erasures replayed"
        except Problem as problem:
            raise CommandError(str(problem)) from None
        total = sum(table.rows for table in found.tables.values())
        for name in found.missing:
            self.stderr.write(f"was missing or damaged at the time of the backup: {name}")
        self.stdout.write(f"{options['file']} of {found.made_at}: {total} rows, {len(found.files)} files; {said}")
