"""What the demonstration has made so far, found by the keys that its files use."""

from __future__ import annotations

import random
import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from community.models import Member, Need, Organisation, Project, Solution, Term, Territory, User, WorkingGroup

if TYPE_CHECKING:
    from clusters.models import Cluster

#: A day of a file: days from today (negative is past), or a date that stays.
Day = int | date

_SATURDAY, _SUNDAY = 5, 6


@dataclass
class World:
    """The day it is, the dice, and every row by its key.

    `rng` is only for what no text fixes (minutes, opaque keys), so that a text added to the files changes
    little else.
    """

    now: datetime
    seed: int
    terms: dict[tuple[str, str], Term] = field(default_factory=dict)
    regions: dict[str, Territory] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    people: dict[str, Member] = field(default_factory=dict)
    employer: dict[str, Organisation] = field(default_factory=dict)
    groups: dict[str, WorkingGroup] = field(default_factory=dict)
    solutions: dict[str, Solution] = field(default_factory=dict)
    needs: dict[str, Need] = field(default_factory=dict)
    clusters: dict[str, Cluster] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Throw the dice from the seed."""
        self.rng = random.Random(self.seed)  # noqa: S311 - for minutes, not for secrets

    @property
    def today(self) -> date:
        """The day of `now` in the site's zone."""
        return timezone.localdate(self.now)

    def day(self, given: Day) -> date:
        """Return the date of a file's day; made-up days that fall on a weekend move to the next working day."""
        if isinstance(given, date):
            return given
        found = self.today + timedelta(days=given)
        if given == 0:
            return found
        return found + timedelta(days={_SATURDAY: -1, _SUNDAY: 1}.get(found.weekday(), 0))

    def moment(self, given: Day, at: time) -> datetime:
        """Return a moment of that day in the site's zone; never later than now when the day is not."""
        found = datetime.combine(self.day(given), at, tzinfo=timezone.get_current_timezone())
        return min(found, self.now) if self.day(given) <= self.today else found

    def letters(self, count: int) -> str:
        """Return random letters for an opaque key; the same ones for the same seed."""
        return "".join(self.rng.choices(string.ascii_lowercase, k=count))

    def term(self, vocabulary: str, code: str) -> Term:
        """Return a term by its code."""
        return self.terms[vocabulary, code]

    def some_terms(self, vocabulary: str, codes: Iterable[str]) -> list[Term]:
        """Return the terms of these codes."""
        return [self.terms[vocabulary, code] for code in codes]

    def account(self, key: str) -> User:
        """Return the account of a person.

        Raises:
            ValueError: the person has none.
        """
        user: User | None = self.people[key].user
        if user is None:
            raise ValueError(f"{key} has no account")
        return user
