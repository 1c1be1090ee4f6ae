"""The process in which documents are set: `python -P -m factsheets.pdf_child`.

Started and spoken to by `factsheets.pdf`, never by hand. It reads requests from its standard input and
answers on its standard output, both as frames: eight bytes of length, then the content. A request is one
frame of JSON, one frame of HTML, then one frame per enclosure and per picture; an answer is one frame of
JSON and, when that says "ok", one frame of PDF.

It holds no secret (its environment is emptied), no database and no network; limits of memory, processor
time and file size apply to it alone. A thread reads ahead, so that the end of the parent ends the child
even in mid-document.
"""

from __future__ import annotations

import json
import os
import queue
import struct
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from factsheets.typesetter import Typesetter

LENGTH = struct.Struct("!Q")
LARGEST_FRAME = 64 * 1024 * 1024


def write_frame(stream: BinaryIO, content: bytes) -> None:
    """Write one frame and flush it."""
    stream.write(LENGTH.pack(len(content)) + content)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes:
    """Read one frame.

    Raises:
        EOFError: the other side is gone, in mid-frame or between two.
        ValueError: the frame is longer than any that we send.
    """
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    if length > LARGEST_FRAME:
        raise ValueError(f"a frame of {length} bytes")
    return _exactly(stream, length)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    content = stream.read(count)
    if len(content) < count:
        raise EOFError
    return content


def main() -> None:
    """Limit the process, load WeasyPrint, then answer one request after the other until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints may not end up between our frames
    setup = json.loads(read_frame(sys.stdin.buffer))
    _limit("RLIMIT_AS", setup["memory"])
    _limit("RLIMIT_FSIZE", setup["memory"])
    _limit("RLIMIT_CORE", 0)
    try:
        from factsheets.typesetter import Typesetter

        typesetter = Typesetter({name: Path(path) for name, path in setup["assets"].items()}, setup["stylesheets"])
    except Exception as error:
        write_frame(answers, json.dumps({"ready": False, "reason": f"{type(error).__name__}: {error}"}).encode())
        return
    write_frame(answers, json.dumps({"ready": True}).encode())
    requests: queue.SimpleQueue[list[bytes]] = queue.SimpleQueue()
    threading.Thread(target=_read_ahead, args=(requests,), daemon=True).start()
    while True:
        _answer(answers, typesetter, requests.get(), seconds=setup["seconds"])


def _read_ahead(requests: queue.SimpleQueue[list[bytes]]) -> None:
    """Put whole requests on the queue; leave the process at once when the parent is gone."""
    try:
        while True:
            head = read_frame(sys.stdin.buffer)
            count = json.loads(head)["frames"]
            requests.put([head, *(read_frame(sys.stdin.buffer) for _ in range(count))])
    except EOFError:
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _answer(answers: BinaryIO, typesetter: Typesetter, frames: list[bytes], *, seconds: int) -> None:
    """Set one document and write the answer; a document that fails is answered, not fatal."""
    from factsheets.typesetter import Enclosure

    head: dict[str, Any] = json.loads(frames[0])
    body, *contents = frames[1:]
    enclosed = [Enclosure(**line, content=content) for line, content in zip(head["enclosures"], contents, strict=False)]
    pictures = dict(zip(head["pictures"], contents[len(enclosed) :], strict=True))
    _limit_processor(seconds)
    try:
        done = typesetter.typeset(
            body.decode(),
            title=head["title"],
            language=head["language"],
            created_at=datetime.fromtimestamp(head["created_at"], UTC),
            enclosures=enclosed,
            pictures=pictures,
            unless_pages=head["unless_pages"],
        )
    except (Exception, MemoryError) as error:
        traceback.print_exc()
        reply: dict[str, Any] = {"ok": False, "reason": f"{type(error).__name__}: {error}"[:500]}
        write_frame(answers, json.dumps(reply).encode())
        return
    write_frame(answers, json.dumps({"ok": True, "pages": done.pages, "warnings": done.warnings}).encode())
    write_frame(answers, done.content)


def _limit(name: str, value: int) -> None:
    """Set one limit of the operating system; systems that lack it keep the parent's clock."""
    import resource

    try:
        resource.setrlimit(getattr(resource, name), (value, value))
    except (AttributeError, OSError, ValueError):
        print(f"pdf child: no {name} on this system", file=sys.stderr)


def _limit_processor(seconds: int) -> None:
    """Allow `seconds` of processor time from now; beyond, the operating system ends the process."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hardest = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, hardest))


if __name__ == "__main__":
    main()
