"""Counts downloads without a row, a query or a trace of the reader for each of them.

Each process adds up in its memory. It writes the sums into the database when a request ends, whichever it is, once
the first download that they hold was a minute ago, and when the process itself ends in order. One that is killed
loses what came in the minute before its last request and since: these are figures for a report, not for a bill.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.core.signals import request_finished
from django.db import Error, IntegrityError, close_old_connections, transaction
from django.db.models import F
from django.utils import timezone

from factsheets.models import DownloadCount

logger = logging.getLogger(__name__)

#: The sums are written so many seconds after the first download that they hold.
EVERY: Final = 60.0
#: So many sums are written in one transaction: a ZIP counts a thousand files.
AT_ONCE: Final = 100
Key = tuple[str, str, str, date]

_lock = threading.Lock()
_sums: Counter[Key] = Counter()
_first: float | None = None


def count(reference: str, file_stem: str, suffix: str) -> None:
    """Note one download; the end of its request, or of a later one, writes it."""
    note([(reference, file_stem, suffix)])


def note(files: Iterable[tuple[str, str, str]]) -> None:
    """Note a download of each of these files (reference, stem, suffix), such as of those in a ZIP; write nothing."""
    global _first
    on = timezone.localdate()
    with _lock:
        _first = time.monotonic() if _first is None else _first
        _sums.update((reference, file_stem, suffix, on) for reference, file_stem, suffix in files)


def write_if_due() -> bool:
    """Write the sums where the first download in them was a minute ago; return whether that was so."""
    with _lock:
        is_due = _first is not None and time.monotonic() - _first >= EVERY
    if is_due:
        write()
    return is_due


def write_after_request(**_named: Any) -> None:
    """Write the sums that are due when a request has ended; its connections are given back already, so do so again."""
    if write_if_due():
        close_old_connections()


def write() -> int:
    """Write what was added up; return how many downloads. What cannot be written stays for the next time."""
    global _first
    with _lock:
        held = Counter(_sums)
        _sums.clear()
        _first = None
    written = 0
    try:
        keys = sorted(held)  # in one order everywhere: two processes that write at once wait, and do not lock up
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            with transaction.atomic():
                for key in some:
                    _add(key, held[key])
            written += sum(held.pop(key) for key in some)
    except Error:
        logger.exception("downloads could not be counted; they are kept for the next time")
        with _lock:
            _sums.update(held)
            _first = time.monotonic()
    return written


def forget() -> None:
    """Drop what was not written yet (tests)."""
    global _first
    with _lock:
        _sums.clear()
        _first = None


def _add(key: Key, times: int) -> None:
    """Add to the row of a day, or make it; two processes that make it at once both end up adding."""
    reference, file_stem, suffix, on = key
    row = DownloadCount.objects.filter(file_stem=file_stem, suffix=suffix, on=on)
    if row.update(count=F("count") + times):
        return
    try:
        with transaction.atomic():
            DownloadCount.objects.create(reference=reference, file_stem=file_stem, suffix=suffix, on=on, count=times)
    except IntegrityError:
        row.update(count=F("count") + times)


def write_in_time() -> None:
    """Have the sums written after requests, and when the process ends in order (gunicorn's workers do on SIGTERM)."""
    request_finished.connect(write_after_request, dispatch_uid="factsheets.downloads")
    atexit.register(write)
