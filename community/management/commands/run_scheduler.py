"""`run_scheduler`: the process that keeps the clockwork going."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from community import opening
from community.actions.scheduler import enter_chores, tick

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Look every few seconds for chores whose time has come; end on SIGTERM or SIGINT after the chore at hand.

    Waits while a restore is unfinished.
    """

    help = "Run the registry's chores: outbox, unfinished jobs, reminders, seals."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--once` and `--pause`."""
        parser.add_argument("--once", action="store_true", help="look once and end (for cron)")
        parser.add_argument("--pause", type=float, default=5.0, metavar="SECONDS", help="time between two looks")

    def handle(self, *args: Any, **options: Any) -> None:
        """Loop until told to end."""
        end = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            end.set()

        owner = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
        if options["once"]:
            if opening.is_open():
                enter_chores()
                self._look(owner)
            return
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        is_entered = False
        while not end.is_set():
            close_old_connections()
            try:
                if not opening.is_open():
                    is_entered = False
                elif not is_entered:
                    enter_chores()
                    is_entered = True
                if is_entered:
                    self._look(owner)
            except (InterfaceError, OperationalError):
                logger.exception("the database is away; looking again")
            end.wait(options["pause"])

    def _look(self, owner: str) -> None:
        """Run what is due and print what it did."""
        for code, count in tick(at=timezone.now(), owner=owner).items():
            if count:
                self.stdout.write(f"{code}: {count}")
