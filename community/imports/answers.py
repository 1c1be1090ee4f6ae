"""Who or what a doubtful row means, answered beside its preview instead of in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise

#: What an answer says beside the key of an entry: somebody else of that name, or nobody, as the row is not taken.
NEW: Final = "new"
LEFT_OUT: Final = "left-out"
#: Answers by the code of their question.
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """What is asked about a row: `choices` are (answer, words), the first one, "", for no answer."""

    row: int
    column: str
    title: str
    choices: tuple[tuple[str, str | Promise], ...]
    given: str = ""

    @property
    def code(self) -> str:
        """By what an answer names its question."""
        return f"{self.row}-{self.column}"
