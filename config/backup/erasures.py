"""The erasure ledger after a restore: who was erased since the backup is erased again before anybody reads a page."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from config.backup.problem import Problem

LEDGER = "community.ledger"


def replay() -> int:
    """Erase again everybody whom the ledger names; return how many entries it has.

    Nothing to do where the ledger is empty or was never begun.

    Raises:
        Problem: an entry could not be replayed; the site stays closed.
    """
    if find_spec(LEDGER) is None:
        if settings.ERASURE_LEDGER.exists() and settings.ERASURE_LEDGER.read_text().strip():
            raise Problem(
                f"The erasure ledger {settings.ERASURE_LEDGER} has entries, and this version cannot replay them. The "
                "site stays closed: install the version that wrote the ledger and give the same command again."
            )
        return 0
    ledger = import_module(LEDGER)
    try:
        count = len(list(ledger.entries()))
        if count:
            ledger.replay()
    except Exception as error:
        raise Problem(
            f"The erasure ledger {settings.ERASURE_LEDGER} could not be replayed ({type(error).__name__}: {error}). "
            "The site stays closed, as erased persons would be back. Mend this and give the same command again."
        ) from error
    return count
