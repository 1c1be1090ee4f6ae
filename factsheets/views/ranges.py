"""Parts of a file (RFC 9110, section 14): a reader that was cut off fetches the rest, a viewer the page it shows."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

#: One part in bytes; several at once are answered with the whole, as the standard allows.
_ONE_PART = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")


def asked(request: HttpRequest, *, etag: str, length: int) -> range | None:
    """Return the bytes that a request asks for of a file of so many; None: the whole; empty: they lie behind its end.

    A part is given only of what the reader has already (`If-Range` names the same strong ETag, or is not sent).
    """
    wanted = _ONE_PART.match(request.headers.get("Range", ""))
    if request.method != "GET" or wanted is None or not any(wanted.groups()):
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None
    first, last = _bounds(wanted[1], wanted[2], length)
    return range(first, max(first, last + 1))


def say(answer: HttpResponseBase, part: range | None, *, length: int) -> None:
    """Say in the head of an answer which part of so many bytes it holds: 200 the whole, 206 a part, 416 none."""
    answer["Accept-Ranges"] = "bytes"
    if part is None:
        return
    answer.status_code = 206 if part else 416
    answer["Content-Range"] = f"bytes {part[0]}-{part[-1]}/{length}" if part else f"bytes */{length}"


def part_of(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Return what the request asks of a whole answer with a strong ETag: the whole, or one part of it."""
    length = len(answer.content)
    part = asked(request, etag=answer["ETag"], length=length)
    say(answer, part, length=length)
    if part is not None:
        answer.content = answer.content[part.start : part.stop]
    return answer


def is_beginning(answer: HttpResponseBase) -> bool:
    """Say whether an answer holds the beginning of a file: the whole, or the part from the first byte on."""
    return answer.status_code == 200 or answer.get("Content-Range", "").startswith("bytes 0-")


def _bounds(first: str, last: str, length: int) -> tuple[int, int]:
    """Return first and last byte of a part; without a first one the last so many bytes are meant."""
    if not first:
        return max(0, length - int(last)) if int(last) else length, length - 1
    return int(first), min(int(last), length - 1) if last else length - 1
