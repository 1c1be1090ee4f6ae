"""`manage.py issue_factsheets [--stale]`: make the factsheets that should be there and are not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from community.permissions import Refusal
from community.store_away import StoreAway
from factsheets.actions.missing import Outcome, add_missing_pdfs, issue_missing
from factsheets.pdf import PdfUnavailable


class Command(BaseCommand):
    """Issue what is missing: clusters that were approved or have ended without their document."""

    help = "Issue factsheets of approved and ended clusters that lack one; --stale also adds PDFs that were missing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one switch."""
        parser.add_argument(
            "--stale", action="store_true", help="also make the PDF of editions that were issued without"
        )

    def handle(self, *args: Any, stale: bool, **options: Any) -> None:
        """Work through what is missing.

        Raises:
            CommandError: something could not be made, or the store of files does not answer.
        """
        at = timezone.now()
        try:
            failed = self._make([issue_missing(at=at), *([add_missing_pdfs(at=at)] if stale else [])])
        except StoreAway as error:
            raise CommandError(
                f"The store of files does not answer, so the rest was not made; try again in a few minutes: {error}"
            ) from error
        if failed:
            raise CommandError(f"{failed} could not be made.")

    def _make(self, works: list[Iterator[Outcome]]) -> int:
        """Work through it with a line for each; return how many could not be made."""
        failed = 0
        for line, problem in (one for work in works for one in work):
            self.stdout.write(f"{line}: {self._words(problem)}" if problem else line)
            failed += problem is not None
        return failed

    def _words(self, problem: PdfUnavailable | Refusal) -> str:
        return str(problem.sentence if isinstance(problem, PdfUnavailable) else problem.reason)
