"""Parts of a file (RFC 9110, section 14): a reader that was cut off fetches the rest, a viewer the page it shows."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse

#: One part in bytes; several at once are answered with the whole, as the standard allows.
_ONE_PART = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")


def part_of(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Return what the request asks of a whole answer with a strong ETag: the whole, or with 206 one part of it.

    A part is given only of what the reader has already (`If-Range` names the same ETag, or is not sent). A part that
    lies behind the end is answered with 416 and the length.
    """
    answer["Accept-Ranges"] = "bytes"
    wanted = _ONE_PART.match(request.headers.get("Range", ""))
    if request.method != "GET" or wanted is None or not any(wanted.groups()):
        return answer
    if request.headers.get("If-Range", answer["ETag"]) != answer["ETag"]:
        return answer
    length = len(answer.content)
    first, last = _bounds(wanted[1], wanted[2], length)
    if first > last:
        answer.status_code = 416
        answer["Content-Range"] = f"bytes */{length}"
        answer.content = b""
        return answer
    answer.status_code = 206
    answer["Content-Range"] = f"bytes {first}-{last}/{length}"
    answer.content = answer.content[first : last + 1]
    return answer


def is_beginning(answer: HttpResponse) -> bool:
    """Say whether an answer holds the beginning of a file: the whole, or the part from the first byte on."""
    return answer.status_code == 200 or answer.get("Content-Range", "").startswith("bytes 0-")


def _bounds(first: str, last: str, length: int) -> tuple[int, int]:
    """Return first and last byte of a part; without a first one the last so many bytes are meant."""
    if not first:
        return max(0, length - int(last)) if int(last) else length, length - 1
    return int(first), min(int(last), length - 1) if last else length - 1
