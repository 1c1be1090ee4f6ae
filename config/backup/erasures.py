"""The erasure ledger after a restore: who was erased since the backup is erased again before anybody reads a page."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from config.backup.problem import Problem

LEDGER = "community.ledger"


def replay() -> int:
    """Erase again whom the ledger names and the backup still had; return how many.

    Nothing to do where the ledger is empty or was never begun.

    Raises:
        Problem: the ledger cannot be read, or an entry not be replayed; the site stays closed.
    """
    try:
        if find_spec(LEDGER) is None:
            if settings.ERASURE_LEDGER.exists() and settings.ERASURE_LEDGER.read_text().strip():
                raise _closed("this version cannot replay its entries")
            return 0
        ledger = import_module(LEDGER)
        erased = list(ledger.replay())
        if left := list(ledger.replay()):
            raise _closed(f"{len(left)} of its entries are to be replayed still")
    except Problem:
        raise
    except Exception as error:
        raise _closed(f"{type(error).__name__}: {error}") from error
    return len(erased)


def _closed(why: str) -> Problem:
    return Problem(
        f"The erasure ledger {settings.ERASURE_LEDGER} could not be replayed ({why}). The site stays closed, as erased "
        "persons would be back. Mend this and give the same command again."
    )
