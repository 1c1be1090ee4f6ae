"""`manage.py export_dossier REFERENCE [--output FILE]`: one ZIP with the whole record of a cluster."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster
from clusters.rules.dossier import OF_A_DRAFT
from community.store_away import StoreAway
from factsheets.dossier.build import file_name, write_dossier
from factsheets.dossier.reader import Reader


class Command(BaseCommand):
    """Write the dossier; it reads everything, and names only who consented unless told otherwise."""

    help = (
        "Write the dossier of a cluster: factsheets, decisions, amendments, evidence, events and checksums in one ZIP "
        "that `sha256sum -c` checks. It reads everything, confidential reasons and restricted evidence too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the reference, where to write, and whether to name everybody."""
        parser.add_argument("reference", metavar="REFERENCE")
        parser.add_argument("--output", type=Path, metavar="FILE", help="where to write it (REFERENCE_dossier_DAY.zip)")
        parser.add_argument(
            "--names", action="store_true", help="name everybody who stands in the record, for auditors"
        )

    def handle(self, *args: Any, reference: str, output: Path | None, names: bool, **options: Any) -> None:
        """Write it beside its place and move it there, so that no half file is ever found.

        Raises:
            CommandError: there is no such cluster, it is a draft, a stored file can't be asked for, or the ZIP can't be
                written.
        """
        cluster = Cluster.objects.by_name(reference).first()
        if cluster is None:
            raise CommandError(f"There is no cluster {reference}. References look like M4N-CL-2026-07.")
        if cluster.state == State.DRAFT:
            raise CommandError(str(OF_A_DRAFT))
        reader = Reader(cluster, None, timezone.now(), names_all=names)
        path = output or Path(file_name(reader))
        try:
            lacking = self._write(reader, path)
        except StoreAway as error:
            raise CommandError(
                f"The store of files does not answer, so nothing was written; try again in a few minutes: {error}"
            ) from error
        except OSError as error:
            raise CommandError(f"{path} can't be written: {error.strerror or error}") from error
        for sentence in lacking:
            self.stdout.write(sentence)
        self.stdout.write(f"{path}: {path.stat().st_size} bytes")

    def _write(self, reader: Reader, path: Path) -> list[str]:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "w+b") as file:
                lacking = write_dossier(reader, file)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return lacking
