"""What a rule of an indicator answers: lines that count or are left out for a reason, and the figure they make.

A line that fails nothing but the document is *declared*: it stands beside the figure, never in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

#: A record by its kind and key.
Key = tuple[str, int]


class Reason(models.TextChoices):
    """Why a record is not counted."""

    NO_DOCUMENT = "no_document", _("No document from the adopter: it is only declared")
    NO_EVIDENCE = "no_evidence", _("No document that shows it: it is only declared")
    NOT_IN_USE = "not_in_use", _("Not in use yet: it is on the way")
    STOPPED = "stopped", _("Not in use any more")
    NOT_CONFIRMED = "not_confirmed", _("The adopter did not confirm it")
    DISCONTINUED = "discontinued", _("The cluster was discontinued")
    BEFORE_PROJECT = "before_project", _("In use before the owning project began")
    AFTER_YEAR = "after_year", _("Outside the year after completion")
    TYPE = "type", _("Solutions of this type do not count")
    NOT_DISCLOSED = "not_disclosed", _("Not disclosed: no figure counts it")
    NOT_JOINT = "not_joint", _("Not jointly developed by two partners of two countries")
    ONE_COUNTRY = "one_country", _("One country only")
    NOT_TESTED = "not_tested", _("Not tested in real conditions, or it is not said where")
    NOT_DONE = "not_done", _("Not carried out yet")
    CANCELLED = "cancelled", _("Cancelled")
    NO_ATTENDANCE = "no_attendance", _("No attendance is recorded")
    NOBODY_COMPLETED = "nobody_completed", _("Nobody completed it")
    NO_PARTNERSHIP = "no_partnership", _("No partnership in the owning project: reached")
    NOT_AFTER = "not_after", _("No cooperation after the completion")
    NO_OWNER = "no_owner", _("No project owns it")
    COUNTED_BEFORE = "counted_before", _("Counted before")


#: What fails only these is shown as declared.
DECLARED = frozenset({Reason.NO_DOCUMENT, Reason.NO_EVIDENCE})
#: What makes one of the numbers of a figure: it counts, is declared, or is reached.
_COUNTS = frozenset({None, *DECLARED, Reason.NO_PARTNERSHIP})


class Line(NamedTuple):
    """One record: counted where it has no reason.

    `key` is what counts once for an indicator, `record` the row that shows it: an uptake shows that a solution counts.
    `amount` is what it adds (1, or a number of persons). `on` is the day from which it counts. `counted_for` is the
    project for which it was counted before.
    """

    key: Key
    record: Key
    title: str
    project: int | None
    detail: str = ""
    cluster: str = ""
    on: date | None = None
    amount: int = 1
    reason: Reason | None = None
    counted_for: int | None = None

    @property
    def is_counted(self) -> bool:
        """Whether the figure holds it."""
        return self.reason is None

    @property
    def is_declared(self) -> bool:
        """Whether it would count if a document showed it."""
        return self.reason in DECLARED


@dataclass(frozen=True, slots=True)
class Figure:
    """The lines of one indicator, of one project or of all."""

    lines: tuple[Line, ...] = ()

    @property
    def counted(self) -> list[Line]:
        """The lines that the figure holds."""
        return [line for line in self.lines if line.is_counted]

    @property
    def left_out(self) -> list[Line]:
        """The lines that it does not hold, each with its reason."""
        return [line for line in self.lines if not line.is_counted]

    @property
    def documented(self) -> int:
        """The figure."""
        return sum(line.amount for line in self.lines if line.is_counted)

    @property
    def declared(self) -> int:
        """What is said but shown by no document."""
        return sum(line.amount for line in self.lines if line.is_declared)

    @property
    def reached(self) -> int:
        """The records outside of the partnership, each once, which none of the counted or declared ones is."""
        inside = {line.key for line in self.lines if line.is_counted or line.is_declared}
        return len({line.key for line in self.lines if line.reason == Reason.NO_PARTNERSHIP} - inside)

    @property
    def reasons(self) -> list[tuple[Reason, int]]:
        """How many lines are left out for which reason, in the order of the reasons."""
        found = Counter(line.reason for line in self.lines if line.reason is not None)
        return [(reason, found[reason]) for reason in Reason if found[reason]]

    @property
    def owners(self) -> dict[Key, int]:
        """Whose each record is that the figure holds or shows as declared."""
        held = [line for line in self.lines if line.is_counted or line.is_declared]
        return {line.key: line.project for line in held if line.project is not None}

    def of_project(self, project: int | None) -> Figure:
        """Return the part that one project owns; all for None."""
        return self if project is None else Figure(tuple(line for line in self.lines if line.project == project))


@dataclass(frozen=True, slots=True)
class Terms:
    """What an administrator may say of a rule: types of solution that do not count; and the day of the figure."""

    on: date
    left_out_types: frozenset[str] = frozenset()


def settled(lines: Iterable[Line], taken: Mapping[Key, int], *, counts_only: bool = False) -> Figure:
    """Return the figure in which each key counts once, for one project.

    `counts_only` leaves out the lines that neither count, nor are declared, nor reached: the numbers stay the same.

    Documented lines go before declared ones, then those of the project that has the record, the earliest day, the
    lowest keys. What is `taken` (recorded as a contribution) counts for the project that it was recorded for:
    elsewhere it was "counted before".
    """
    if counts_only:
        lines = [line for line in lines if line.reason in _COUNTS]
    ordered = sorted(lines, key=lambda line: (*_group(line), _is_elsewhere(line, taken), *_place(line)))
    seen: dict[Key, int | None] = {}
    found: list[Line] = []
    for line in ordered:
        if not (line.is_counted or line.is_declared):
            found.append(line)
        elif line.key in seen:
            if not counts_only:
                found.append(line._replace(reason=Reason.COUNTED_BEFORE, counted_for=seen[line.key]))
        else:
            owner = taken.get(line.key, line.project)
            seen[line.key] = owner
            if owner == line.project:
                found.append(line)
            else:
                before = line._replace(reason=Reason.COUNTED_BEFORE, counted_for=owner)
                found += [line._replace(project=owner), before]
    return Figure(tuple(found))


def following(lines: Iterable[Line], first: Figure) -> list[Line]:
    """Return the lines of an indicator that never exceeds another one, whose figure is `first`.

    What that leaves out is left out here for its reason; what it has as declared is declared here at most.
    """
    judged: dict[Key, Line] = {}
    for line in first.lines:  # counted before declared before all others
        judged.setdefault(line.key, line)
    found = []
    for line in lines:
        there = judged.get(line.key)
        reason = there.reason if there is not None else Reason.NO_PARTNERSHIP
        is_beyond = line.is_counted or (line.is_declared and reason is not None and reason not in DECLARED)
        found.append(line._replace(reason=reason) if is_beyond else line)
    return found


def _group(line: Line) -> tuple[bool, bool]:
    return (not line.is_counted, not line.is_declared)


def _is_elsewhere(line: Line, taken: Mapping[Key, int]) -> bool:
    return taken.get(line.key, line.project) != line.project


def _place(line: Line) -> tuple[date, Key, Key]:
    return (line.on or date.max, line.key, line.record)
