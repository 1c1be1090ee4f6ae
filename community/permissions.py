"""The answer to "may she, and why not": allowed, or refused with its sentence."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class Verdict:
    """Whether something may be done; when not, `reason` says so in one sentence.

    `code` tells apart what a view answers: "forbidden" (403), "state" or "stale" (409),
    "requirement" and "reason" (422).
    """

    allowed: bool
    reason: Words = ""
    code: str = ""

    def __bool__(self) -> bool:
        """Tell whether it is allowed."""
        return self.allowed


ALLOWED = Verdict(True)


def refused(reason: Words, code: str = "requirement") -> Verdict:
    """Return a refusal with its sentence."""
    return Verdict(False, reason, code)


class Refusal(Exception):
    """An action that was not done; carries the sentence that every caller shows."""

    def __init__(self, reason: Words, code: str = "requirement") -> None:
        """Keep the sentence and what kind of refusal it is."""
        super().__init__(reason)
        self.reason = reason
        self.code = code

    @classmethod
    def of(cls, verdict: Verdict) -> Refusal:
        """Return the refusal that a verdict stands for."""
        return cls(verdict.reason, verdict.code)

    def __str__(self) -> str:
        """Return the sentence."""
        return str(self.reason)
