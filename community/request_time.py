"""How long a request may work on jobs in the embedded default, over all of them: who pressed a button waits for it."""

from __future__ import annotations

import threading
import time
from typing import Any

from django.core.signals import request_finished, request_started

#: What is not done in so many seconds is the scheduler's.
SECONDS = 5.0
_of_thread = threading.local()


def seconds_left() -> float:
    """Return the seconds that the request of this thread has left for jobs; outside of a request each job has all."""
    if not getattr(_of_thread, "is_request", False):
        return SECONDS
    now = time.monotonic()
    if _of_thread.until is None:
        _of_thread.until = now + SECONDS
    return max(0.0, float(_of_thread.until) - now)


def begin(**_said: Any) -> None:
    """Begin to count anew with the first job of a request."""
    _of_thread.is_request, _of_thread.until = True, None


def end(**_said: Any) -> None:
    """Forget the request."""
    _of_thread.is_request = False


def listen() -> None:
    """Follow the requests of this process."""
    request_started.connect(begin, dispatch_uid="community.request_time.begin")
    request_finished.connect(end, dispatch_uid="community.request_time.end")
