"""`manage.py report_to_cop --from DAY --to DAY [--wg CODE] [--again] [--dry-run]`: send a report to the community."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from community.models import WorkingGroup
from community.permissions import Refusal
from factsheets.actions.report import send_for_time, sent_for
from factsheets.notifications import recipients
from factsheets.report_summary import candidates


class Command(BaseCommand):
    """Gather the newest factsheet of each cluster that was issued in a time, and send them as one report."""

    help = "Send a report of the factsheets issued from one day to another, of one working group or of all."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the time, the group, and whether nothing is to be sent."""
        parser.add_argument("--from", dest="from_on", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="until_on", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--wg", default="", metavar="CODE", help="only clusters of this working group")
        parser.add_argument("--language", default="en", metavar="CODE", help="of the report's own words (en)")
        parser.add_argument("--again", action="store_true", help="also if this group and time were reported already")
        parser.add_argument("--dry-run", action="store_true", help="say what would be sent, and send nothing")

    def handle(self, *args: Any, from_on: date, until_on: date, wg: str, **options: Any) -> None:
        """Send it, or say what would be sent; a report that could not be sent is not left as a draft.

        Raises:
            CommandError: there is no such group or language, or the report was refused, with the sentence.
        """
        group = WorkingGroup.objects.filter(code__iexact=wg).first() if wg else None
        if wg and group is None:
            known = ", ".join(WorkingGroup.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"There is no working group {wg}. Known: {known}.")
        if options["language"] not in settings.DOCUMENT_LANGUAGES:
            known = ", ".join(settings.DOCUMENT_LANGUAGES)
            raise CommandError(f"Documents have no words of their own in {options['language']}. Known: {known}.")
        if options["dry_run"]:
            self._tell(from_on, until_on, group)
            return
        try:
            sent = send_for_time(
                working_group=group,
                from_on=from_on,
                until_on=until_on,
                by=None,
                language=options["language"],
                again=options["again"],
            )
        except Refusal as refusal:
            if refusal.code == "done":
                raise CommandError(f"{refusal.reason} Nothing was sent. --again sends it once more.") from refusal
            raise CommandError(str(refusal.reason)) from refusal
        self.stdout.write(f"{sent.reference}: {sent.title}, {sent.factsheets.count()} factsheets")

    def _tell(self, from_on: date, until_on: date, group: WorkingGroup | None) -> None:
        if (done := sent_for(group, from_on, until_on)) is not None:
            self.stdout.write(f"Reported already: {done.reference}, {done.title}. Only --again sends it once more.")
        for issue in candidates(from_on, until_on, group).defer("snapshot"):
            self.stdout.write(f"{issue.reference} version {issue.version}: {issue.title}")
        self.stdout.write(f"{recipients().count()} members would be told. Nothing was sent.")
