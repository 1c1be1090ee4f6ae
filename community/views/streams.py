"""Answers that are sent while they are read: begun before the head is sent, and never ended as if they were whole.

Each says by `Content-Length` how long it is. Where it breaks off, the server closes the connection short of that, so a
browser tells a download that failed; and the log says in one line which file and why: `BrokeOff` is to the server as a
connection that was reset, of which it says nothing more.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterator

from community.store_away import StoreAway

logger = logging.getLogger(__name__)


class BrokeOff(ConnectionResetError):
    """The rest of an answer is not to be had; its cause is what was raised while it was read."""


def begun(pieces: Iterator[bytes], *, what: str, damaged: Callable[[], object] = str) -> Iterator[bytes]:
    """Return the same pieces, the first one read already: what fails at once can still be answered with a page.

    `what` names the answer in the log. `damaged()` is called where it breaks off because of the file itself, and not
    because the store is silent, which says nothing of the file.

    Raises:
        OSError: nothing can be read.
        BrokeOff: while the pieces are taken, it can't be read on.
    """
    return _rest(next(pieces, b""), pieces, what, damaged)


def _rest(first: bytes, pieces: Iterator[bytes], what: str, damaged: Callable[[], object]) -> Iterator[bytes]:
    yield first
    try:
        yield from pieces
    except OSError as error:
        logger.error("%s broke off while it was sent: %s", what, error)
        if not isinstance(error, StoreAway):
            damaged()
        raise BrokeOff(errno.ECONNRESET, f"{what} broke off") from error
