"""`verify_history`: check the record and say what was found."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from community.models import Event
from community.verification import known_chains, verify_history


class Command(BaseCommand):
    """Walk every hash chain back to its anchors; end with an error when something was tampered with."""

    help = "Check the history for changed, missing, reordered and cut rows; say which details were redacted."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--chain`."""
        parser.add_argument("--chain", action="append", help="check this chain only (may be given again)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line a finding.

        Raises:
            CommandError: at least one finding is a fault, or there is no such chain.
        """
        faults, chains = 0, options["chain"]
        if chains and (unknown := sorted(set(chains) - known_chains())):
            words = _("There is no chain %(name)s. Names look like community and cluster:12.")
            raise CommandError(words % {"name": ", ".join(unknown)})
        for finding in verify_history(chains=chains):
            faults += finding.is_fault
            self.stdout.write(f"{finding.chain} {finding.number}: {finding.code}: {finding.sentence}")
        if faults:
            raise CommandError(_("The history is not as it was written: %(count)d findings.") % {"count": faults})
        events = Event.objects.of_chains(chains) if chains else Event.objects.all()
        count = events.count()
        self.stdout.write(_("%(count)d events checked: complete and unchanged.") % {"count": count})
