"""The mails of a demonstration, read from the folder into which they were written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.utils import timezone

BETWEEN = b"\n" + b"-" * 79 + b"\n"
IDENT = re.compile(r"\A(?P<file>[\w-]+)\.(?P<place>\d{1,4})\Z")


@dataclass(frozen=True)
class Mail:
    """One mail as it was sent."""

    ident: str
    to: str
    subject: str
    at: datetime | None
    text: str
    html: str


def newest(folder: Path, *, limit: int = 100) -> list[Mail]:
    """Return the mails of the folder, the newest first."""
    files = sorted(folder.glob("*.log"), key=_written, reverse=True) if folder.is_dir() else []
    found: list[Mail] = []
    for file in files:
        found.extend(reversed(list(_mails_of(file))))
        if len(found) >= limit:
            break
    return found[:limit]


def mail_of(folder: Path, ident: str) -> Mail | None:
    """Return one mail by its id, or None when there is none; an id never leads out of the folder."""
    parts = IDENT.match(ident)
    file = folder / f"{parts['file']}.log" if parts else None
    if file is None or not file.is_file():
        return None
    return next((mail for mail in _mails_of(file) if mail.ident == ident), None)


def _written(file: Path) -> tuple[int, str]:
    """Return when a file was written: its name tells only the second."""
    return file.stat().st_mtime_ns, file.name


def _mails_of(file: Path) -> Iterator[Mail]:
    pieces = [piece for piece in file.read_bytes().split(BETWEEN) if piece.strip()]
    for place, piece in enumerate(pieces):
        message = message_from_bytes(piece.lstrip(), policy=policy.default)
        yield Mail(
            ident=f"{file.stem}.{place}",
            to=str(message["To"]),
            subject=str(message["Subject"]),
            at=_moment(message),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )


def _moment(message: EmailMessage) -> datetime | None:
    """Return when a mail was sent, in the site's zone; a date without a zone ("-0000") is meant as UTC."""
    if not message["Date"]:
        return None
    at = parsedate_to_datetime(message["Date"])
    return timezone.localtime(at if at.tzinfo else at.replace(tzinfo=UTC))


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
