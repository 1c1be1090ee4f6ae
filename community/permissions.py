"""The answer to "may she, and why not": allowed, or refused with its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands in the way, and where it is mended.

    `url` leads to the very place, or is "" where there is none; `field` names a field of the subject's own form
    instead, which the page that shows the obstacle turns into an address.
    """

    sentence: Words
    url: str = ""
    field: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether something may be done; when not, `reason` says so in short.

    `code` tells apart what a view answers: "forbidden" (403), "state", "done" (it was done already) or "stale"
    (409), "requirement", "form" (asked by the verb's own page) and "reason" (422). `obstacles` are all the things
    that stand in the way, one each; empty where the reason says it all.
    """

    allowed: bool
    reason: Words = ""
    code: str = ""
    obstacles: tuple[Obstacle, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether it is allowed."""
        return self.allowed


ALLOWED = Verdict(True)


def refused(reason: Words, code: str = "requirement", obstacles: Iterable[Obstacle] = ()) -> Verdict:
    """Return a refusal with its sentence, and if wanted with each thing that stands in the way."""
    return Verdict(False, reason, code, tuple(obstacles))


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """Return one refusal for several: all their reasons, all their obstacles, each sentence once.

    Raises:
        IndexError: there is none.
    """
    if len(verdicts) == 1:
        return verdicts[0]
    reasons = dict.fromkeys(str(verdict.reason) for verdict in verdicts)
    found: dict[str, Obstacle] = {}
    for verdict in verdicts:
        for obstacle in verdict.obstacles or (Obstacle(verdict.reason),):
            found.setdefault(str(obstacle.sentence), obstacle)
    return Verdict(False, " ".join(reasons), verdicts[0].code, tuple(found.values()))


class Refusal(Exception):
    """An action that was not done; carries the sentence that every caller shows."""

    def __init__(self, reason: Words, code: str = "requirement", obstacles: tuple[Obstacle, ...] = ()) -> None:
        """Keep the sentence, what kind of refusal it is, and each thing that stands in the way."""
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.obstacles = obstacles

    @classmethod
    def of(cls, verdict: Verdict) -> Refusal:
        """Return the refusal that a verdict stands for."""
        return cls(verdict.reason, verdict.code, verdict.obstacles)

    def __str__(self) -> str:
        """Return the sentence."""
        return str(self.reason)
