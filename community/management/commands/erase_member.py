"""`erase_member`: erase one person, or say what that would do."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from community.actions.erasure import Erased, erase_member
from community.models import Member
from community.permissions import Refusal


class Command(BaseCommand):
    """Replace a person by a pseudonym everywhere; the decisions stand, the ledger gets a line."""

    help = "Erase the person of a key (it stands in the address of their page); --dry-run only says what would be done."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the key and what to do."""
        parser.add_argument("key", help="the person's key, twelve letters and digits")
        parser.add_argument(
            "--dry-run", action="store_true", help="take everything back and write no line of the ledger"
        )
        parser.add_argument(
            "--without-handing-over", action="store_true", help="also where the person still leads clusters"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase, and print what was done.

        Raises:
            CommandError: nobody has that key, or something must be cleared first.
        """
        member = Member.objects.filter(key=options["key"]).first()
        if member is None:
            raise CommandError(_("Nobody has the key %(key)s.") % {"key": options["key"]})
        if member.erased_at is not None:
            self.stdout.write(_("%(person)s was erased already.") % {"person": member})
            return
        try:
            self._tell(self._erased(member, options))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _erased(self, member: Member, options: dict[str, Any]) -> Erased:
        waits = not options["without_handing_over"]
        if not options["dry_run"]:
            return erase_member(member=member, by=None, waits=waits)
        with transaction.atomic():
            done = erase_member(member=member, by=None, waits=waits, is_rehearsal=True)
            transaction.set_rollback(True)
        self.stdout.write(_("Nothing was written. This would be done:"))
        return done

    def _tell(self, done: Erased) -> None:
        facts = {"details": done.details, "rows": done.rows, "files": len(done.restricted)}
        self.stdout.write(
            _("%(details)d details of events emptied, %(rows)d further rows changed, %(files)d files stay restricted.")
            % facts
        )
        for file in done.restricted:
            until = file.retain_until.isoformat() if file.retain_until else _("kept: the last payment is not known")
            self.stdout.write(f"  {file.title}: {until}")
        for trace in done.traces:
            self.stdout.write(
                _("  The name stands in words that nobody may change: %(model)s %(pk)s.") % trace.__dict__
            )
