"""The erasure ledger after a restore: who was erased since the backup is erased again before anybody reads a page."""

from __future__ import annotations

from django.conf import settings

from community import ledger
from config.backup.problem import Problem


def replay() -> int:
    """Erase again whom the ledger names and the backup still had; return how many.

    Nothing to do where the ledger is empty or was never begun. Asked twice, so that none is left.

    Raises:
        Problem: the ledger cannot be read, or an entry not be replayed; the site stays closed.
    """
    try:
        erased, left = list(ledger.replay()), list(ledger.replay())
    except Exception as error:  # whatever it is, the site must not open
        raise _closed(f"{type(error).__name__}: {error}") from error
    if left:
        raise _closed(f"{len(left)} of its entries are to be replayed still")
    return len(erased)


def _closed(why: str) -> Problem:
    return Problem(
        f"The erasure ledger {settings.ERASURE_LEDGER} could not be replayed ({why}). The site stays closed, as erased "
        "persons would be back. Mend this and give the same command again."
    )
