"""Who and what in a file is probably there already, under another spelling, address or number."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.actions.organisation import ALIKE, near_duplicates
from community.folding import fold
from community.imports.answers import LEFT_OUT, NEW
from community.imports.locking import number_in
from community.imports.row import Row, first_of
from community.models import Affiliation, Member
from community.validators import is_key

#: What the page offers beside those who may be meant; `NEW` stands in the column "key" of a file, too.
OTHERS: Final = (
    (NEW, gettext_lazy("Somebody else of that name")),
    (LEFT_OUT, gettext_lazy("Leave this row out")),
)
NOT_YET, TWO_PERSONS, NEW_ONE = gettext_lazy("Not answered yet"), gettext_lazy("Two persons"), gettext_lazy("A new one")
#: So many who may be meant are offered.
MOST_OFFERED: Final = 20
#: So many new names are compared with all organisations; each costs a few queries.
MOST_COMPARED: Final = 200


def likeness(name: str) -> str:
    """Return a name as it is compared: without case, accents, commas and the order of its words."""
    return " ".join(sorted(fold(name).replace(",", " ").split()))


def is_alike(one: str, other: str) -> bool:
    """Tell whether two names are probably of one thing: the one has all words of the other, or they are spelt alike."""
    first, second = likeness(one), likeness(other)
    words, others = set(first.split()), set(second.split())
    return words <= others or others <= words or SequenceMatcher(None, first, second).ratio() >= ALIKE


class Namesakes:
    """Persons by the likeness of their names, of the registry and of the rows that were read."""

    def __init__(self, members: Iterable[Member], work: dict[int, Affiliation]) -> None:
        """Load the names; `work` says where a person works."""
        self._work = work
        self._known: dict[str, list[Member]] = {}
        self._rows: dict[str, tuple[int, bool]] = {}
        for member in members:
            self._known.setdefault(likeness(member.name), []).append(member)

    def look(self, row: Row, address: str, *, is_new: bool, is_twice: bool) -> Member | None:
        """Say of somebody who would be entered who they probably are; return who is meant, where that was answered.

        Two addresses may be two persons: that is a doubt. Where one of both has none, or where the address stands in
        the file before (`is_twice`), somebody decides first.

        Raises:
            RowLeftOut: the row is not taken, as was answered.
        """
        name = likeness(row.text("name"))
        there = sorted(self._known.get(name, ()), key=lambda one: (one.user_id is not None, one.pk))
        may_be_two = bool(there) and bool(address) and there[0].user_id is not None
        number, has_address = self._rows.get(name, (row.number, bool(address)))
        is_again = bool(name) and number != row.number and not (address and has_address)
        if not is_new and (there or is_again):
            first = TWO_PERSONS if may_be_two and not is_again and not is_twice else NOT_YET
            given = row.ask("key", row.text("name"), [("", first), *self._offered(there), *OTHERS])
            meant = next((one for one in there if one.key == given), None)
            if meant is not None:
                if meant.user_id is not None:
                    row.read_instead("email", "")
                return meant
            is_new = given == NEW
        self._rows.setdefault(name, (row.number, bool(address)))
        if there:
            self._tell(row, there[0], is_doubt=is_new or may_be_two)
        if is_again and not is_new:
            sentence = _(
                "Probably the same as in row %(row)s. Keep one, or write “new” in the column “key” for somebody else."
            )
            row.wrong("name", sentence % {"row": number})
        return None

    def _tell(self, row: Row, member: Member, *, is_doubt: bool) -> None:
        """Say who is there already."""
        words = {"person": self._called(member), "key": member.key}
        if is_doubt:
            sentence = _(
                "%(person)s has this name too, and another address. If they are one person, write the key %(key)s."
            )
            row.doubt("name", sentence % words)
            return
        sentence = _(
            "Probably the same as %(person)s. Write their key, %(key)s, in the column “key”, or “new” there "
            "for somebody else."
        )
        row.wrong("name", sentence % words)

    def _offered(self, there: list[Member]) -> list[tuple[str, str]]:
        """Return who may be meant, by key."""
        stays = _("%(person)s, key %(key)s; the address here stays")
        without = _("%(person)s, key %(key)s")
        return [
            (one.key, (stays if one.user_id is not None else without) % {"person": self._called(one), "key": one.key})
            for one in there[:MOST_OFFERED]
        ]

    def _called(self, member: Member) -> str:
        work = self._work.get(member.pk)
        return f"{member.name} ({work.organisation.known_as})" if work is not None else member.name


class LikeOrganisations:
    """Organisations that a new name probably means, of the registry and of the rows that were read."""

    def __init__(self, there: Iterable[int]) -> None:
        """Know the keys of those that stand in the registry; others were entered by rows of the file."""
        self._there = frozenset(there)
        self._rows: dict[str, Row] = {}
        self._compared = 0

    def is_there(self, found: Any) -> bool:
        """Tell whether an organisation stood in the registry before the file."""
        return found.pk in self._there

    def look(self, row: Row, name: str, same: Row) -> Any | None:
        """Note what a new organisation probably is; an import goes on, merging mends it later.

        Whoever is like a row before is asked about at once with it: nobody has to leave one out to be asked about the
        other. `same` is the row with this very name, perhaps the row itself: a new entry may have the name where that
        one means an entry that keeps its own. Return which one is meant, where that was answered.

        Raises:
            RowLeftOut: the row is not taken, as was answered.
        """
        if not name:
            return None
        near, first = self._near(row, name)
        if first is not None:
            row.doubt("name", _("Probably the same as in row %(row)s.") % {"row": first.number})
        if near is None and first is None:
            return None
        choices: list[tuple[str, Any]] = [("", NOT_YET if row.problems or same is not row else NEW_ONE)]
        if near is not None:
            words = _("“%(name)s”, number %(number)s, which keeps its name") % {"name": near.name, "number": near.pk}
            choices.append((str(near.pk), words))
        if same is not row and not same.needs("name"):
            choices.append((NEW, NEW_ONE))
        if row.ask("name", name, [*choices, OTHERS[1]]) not in ("", NEW) and near is not None:
            row.read_instead("name", near.name)
            return near
        if near is not None:
            sentence = _("Probably the same as “%(name)s”, number %(number)s. Write that name or number if it is.")
            row.doubt("name", sentence % {"name": near.name, "number": near.pk})
        return None

    def _near(self, row: Row, name: str) -> tuple[Any | None, Row | None]:
        """Return the organisation of the registry that is like a name, and the row before that is."""
        same = first_of(self._rows, likeness(name), row)
        alike = []
        if self._compared < MOST_COMPARED:
            self._compared += 1
            alike = near_duplicates(name, limit=None)
        near = next(filter(self.is_there, alike), None)
        others = (self._rows.get(likeness(one.name)) for one in alike if not self.is_there(one))
        return near, same if same is not row else next((one for one in others if one not in (None, row)), None)


class Numbers:
    """Rows by the number in their address, which an export carries and an import looks for first."""

    def __init__(self, rows: Iterable[Any]) -> None:
        """Load the rows."""
        self._rows = {row.pk: row for row in rows}
        self._taken: dict[int, int] = {}

    def of(self, row: Row) -> Any | None:
        """Return the row of the number in the cell; one that nobody has is a doubt, and the name decides."""
        text, _is_renamed = number_in(row.text("number"))
        if not text:
            return None
        if not is_key(text):
            row.wrong("number", _("“%(text)s” is no number. Leave it empty for a new entry.") % {"text": text})
            return None
        found = self._rows.get(int(text))
        if found is None:
            row.doubt("number", _("Nothing here has this number: the name decides, and a new entry gets its own."))
        return found

    def rename(self, row: Row, column: str, found: Any, called: str) -> None:
        """Note a new name as a doubt where it is like the present one or marked as new, else refuse it.

        A file of another site has numbers too, and they are not those of here.
        """
        if number_in(row.text("number"))[1] or is_alike(row.text(column), called):
            row.doubt(column, _("The registry calls it “%(name)s”: it is renamed.") % {"name": called})
            return
        sentence = _(
            "The number %(number)s is “%(name)s” here. Empty the number if that is another one; if it is renamed, "
            "write “%(number)s renamed” as the number."
        )
        row.wrong(column, sentence % {"number": found.pk, "name": called})

    def refuse_twice(self, row: Row, found: Any) -> None:
        """Note an entry that stands in the file twice, by number and by name."""
        if (first := self._taken.setdefault(found.pk, row.number)) != row.number:
            row.wrong("", _("Row %(row)s means “%(what)s” too. Keep one.") % {"row": first, "what": found})
