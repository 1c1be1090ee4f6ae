"""What the log keeps of an error: its class and trace, and of its text nothing that somebody typed."""

from __future__ import annotations

import json
import logging
import sys
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.db import DataError, IntegrityError, OperationalError

from community.error_words import error_words
from community.models import Member
from community.permissions import Refusal
from config.logs import JsonLines, without_values
from factsheets.pdf import PdfUnavailable


def line_of(error: BaseException) -> dict[str, Any]:
    """Log an error that was raised where a local variable holds a name."""
    typed = "Zora Quvexly"
    try:
        assert typed
        raise error
    except BaseException:
        record = logging.LogRecord("registry", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    line: dict[str, Any] = json.loads(JsonLines().format(record))
    return line


def no_number(text: str) -> BaseException:
    """Return the error of a text that is no number."""
    try:
        int(text)
    except ValueError as error:
        return error
    raise AssertionError


def no_key(text: str) -> BaseException:
    """Return the error of a text that is no key."""
    try:
        Member.objects.filter(pk=text)
    except ValueError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    "error",
    [
        no_number("Zora Quvexly"),
        no_key("Zora Quvexly"),
        KeyError("Zora Quvexly"),
        RuntimeError("no row for Zora Quvexly"),
        DataError('invalid input syntax for type integer: "Zora Quvexly"'),
        Refusal("Zora Quvexly decided on 12 May 2026."),
        SMTPServerDisconnected("Zora Quvexly unknown"),
        UnicodeDecodeError("utf-8", b"Zora Quvexly", 0, 1, "bad"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_that_may_repeat_what_was_typed_is_logged_by_class_and_trace(error: BaseException) -> None:
    line = line_of(error)
    assert line["error"] == type(error).__name__
    assert "error_text" not in line
    assert any(place.endswith(" line_of") for place in line["trace"])
    assert "Zora" not in json.dumps(line)
    assert error_words(error) == type(error).__name__


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FileNotFoundError(2, "No such file", "/srv/files/ab"), "[Errno 2] No such file: '/srv/files/ab'"),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (OperationalError('FATAL: no role "Zora"'), "FATAL: no role <…>"),
        (OperationalError("database is locked"), "database is locked"),
        (
            IntegrityError('violates unique constraint "user_email"\nDETAIL:  Key (email)=(z@q.example) exists.'),
            'violates unique constraint "user_email"',
        ),
        (PdfUnavailable("no child for 'Zora'"), "no child for <…>"),
    ],
    ids=lambda error: type(error).__name__ if isinstance(error, Exception) else "",
)
def test_what_an_operator_needs_is_kept_without_what_stands_in_quotes(error: BaseException, text: str) -> None:
    assert line_of(error)["error_text"] == text
    assert error_words(error) == f"{type(error).__name__}: {text}"


def test_a_report_to_an_error_server_holds_neither_texts_nor_variables() -> None:
    error = no_number("Zora Quvexly")
    frame = {"function": "f", "vars": {"name": "'Zora Quvexly'"}}
    event = {
        "exception": {"values": [{"type": "ValueError", "value": str(error), "stacktrace": {"frames": [frame]}}]},
        "breadcrumbs": {"values": [{"message": "Zora Quvexly"}]},
        "request": {"url": "https://registry.example/join/Zora/"},
    }
    told = without_values(event, {"exc_info": (type(error), error, None)})
    assert "Zora" not in json.dumps(told)
    assert told["exception"]["values"][0]["type"] == "ValueError"
    assert told["tags"] == {"error": "ValueError"}
