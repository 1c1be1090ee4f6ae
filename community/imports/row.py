"""One row of a table, read cell by cell; what is wrong with it is collected, so that a row is named once and whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, NoReturn, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.translation import gettext as _

from community.folding import fold
from community.forms.dates import DayField
from community.imports.answers import LEFT_OUT, Answers, Question
from community.imports.several import pieces_in, values_in
from community.imports.sheet import Line
from community.validators import country_code, language_code

YES = frozenset({"yes", "true", "1", "x", "ja", "oui", "si", "nai"})
NO = frozenset({"no", "false", "0", "", "nein", "non", "ohi", "-"})

#: By what a row is found again in its file.
Named = TypeVar("Named")


@dataclass(frozen=True)
class Problem:
    """What is wrong in one row, and what to do; row 0 is the file as a whole. `value` is what stands in the cell."""

    row: int
    column: str
    sentence: str
    value: str = ""

    def __str__(self) -> str:
        """Return it as a report prints it."""
        if not self.row:
            return self.sentence
        if self.column:
            return _("Row %(row)s, %(column)s: %(sentence)s") % vars(self)
        return _("Row %(row)s: %(sentence)s") % vars(self)


class RowRefused(Exception):
    """The row cannot be taken; its problems say why."""


class RowLeftOut(Exception):
    """An answer says that the row is not taken."""


@dataclass
class Row:
    """The cells of a row; `has(column)` tells whether the file has the column at all."""

    line: Line
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    answers: Answers = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    is_left_out: bool = False
    set_aside: set[str] = field(default_factory=set)

    @property
    def number(self) -> int:
        """The row's number in the file."""
        return self.line.number

    @property
    def is_answered(self) -> bool:
        """Whether somebody said beside the preview who or what the row means."""
        return any(question.given for question in self.questions)

    def has(self, column: str) -> bool:
        """Tell whether the file has this column; what it does not have is left as it is."""
        return column in self.line.cells

    def wrong(self, column: str, sentence: str) -> None:
        """Note what is wrong; the same once, however often the cell is read."""
        problem = Problem(self.number, column, str(sentence), self.line.cells.get(column, ""))
        if problem not in self.problems:
            self.problems.append(problem)

    def doubt(self, column: str, sentence: str, value: str = "") -> None:
        """Note what is probably wrong, but may be taken: somebody should look at it."""
        doubt = Problem(self.number, column, str(sentence), value or self.line.cells.get(column, ""))
        if doubt not in self.doubts:
            self.doubts.append(doubt)

    def ask(self, column: str, title: str, choices: Sequence[tuple[str, Any]]) -> str:
        """Ask who or what the row means, and return the answer that was given beside the preview, "" for none.

        Raises:
            RowLeftOut: the answer says that the row is not taken.
        """
        asked = Question(self.number, column, title, tuple(choices))
        given = self.answers.get(asked.code, "")
        if given not in dict(asked.choices):
            given = ""
        self.questions.append(Question(self.number, column, title, asked.choices, given))
        if given == LEFT_OUT:
            self.leave_out()
        return given

    def leave_out(self) -> NoReturn:
        """Take nothing of the row: what is wrong with it or doubtful is nobody's concern, and no other row meets it.

        Raises:
            RowLeftOut: always.
        """
        self.is_left_out = True
        self.problems.clear()
        self.doubts.clear()
        raise RowLeftOut

    def read_instead(self, column: str, text: str) -> None:
        """Read another text in a cell, as an answer says; a column that the file lacks stays lacking."""
        if self.has(column):
            self.line.cells[column] = text
            self.set_aside.add(column)

    def needs(self, column: str) -> bool:
        """Tell whether what the file says in a cell is taken: an answer may have set it aside."""
        return column not in self.set_aside

    def refuse_if_wrong(self) -> None:
        """Go on only with a row in which nothing is wrong.

        Raises:
            RowRefused: something is.
        """
        if self.problems:
            raise RowRefused

    def text(self, column: str, *, required: bool = False) -> str:
        """Return the text of a cell."""
        text = self.line.cells.get(column, "")
        if required and not text:
            self.wrong(column, _("This is missing."))
        return text

    def day(self, column: str) -> date | None:
        """Return the day in a cell, written in any of the usual ways."""
        text = self.text(column)
        try:
            day: date | None = DayField(required=False).clean(text)
        except ValidationError as error:
            self.wrong(column, " ".join(error.messages))
            return None
        return day

    def address(self, column: str, *, required: bool = False) -> str:
        """Return the e-mail address in a cell."""
        text = self.text(column, required=required)
        if text:
            try:
                validate_email(text)
            except ValidationError:
                self.wrong(column, _("“%(text)s” is no e-mail address.") % {"text": text})
        return text

    def choice(self, column: str, choices: type[TextChoices], *, default: str = "") -> str:
        """Return the code of a choice, written as code or in words."""
        text = self.text(column)
        if not text:
            return default
        known = {fold(choice.value): choice.value for choice in choices}
        known |= {fold(str(choice.label)): choice.value for choice in choices}
        if fold(text) not in known:
            words = {"text": text, "known": ", ".join(choices.values)}
            self.wrong(column, _("“%(text)s” is not known here. Write one of: %(known)s.") % words)
            return default
        return known[fold(text)]

    def country(self, column: str) -> str:
        """Return the two letters of a country as the programme writes them: Greece is EL."""
        return next(iter(self._checked(column, [self.text(column)], country_code)), "")

    def countries(self, column: str) -> list[str]:
        """Return the two letters of several countries."""
        return list(dict.fromkeys(self._checked(column, self.words(column), country_code)))

    def languages(self, column: str, there: Collection[str] = ()) -> list[str]:
        """Return the codes of languages that are given by code or name.

        What stands in the entry already (`there`) may stay, as in its form: it was entered before there was a list.
        """

        def code_of(word: str) -> str:
            return fold(word) if fold(word) in there else language_code(word)

        return list(dict.fromkeys(self._checked(column, self.words(column), code_of)))

    def _checked(self, column: str, words: list[str], code_of: Callable[[str], str]) -> list[str]:
        """Return the code of each word; note those that have none."""
        found = []
        for word in filter(None, words):
            try:
                found.append(code_of(word))
            except ValidationError as error:
                self.wrong(column, " ".join(error.messages))
        return found

    def flag(self, column: str) -> bool:
        """Return yes or no."""
        text = fold(self.text(column))
        if text not in YES | NO:
            self.wrong(column, _("Write yes or no."))
        return text in YES

    def amount(self, column: str) -> Decimal | None:
        """Return an amount; "2 500 000,50" and "2,500,000.50" mean the same."""
        text = self.text(column).replace(" ", "").replace("\xa0", "").replace("€", "")
        if not text:
            return None
        if "," in text and "." in text:
            text = text.replace("." if text.rindex(",") > text.rindex(".") else ",", "")
        try:
            amount = Decimal(text.replace(",", "."))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 12:
            self.wrong(column, _("“%(text)s” is no amount. Write it like 2500000.50.") % {"text": self.text(column)})
            return None
        return amount.quantize(Decimal("0.01"))

    def number_of(self, column: str, digits: int = 4) -> int | None:
        """Return a whole number of at most so many digits."""
        text = self.text(column)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= digits):
            words = {"text": text, "most": 10**digits - 1}
            self.wrong(column, _("“%(text)s” is no number from 0 to %(most)s.") % words)
            return None
        return int(text)

    def words(self, column: str) -> list[str]:
        """Return the parts of a cell that holds several, separated by semicolons."""
        return values_in(self.text(column))

    def pieces(self, column: str) -> list[list[str]]:
        """Return the parts of a cell that holds several, each by its pieces, which are separated by bars."""
        return pieces_in(self.text(column))

    def among(self, column: str, known: dict[str, Any], text: str | None = None) -> Any:
        """Return what a name stands for among `known` (folded name -> row), or None; suggests the nearest."""
        wanted = self.text(column) if text is None else text
        if not wanted:
            return None
        found = known.get(fold(wanted))
        if found is None:
            near = get_close_matches(fold(wanted), list(known), n=1, cutoff=0.75)
            words = {"text": wanted, "near": str(known[near[0]]) if near else ""}
            sentence = _("“%(text)s” is not known. Did you mean “%(near)s”?") if near else _("“%(text)s” is not known.")
            self.wrong(column, sentence % words)
        return found

    def check(self, instance: Any, *, columns: Iterable[tuple[str, str]], leave_out: Iterable[str] = ()) -> None:
        """Validate an instance; what its fields refuse is noted at the column that fills them."""
        names = dict(columns)
        try:
            instance.full_clean(exclude=set(leave_out), validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            for name, sentences in error.message_dict.items():
                self.wrong(names.get(name, "" if name == "__all__" else name), " ".join(sentences))


def first_of(seen: dict[Named, Row], name: Named, row: Row) -> Row:
    """Return the row of the file that was first with this name: `row` itself where no other has it.

    One that was left out counts as if it did not stand in the file.
    """
    if name not in seen or seen[name].is_left_out:
        seen[name] = row
    return seen[name]


def is_twice(seen: dict[Named, Row], name: Named, row: Row, column: str, *, is_sure: bool) -> bool:
    """Tell whether a row before has the same in this column, and let the row go where it alone still needs it.

    Of two rows whose cell is the same one may mean an entry that keeps its own, as an answer says: then the other one
    may have it. But somebody has to say so of this row (`is_sure`), as both are probably of one.
    """
    first = first_of(seen, name, row)
    if first is row:
        return False
    if not is_sure or (row.needs(column) and first.needs(column)):
        return True
    if row.needs(column):
        seen[name] = row
    return False
