"""The erasure ledger after a restore: who was erased since the backup is erased again before anybody reads a page."""

from __future__ import annotations

from django.conf import settings

from community import ledger
from community.models import Member
from config.backup.problem import Problem


def check_ledger() -> None:
    """Find out whether the ledger can be the one of this backup: it is there, and names whom the backup has as erased.

    An older or another ledger would let persons be back who were erased after the backup.

    Raises:
        Problem: it is not; the site stays closed.
    """
    path = settings.ERASURE_LEDGER
    if not path.exists():
        raise _missing(f"{path} is not there")
    try:
        known = {entry.key for entry in ledger.entries()}
    except OSError as error:
        raise _closed(str(error)) from error
    if lacking := [key for key in Member.objects.erased_keys() if key not in known]:
        raise _missing(f"{path} lacks {len(lacking)} who are erased in the backup already, such as {lacking[0]}")


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


def _missing(why: str) -> Problem:
    return Problem(
        f"The rows are in, and the site stays closed: {why}, so whoever was erased since the backup would be back. Put "
        "the newest copy of the erasure ledger there and give the same command again. Where there is none, because "
        "nobody was ever erased or it is lost, say --without-ledger: the site opens without it."
    )


def _closed(why: str) -> Problem:
    return Problem(
        f"The erasure ledger {settings.ERASURE_LEDGER} could not be replayed ({why}). The site stays closed, as erased "
        "persons would be back. Mend this and give the same command again."
    )
