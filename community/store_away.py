"""A store of files that does not answer, or refuses: what it raises, and what is deleted in it after a commit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import transaction

logger = logging.getLogger(__name__)
UNDELETED: Final = "stored files could not be deleted after the commit; the sweep of what no row names takes them"


class StoreAway(OSError):
    """The store did not answer or refused, so nobody knows whether a file is there and whole."""


def delete_after_commit(delete: Callable[[], object]) -> None:
    """Delete stored files once the transaction commits; where that fails, what was committed stands all the same.

    The rows name the files no more, so the sweep of strays takes what is left (`community.actions.stray_files`). A
    store that does not answer is waited for once in a commit: further deletions of it are left to the sweep, too.
    """
    earlier = [entry[1] for entry in transaction.get_connection().run_on_commit if isinstance(entry[1], _Deletion)]
    transaction.on_commit(_Deletion(delete, earlier[-1].store if earlier else _Store()), robust=True)


@dataclass
class _Store:
    """What the deletions of one commit know of the store."""

    is_away: bool = False


@dataclass
class _Deletion:
    """One deletion; it raises nothing."""

    delete: Callable[[], object]
    store: _Store

    def __call__(self) -> None:
        """Delete, or leave it to the sweep and say so in the log, which names a file by its address alone."""
        if self.store.is_away:
            return
        try:
            self.delete()
        except Exception as error:
            self.store.is_away = isinstance(error, StoreAway)
            logger.exception(UNDELETED)
