"""What may be kept of an error: in a log, in a row, in a report to a server.

The text of an error often repeats what somebody typed, or whose row it was about: class and trace are enough to find
the fault, and of the text only what an operator needs is kept.
"""

from __future__ import annotations

import re

from django.db.utils import IntegrityError, OperationalError

ADDRESS = re.compile(r"[^\s@<>\"'(=:,]+@[^\s@<>\"'),;]+")
DETAIL = re.compile(r"^\s*(DETAIL|CONTEXT|PARAMETERS):.*$", re.MULTILINE)
QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|“[^”]*”|‘[^’]*’|«[^»]*»")
#: The packages whose own errors are worded by us.
OURS = frozenset({"clusters", "community", "config", "factsheets", "results"})
#: Those of them that are worded for a reader, and may name whoever decided, or what stood in a cell.
FOR_READERS = frozenset({"NotDone", "Refusal", "RowRefused", "Unreadable"})


def without_persons(text: str) -> str:
    """Return `text` with mail addresses and a database's DETAIL lines taken out."""
    return ADDRESS.sub("<address>", DETAIL.sub("", text)).strip()


def error_text(error: BaseException) -> str:
    """Return what of an error's text may be kept; "" where it may repeat what somebody typed.

    Files and connections that fail are told whole, a database's constraints by their first line; our own errors and a
    database that does not answer without what stands in quotes.
    """
    text = without_persons(str(error))
    if type(error).__module__ == "builtins" and isinstance(error, OSError):
        return text
    if isinstance(error, IntegrityError):
        return text.split("\n", 1)[0]
    is_ours = type(error).__module__.split(".", 1)[0] in OURS and type(error).__name__ not in FOR_READERS
    if is_ours or isinstance(error, OperationalError):
        return QUOTED.sub("<…>", text)
    return ""


def error_words(error: BaseException) -> str:
    """Return an error's class with what may be kept of its text, in one line."""
    return ": ".join(part for part in (type(error).__name__, error_text(error)) if part)
