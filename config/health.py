"""`/healthz` (the process answers) and `/readyz` (it can do its work), without sign-in."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import cache
from tempfile import NamedTemporaryFile
from threading import Lock, Thread
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from community import heartbeats, opening
from config.machine import natives

logger = logging.getLogger(__name__)

OK: Final = "ok"
MISSING: Final = "missing"
LATE: Final = "no answer"
UNFINISHED: Final = "not finished"
#: So long all parts together are waited for; a part that hangs is named after it.
LIMIT_SECONDS: Final = 1.5

Words = dict[str, str]


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process lives; touches neither database nor disk."""
    return HttpResponse(OK, content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations and storage are in order and no restore is unfinished, else 503.

    Without Pango only PDFs are missing; without broker, worker or scheduler work and mails wait. A site can be up
    without these: they are named, and do not make the answer a 503. The parts are words, without details, and each is
    asked in a thread of its own: one that hangs is named within two seconds.
    """
    asked: dict[str, Callable[[], Words]] = {"database": rows, "storage": storage, "pdf": pdf}
    if settings.TASKS_RUN == "celery":
        asked["broker"] = broker
    parts = {"database": LATE, "migrations": MISSING} | answers(asked)
    is_ready = all(parts[name] == OK for name in ("database", "migrations", "storage")) and "restore" not in parts
    return JsonResponse(parts, status=200 if is_ready else 503)


class Probe:
    """One part that is asked in a thread; while a thread hangs, no further one is sent after it."""

    def __init__(self, name: str, ask: Callable[[], Words]) -> None:
        """Begin to ask, unless the last one still waits."""
        self.name = name
        self.found: Words = {}
        self.thread: Thread | None = None
        with _asking:
            if name not in _waiting or not _waiting[name].is_alive():
                self.thread = _waiting[name] = Thread(target=self._ask, args=(ask,), daemon=True)
                self.thread.start()

    def _ask(self, ask: Callable[[], Words]) -> None:
        try:
            self.found = ask()
        except Exception:
            logger.exception("/readyz: %s", self.name)
            self.found = {self.name: MISSING}

    def answer(self, until: float) -> Words:
        """Return what it says, or that it says nothing."""
        if self.thread is not None:
            self.thread.join(max(0.0, until - time.monotonic()))
        return self.found or {self.name: LATE}


_asking = Lock()
_waiting: dict[str, Thread] = {}


def answers(asked: dict[str, Callable[[], Words]]) -> Words:
    """Ask all at once and return what they say in the time that there is."""
    until = time.monotonic() + LIMIT_SECONDS
    probes = [Probe(name, ask) for name, ask in asked.items()]
    found: Words = {}
    for probe in probes:
        found |= probe.answer(until)
    return found


def rows() -> Words:
    """Say what the database says: that it answers, is migrated, restored, and who of the others was seen lately."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts = {"database": OK, "migrations": migrations()}
        if opening.unfinished() is not None:
            parts["restore"] = UNFINISHED
        if parts["migrations"] == OK:
            at = timezone.now()
            parts["scheduler"] = OK if heartbeats.is_scheduler_alive(at) else MISSING
            if settings.TASKS_RUN != "immediate":
                parts["worker"] = OK if heartbeats.is_worker_alive(at) else MISSING
    except DatabaseError:
        return {"database": MISSING}
    finally:
        connection.close()
    return parts


_is_migrated = False


def migrations() -> str:
    """Say whether every migration was applied; once they were, the process does not ask again."""
    global _is_migrated
    if not _is_migrated:
        executor = MigrationExecutor(connection)
        _is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return OK if _is_migrated else MISSING


def storage() -> Words:
    """Say whether the store of files takes a file."""
    try:
        if settings.STORAGE_DIR is None:
            name = default_storage.save(f"readyz/{get_random_string(12)}", ContentFile(b"ready"))
            default_storage.delete(name)
        else:
            settings.STORAGE_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=settings.STORAGE_DIR) as file:
                file.write(b"ready")
    except OSError:
        return {"storage": MISSING}
    return {"storage": OK}


def broker() -> Words:
    """Say whether the broker of background work answers."""
    from config.celery import broker_answers

    return {"broker": OK if broker_answers() else MISSING}


@cache
def pdf() -> Words:
    """Say whether the native libraries of the PDF renderer can be loaded."""
    return {"pdf": MISSING if natives.missing() else OK}
