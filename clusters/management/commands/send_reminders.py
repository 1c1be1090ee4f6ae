"""`send_reminders`: remind those who let something wait, or show who would be."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.reminders import Plan, plan_reminders, send_reminders
from clusters.models import Cluster
from clusters.tables.reminders import line_of


class Command(BaseCommand):
    """Send the reminders of a day; run twice, everybody is reminded once."""

    help = "Remind those who let something wait."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--on` and `--dry-run`."""
        parser.add_argument("--on", metavar="DATE", help="the day (2026-05-12) instead of today")
        parser.add_argument("--dry-run", action="store_true", help="say who would be reminded and who not, and why")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send or show, then print the counts."""
        on = self._day(options["on"])
        planned = plan_reminders(on) if options["dry_run"] else send_reminders(on=on)
        if options["dry_run"]:
            self._show(planned)
        words = _("%(send)d to be sent, %(skip)d not.") if options["dry_run"] else _("%(send)d sent, %(skip)d not.")
        self.stdout.write(words % {"send": len(planned.sends), "skip": len(planned.skips)})

    def _day(self, given: str | None) -> date:
        if given is None:
            return timezone.localdate()
        try:
            return date.fromisoformat(given)
        except ValueError:
            raise CommandError(_("%(given)s is no day such as 2026-05-12.") % {"given": given}) from None

    def _show(self, planned: Plan) -> None:
        """Print a line for each person and thing: what is sent first."""
        clusters = Cluster.objects.in_bulk({row.silence.cluster_id for row in planned.decisions})
        for decision in [*planned.sends, *planned.skips]:
            line = line_of(decision, clusters.get(decision.silence.cluster_id), planned.on, {})
            said = _("send") if decision.sends else _("skip: %(why)s") % {"why": line.why}
            self.stdout.write(f"{line.cluster_name} | {line.rule}, {line.when} | {line.name} ({line.part}) | {said}")
