"""The log: one JSON object a line, with the request's id and without personal data.

Addresses of pages may hold a token, so a request is named by its route. The text of
an error often repeats what somebody typed, so it is left out, with class and trace
kept; those that an operator needs (`error_text`) lose what could be of a person.
"""

from __future__ import annotations

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from community.error_words import error_text, error_words, without_persons

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

EXTRA = ("method", "route", "status", "ms")


def without_values(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Take out of a report to an error server what could be of a person: texts of errors, variables, what led there."""
    for found in event.get("exception", {}).get("values", []):
        found.pop("value", None)
        for frame in (found.get("stacktrace") or {}).get("frames", []):
            frame.pop("vars", None)
    for name in ("breadcrumbs", "extra", "request", "user"):
        event.pop(name, None)
    if error := (hint.get("exc_info") or (None, None))[1]:
        event["tags"] = {**(event.get("tags") or {}), "error": error_words(error)[:200]}
    return event


def route_of(request: HttpRequest) -> str:
    """Return the pattern that answered (`join/<str:token>/`), or a dash when none did."""
    match = getattr(request, "resolver_match", None)
    return "/" + match.route if match is not None else "-"


class RouteInsteadOfPath(logging.Filter):
    """Replaces a request's path by its route in the lines that Django itself writes."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record's arguments; no record is dropped."""
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            route = route_of(request)
            record.args = tuple(route if value == request.path else value for value in record.args)
        return True


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: time (UTC), level, logger, message, request id, request's facts, error."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_persons(record.getMessage()),
        }
        if (current := request_id.get()) is not None:
            line["request"] = current
        line |= {name: getattr(record, name) for name in EXTRA if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            kind, error, trace = record.exc_info
            line["error"] = kind.__name__
            if text := error_text(error):
                line["error_text"] = text
            line["trace"] = [f"{at.filename}:{at.lineno} {at.name}" for at in traceback.extract_tb(trace)]
        return json.dumps(line, ensure_ascii=False)


def logging_for(form: str) -> dict[str, Any]:
    """Return Django's LOGGING for `form`: "json", or "plain" for a developer's terminal."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"route": {"()": "config.logs.RouteInsteadOfPath"}},
        "formatters": {
            "json": {"()": "config.logs.JsonLines"},
            "plain": {"format": "{levelname:<7} {name}: {message}", "style": "{"},
        },
        "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": form, "filters": ["route"]}},
        "root": {"handlers": ["terminal"], "level": "INFO"},
        "loggers": {
            # Django's own handlers would write a second time, and mail errors to ADMINS.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # The access log names every answer; a developer's terminal has runserver's lines.
            "django.server": {"level": "WARNING" if form == "json" else "INFO"},
            "django.request": {"level": "ERROR"},
            "registry.access": {"level": "INFO" if form == "json" else "WARNING"},
            # Each face of a font file is a line; its warnings are raised in rendering, where they matter.
            "fontTools": {"level": "WARNING"},
        },
    }
