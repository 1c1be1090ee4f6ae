"""`manage.py sweep_files [--dry-run] [--sure]`: delete stored files that no row of the database names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from community import contributions
from community.actions.stray_files import SAFE_AGE, Stray, TooMany, find, kept_since, sweep


class Command(BaseCommand):
    """Do at once what the scheduler does once a day, or say what it would do."""

    help = (
        "Delete stored files that no row of the database names and that were written more than a day ago. What lies "
        "outside of the registry's own folders is left alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--dry-run`, `--sure` and `--hours`."""
        parser.add_argument("--dry-run", action="store_true", help="name them and delete nothing")
        parser.add_argument(
            "--sure", action="store_true", help="also where they are a large part of a folder, or older than a restore"
        )
        parser.add_argument("--hours", type=int, default=0, help="only what is older than this (at least 24)")

    def handle(self, *args: Any, dry_run: bool, sure: bool, hours: int, **options: Any) -> None:
        """Write one line for each, then how many.

        Raises:
            CommandError: they are suspiciously many, or the store does not answer.
        """
        since = kept_since(is_sure=sure)
        at, age = timezone.now(), max(SAFE_AGE, timedelta(hours=hours))
        try:
            if dry_run:
                folders = [find(folder, before=at - age, since=since)[0] for folder in contributions.stored_folders]
                found = [one for strays in folders for one in strays]
            else:
                found = sweep(at, age=age, is_sure=sure)
        except TooMany as error:
            raise CommandError(
                f"{error}. Nothing was deleted there. Is DATABASE_URL the database of these files? Look at them with "
                "--dry-run; --sure deletes them all the same."
            ) from error
        except OSError as error:
            raise CommandError(f"The store of files does not answer: {error}") from error
        self._tell(found, "would be deleted" if dry_run else "were deleted")
        if since is not None:
            self.stdout.write(
                f"What was written before the restore of {since.isoformat(timespec='seconds')} is left alone: the "
                "database before it may name it. --sure deletes it, too, when nobody goes back to that database."
            )

    def _tell(self, found: list[Stray], what: str) -> None:
        for one in found:
            self.stdout.write(f"{one.name}: {one.size} bytes")
        self.stdout.write(f"{len(found)} files, {sum(one.size for one in found)} bytes, {what}")
