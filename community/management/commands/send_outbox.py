"""`send_outbox`: send the mails that are due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from community import opening
from community.actions.outbox import send_outbox


class Command(BaseCommand):
    """Send what waits in the outbox once, and say what came of it."""

    help = "Send the mails that are due."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the counts.

        Raises:
            CommandError: a restore is unfinished.
        """
        if not opening.is_open():
            raise CommandError(_("A restore is not finished: no mail leaves before."))
        counts = send_outbox(at=timezone.now())
        self.stdout.write(
            _("%(sent)d sent, %(failed)d to be tried again, %(given_up)d given up, %(cancelled)d cancelled.")
            % counts.as_dict()
        )
