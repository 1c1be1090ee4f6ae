"""`manage.py check_files`: read every stored file of the documents and say which are missing or damaged."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from factsheets.actions.damage import check_all


class Command(BaseCommand):
    """Do at once what the scheduler does in pieces, such as after files were put back from a backup."""

    help = "Compare every stored file of issued documents with its checksum; marks what is bad, unmarks what is whole."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one line for each bad file, then how many were read.

        Raises:
            CommandError: a file is missing or damaged, or the store does not answer.
        """
        bad: list[str] = []

        def tell(name: str, problem: str) -> None:
            bad.append(name)
            self.stdout.write(f"{name}: {problem}")

        try:
            count = check_all(at=timezone.now(), tell=tell)
        except OSError as error:
            raise CommandError(f"The store of files does not answer: {error}") from error
        if bad:
            raise CommandError(f"{len(bad)} of {count} files are missing or damaged. Put them back from a backup.")
        self.stdout.write(f"{count} files, all whole")
