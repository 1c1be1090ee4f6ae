"""What is lost when the next version of a policy statement is dropped, for the page that asks before the press."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from results.models import PolicyStatement
from results.policy_summary import pieces_of
from results.statement_shape import HEAD
from results.tables.policy import Line, Sheet, frozen_lines


@dataclass(frozen=True)
class Dropped:
    """What stands in the next version alone (`goes`), and what is put back as it was adopted (`comes_back`).

    `words` are name, wording of now and of then, of what differs above the lines. A line that rests on something else
    now stands on both sides.
    """

    number: int
    words: list[tuple[str, str, str]]
    goes: list[Line]
    comes_back: list[Line]
    is_reordered: bool

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was written since the adoption."""
        return not (self.words or self.goes or self.comes_back or self.is_reordered)


def dropped_of(sheet: Sheet) -> Dropped | None:
    """Return what dropping what is written now loses; None where no version is in force. One query.

    `sheet` shows the statement as it is written now, as its keepers read it.
    """
    statement = sheet.statement
    if not statement.is_in_force:
        return None
    version = next(one for one in sheet.versions if one.number == statement.adopted_version)
    then = frozen_lines(version, {}, pieces_of(version.snapshot))
    old, new = [_said(line) for line in then], [_said(line) for line in sheet.lines]
    stays_then, stays_now = [one for one in old if one in new], [one for one in new if one in old]
    return Dropped(
        number=version.number,
        words=_words(statement, version.snapshot),
        goes=[line for line, said in zip(sheet.lines, new, strict=True) if said not in old],
        comes_back=[line for line, said in zip(then, old, strict=True) if said not in new],
        is_reordered=stays_then != stays_now,
    )


def _words(statement: PolicyStatement, snapshot: Any) -> list[tuple[str, str, str]]:
    names = {name: str(PolicyStatement._meta.get_field(name).verbose_name) for name in HEAD}  # type: ignore[union-attr]
    pairs = [(names[name], str(getattr(statement, name)), str(snapshot[name])) for name in HEAD]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _said(line: Line) -> tuple[Any, ...]:
    """Return what makes a line the same line: its words and what stands under it, whatever became of that."""
    under = [(piece.shape["kind"], piece.shape["id"], piece.shape["shows"]) for piece in line.pieces]
    under += [(row.kind, row.subject_id, row.shows) for row in line.gone]
    return line.heading, line.text, sorted(under)
