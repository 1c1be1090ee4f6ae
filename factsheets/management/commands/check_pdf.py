"""`manage.py check_pdf FILE…`: say what a PDF lacks for its readers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from factsheets.pdf_checks import problems


class Command(BaseCommand):
    """Check files of ours: identifiers, languages, headings, pictures, tables, links, fonts, margins, checksums."""

    help = (
        "Check PDF files: title, languages and both identifiers; headings in order, pictures with words, tables with "
        "heads, links with words; fonts embedded, all text readable and in the structure or in the margins; checksums "
        "of enclosed files as printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one file or more."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        """Write one line a file, and one a problem; fail when there was any."""
        from pikepdf import PdfError

        bad = 0
        for path in files:
            try:
                found = problems(path.read_bytes())
            except (OSError, PdfError) as error:
                found = [str(error)]
            self.stdout.write(f"{path}: {'; '.join(found) if found else 'ok'}")
            bad += bool(found)
        if bad:
            raise CommandError(f"{bad} of {len(files)} files have problems.")
