"""`/healthz` (the process answers) and `/readyz` (it can do its work), without sign-in."""

from __future__ import annotations

from functools import cache
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.machine import natives

OK = "ok"
MISSING = "missing"


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
    """Answer 200 when database, migrations and storage are in order, else 503.

    Without Pango only PDFs are missing, and without the broker of `TASKS=celery` work waits for the
    scheduler, which a site can be up without: they are named, and do not make the answer a 503. The
    parts are words, without details.
    """
    parts = {"database": database(), "migrations": MISSING, "storage": storage(), "pdf": pdf()}
    if settings.TASKS_RUN == "celery":
        parts["broker"] = broker()
    if parts["database"] == OK:
        parts["migrations"] = migrations()
    is_ready = all(parts[name] == OK for name in ("database", "migrations", "storage"))
    return JsonResponse(parts, status=200 if is_ready else 503)


def database() -> str:
    """Say whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return MISSING
    return OK


_is_migrated = False


def migrations() -> str:
    """Say whether every migration was applied; once they were, the process does not ask again."""
    global _is_migrated
    if not _is_migrated:
        executor = MigrationExecutor(connection)
        _is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return OK if _is_migrated else MISSING


def storage() -> str:
    """Say whether the folder for files takes a file."""
    try:
        settings.STORAGE_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=settings.STORAGE_DIR):
            return OK
    except OSError:
        return MISSING


def broker() -> str:
    """Say whether the broker of background work answers."""
    from config.celery import broker_answers

    return OK if broker_answers() else MISSING


@cache
def pdf() -> str:
    """Say whether the native libraries of the PDF renderer can be loaded."""
    return MISSING if natives.missing() else OK
