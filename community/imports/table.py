"""How a table is taken in: row by row, whole or not at all, with one report for page and command."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community.imports.answers import Answers, Question
from community.imports.locking import wait_for_other_imports
from community.imports.row import Problem, Row, RowLeftOut, RowRefused
from community.imports.sheet import Sheet, Unreadable, read_sheet
from community.models import User
from community.permissions import Obstacle, Refusal
from community.visibility import is_administrator

CONTRADICTS: Final = gettext_lazy("This contradicts what stands in the registry or in a row before: look for it there.")
SINCE_PREVIEW: Final = gettext_lazy(
    "The registry changed since the preview: this row would do something else now. Choose the file again and look."
)
#: Columns that say who or what a row means; what is wrong in others no answer beside the preview mends.
ABOUT_WHO: Final = frozenset({"key", "number", "name", "email"})


@dataclass(frozen=True)
class Change:
    """What a row does: "added", "changed", "same", or "left" where an answer left it out.

    `fields` maps a column to (old, new).
    """

    row: int
    what: str
    title: str
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def sign(self) -> str:
        """A sign for exactly this."""
        said = json.dumps([self.what, {name: list(pair) for name, pair in self.fields.items()}], default=str)
        return sha256(said.encode()).hexdigest()[:12]


@dataclass
class Report:
    """What came of a table; `is_done` tells that it was written. `doubts` do not stand in the way."""

    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    is_done: bool = False

    def count(self, what: str) -> int:
        """Return how many rows were "added", "changed", "same" or "left"."""
        return sum(change.what == what for change in self.changes)

    @property
    def added(self) -> int:
        """How many rows are new."""
        return self.count("added")

    @property
    def changed(self) -> int:
        """How many rows change something."""
        return self.count("changed")

    @property
    def same(self) -> int:
        """How many rows change nothing."""
        return self.count("same")

    @property
    def left(self) -> int:
        """How many rows an answer left out."""
        return self.count("left")

    def signs(self) -> dict[str, str]:
        """Return the number of each row that does something, with a sign for what: kept from preview to import."""
        return {str(change.row): change.sign for change in self.changes if change.what != "same"}

    @property
    def shown(self) -> list[Change]:
        """The first rows that do something, for a preview."""
        return [change for change in self.changes if change.what != "same"][:200]

    @property
    def shown_problems(self) -> list[Problem]:
        """The first problems, for a page; the command prints all."""
        return self.problems[:300]

    @property
    def shown_doubts(self) -> list[Problem]:
        """The first doubts, for a page; the command prints all."""
        return self.doubts[:300]

    @property
    def shown_questions(self) -> list[Question]:
        """The first questions, for a page, those without an answer before the others; a file answers all."""
        return sorted(self.questions, key=lambda one: bool(one.given))[:300]

    @property
    def waiting(self) -> int:
        """How many rows are refused for who or what they mean alone; 0 where another one has to be corrected."""
        bad = {problem.row for problem in self.problems}
        is_asked = bad <= {question.row for question in self.questions}
        return len(bad) if is_asked and {problem.column for problem in self.problems} <= ABOUT_WHO else 0

    def sentence(self) -> str:
        """Return the whole in one sentence."""
        if self.problems and not self.problems[0].row:
            return _("The file cannot be taken. Nothing was imported: correct it, then import it again.")
        if self.problems:
            bad = len({problem.row for problem in self.problems})
            words = ngettext(
                "%(bad)s row cannot be taken. Nothing was imported: correct it, then import the file again.",
                "%(bad)s rows cannot be taken. Nothing was imported: correct them, then import the file again.",
                bad,
            )
            return words % {"bad": bad}
        counts = {"added": self.added, "changed": self.changed, "same": self.same, "left": self.left}
        if self.is_done and self.left:
            words = _("Imported: %(added)s added, %(changed)s changed, %(same)s as they were, %(left)s left out.")
            return words % counts
        if self.left:
            words = _(
                "Nothing is written yet: %(added)s would be added, %(changed)s changed, %(same)s stay, "
                "%(left)s left out."
            )
            return words % counts
        if self.is_done:
            return _("Imported: %(added)s added, %(changed)s changed, %(same)s as they were.") % counts
        return _("Nothing is written yet: %(added)s would be added, %(changed)s changed, %(same)s stay.") % counts


class Table:
    """What all imports share. A subclass names its columns and takes a row; it is made anew for each import."""

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    #: What the page says above the form, where the columns do not explain themselves.
    note: ClassVar[str | Promise] = ""
    #: column -> what stands in it, for the page that explains the file.
    columns: ClassVar[Mapping[str, str | Promise]]
    required: ClassVar[tuple[str, ...]] = ()
    #: Which files the page offers to choose, and how it says so.
    accepts: ClassVar[str] = ".csv,.xlsx"
    hint: ClassVar[str | Promise] = gettext_lazy("A workbook (.xlsx) or CSV in UTF-8; its first row names the columns.")
    is_taken_out: ClassVar[bool] = True

    def __init__(self, by: User) -> None:
        """Take rows in the name of an administrator."""
        self.by = by
        #: Keys of the rows that the file names, which nobody else changes until the import ends.
        self.locked: set[int] = set()
        #: What was answered beside the preview.
        self.answers: Answers = {}

    def reads(self, content: bytes) -> bool:
        """Tell whether the first bytes of a file are those of a table like this one."""
        return not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))

    def sheet_of(self, content: bytes) -> Sheet:
        """Return the table that a file holds.

        Raises:
            Unreadable: it holds none.
        """
        return read_sheet(content)

    def lock(self, sheet: Sheet) -> None:
        """Lock the rows that the file names, before anything is read (`locking`)."""

    def begin(self, sheet: Sheet) -> None:
        """Load what rows refer to, once."""

    def take(self, row: Row) -> Change:
        """Write one row.

        Raises:
            RowRefused: something is wrong with it, as noted in the row.
        """
        raise NotImplementedError

    def finish(self) -> None:
        """Write what is written once for all rows."""

    def lines(self, queryset: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of an export, by column; imported again, they change nothing."""
        raise NotImplementedError


