"""The preview of an import between two presses: its file, what its rows would do, and what was answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, Final

from django.http import HttpRequest

from community.imports import preview_file
from community.imports.answers import Answers
from community.imports.table import Report, Table

SESSION_KEY: Final = "import_looked_at"
#: Before the code of a question, in the names of fields.
ANSWER: Final = "answer-"
#: No answer is longer.
LONGEST: Final = 40


def digest_of(content: bytes) -> str:
    """Return a sign for exactly this file."""
    return sha256(content).hexdigest()


@dataclass(frozen=True)
class Told:
    """What a page sends: answers, and the sign of the file whose rows they are about."""

    about: str
    answers: Answers

    @classmethod
    def of(cls, request: HttpRequest) -> Told:
        """Read what was sent."""
        sent = {name: value for name, value in request.POST.items() if name.startswith(ANSWER)}
        answers = {name.removeprefix(ANSWER): str(value) for name, value in sent.items() if len(str(value)) <= LONGEST}
        return cls(str(request.POST.get("about", "")), answers)

    def is_about(self, content: bytes) -> bool:
        """Tell whether the answers are about the rows of this file."""
        return self.about == digest_of(content)

    @property
    def given(self) -> dict[str, str]:
        """The answers without the empty ones."""
        return {code: value for code, value in self.answers.items() if value}

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Them as fields that are sent again."""
        return [(f"{ANSWER}{code}", value) for code, value in self.given.items()]


@dataclass(frozen=True)
class Preview:
    """The file that was looked at, the signs of what its rows would do, and the answers that stood beside it."""

    content: bytes
    seen: dict[str, str]
    answers: dict[str, str]


def keep_preview(request: HttpRequest, table: Table, content: bytes, report: Report) -> None:
    """Keep the file, and what its rows would do, for the press that follows, bound to this session."""
    head = json.dumps({"signs": report.signs(), "answers": dict(table.answers)})
    request.session[SESSION_KEY] = {
        "name": preview_file.keep(head.encode() + b"\n" + content),
        "table": table.code,
    }


def kept_preview(request: HttpRequest, table: Table) -> Preview | None:
    """Return this session's preview; None: gone, or another table's."""
    return _read(request.session.get(SESSION_KEY), table, preview_file.look)


def taken_preview(request: HttpRequest, table: Table) -> Preview | None:
    """Return this session's preview and forget it; None: gone, another table's, or a press beside this one took it."""
    return _read(request.session.pop(SESSION_KEY, None), table, partial(preview_file.take, by=table.by))


def _read(noted: Any, table: Table, how: Any) -> Preview | None:
    kept = how(noted["name"]) if noted is not None else None
    if noted is None or kept is None or noted["table"] != table.code:
        return None
    head, _end, content = kept.partition(b"\n")
    said = json.loads(head)
    return Preview(content, said["signs"], said["answers"])
