"""`verify_history`: check the record and say what was found."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from community.models import Event
from community.verification import verify_history


class Command(BaseCommand):
    """Walk every hash chain back to its anchors; end with an error when something was tampered with."""

    help = "Check the history for changed, missing, reordered and cut rows; say which details were redacted."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--chain`."""
        parser.add_argument("--chain", action="append", help="check this chain only (may be given again)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line a finding.

        Raises:
            CommandError: at least one finding is a fault.
        """
        faults = 0
        for finding in verify_history(chains=options["chain"]):
            faults += finding.is_fault
            self.stdout.write(f"{finding.chain} {finding.number}: {finding.code}: {finding.sentence}")
        if faults:
            raise CommandError(_("The history is not as it was written: %(count)d findings.") % {"count": faults})
        count = Event.objects.count()
        self.stdout.write(_("%(count)d events checked: complete and unchanged.") % {"count": count})