def bring_in(table: Table, content: bytes, *, dry_run: bool = False, seen: Mapping[str, str] | None = None) -> Report:
    """Take a file in, whole or not at all; with `dry_run` nothing stays.

    Args:
        seen: the signs of the preview that was looked at; a row that would do something else is refused.

    Raises:
        Refusal: who asks is no administrator.
    """
    steps = bring_in_by_steps(table, content, dry_run=dry_run, seen=seen)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            report: Report = end.value
            return report


def bring_in_by_steps(
    table: Table, content: bytes, *, dry_run: bool = False, seen: Mapping[str, str] | None = None
) -> Generator[tuple[int, int], None, Report]:
    """Do as `bring_in`, and yield (rows taken, rows in all): before the first row and after each.

    Whoever does not ask to the end has imported nothing: the transaction is open in between.

    Raises:
        Refusal: who asks is no administrator.
    """
    if not is_administrator(table.by):
        raise Refusal(_("Only an administrator imports."), "forbidden")
    report = Report()
    try:
        sheet = table.sheet_of(content)
        _check_columns(table, sheet)
    except Unreadable as error:
        report.problems.append(Problem(0, "", str(error)))
        return report
    total = len(sheet.lines)
    yield 0, total
    with transaction.atomic():
        if not dry_run:
            wait_for_other_imports()
        table.lock(sheet)
        table.begin(sheet)
        for number, line in enumerate(sheet.lines, 1):
            _take(table, Row(line, answers=table.answers), report)
            yield number, total
        if seen is not None and not report.problems:
            report.problems.extend(_differing(report.signs(), seen))
        if not report.problems:
            _finish(table, report)
        if report.problems or dry_run:
            transaction.set_rollback(True)
        else:
            report.is_done = True
    return report


def _take(table: Table, row: Row, report: Report) -> None:
    """Take one row in a savepoint; whatever refuses it becomes its problem."""
    if row.line.problem:
        report.problems.append(Problem(row.number, "", row.line.problem))
        return
    try:
        with transaction.atomic():
            report.changes.append(table.take(row))
    except RowRefused:
        pass
    except RowLeftOut:
        report.changes.append(Change(row.number, "left", row.questions[-1].title))
    except Refusal as refusal:
        for obstacle in refusal.obstacles or (Obstacle(refusal.reason),):
            row.wrong(obstacle.field if obstacle.field in table.columns else "", str(obstacle.sentence))
    except ValidationError as error:
        row.wrong("", " ".join(error.messages))
    except IntegrityError:
        row.wrong("", str(CONTRADICTS))
    report.problems.extend(row.problems)
    report.doubts.extend(row.doubts)
    report.questions.extend(row.questions)


def _finish(table: Table, report: Report) -> None:
    """Write what is written for all rows at once; what was entered in just this moment elsewhere is a problem."""
    try:
        with transaction.atomic():
            table.finish()
    except IntegrityError:
        report.problems.append(Problem(0, "", str(CONTRADICTS)))


def _differing(now: Mapping[str, str], seen: Mapping[str, str]) -> list[Problem]:
    """Return a problem for each row that does something else than in the preview that was looked at."""
    rows = sorted(int(row) for row in now.keys() | seen.keys() if now.get(row) != seen.get(row))
    return [Problem(row, "", str(SINCE_PREVIEW)) for row in rows]


def _check_columns(table: Table, sheet: Sheet) -> None:
    """Refuse a file with columns that are not known, or without those that are needed."""
    missing = [name for name in table.required if name not in sheet.columns]
    unknown = [name for name in sheet.columns if name not in table.columns]
    if missing:
        raise Unreadable(
            _("The column “%(name)s” is missing. The first row names the columns: %(known)s.")
            % {"name": missing[0], "known": ", ".join(table.columns)}
        )
    if unknown:
        raise Unreadable(
            _("The column “%(name)s” is not known. Remove or rename it. Known are: %(known)s.")
            % {"name": unknown[0], "known": ", ".join(table.columns)}
        )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what of `after` is new."""
    return {name: (before[name], value) for name, value in after.items() if before[name] != value}
