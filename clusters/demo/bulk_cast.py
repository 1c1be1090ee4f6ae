"""Who and what clusters made in bulk can choose from, as plain keys, read once."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from clusters.models import ReferenceCounter
from community.choices import SolutionStatus, Standing, Vocabulary
from community.models import Affiliation, Appointment, Partnership, Project, Solution, Term, Territory, WorkingGroup


@dataclass(frozen=True)
class Person:
    """Keys of a member, of the account and of the organisation."""

    member: int
    user: int
    organisation: int


@dataclass
class Cast:
    """The stage's cast: members, those who may lead, coordinators by group, and what clusters point to."""

    today: date
    members: list[Person]
    leads: list[Person]
    deciders: dict[str, list[Person]]
    groups: dict[str, int]
    themes: dict[str, int]
    sdgs: dict[str, int]
    regions: list[tuple[int, str]]
    solutions: list[int]
    project: int
    counters: dict[int, int]
    open_pks: list[int] = field(default_factory=list)

    @classmethod
    def of_today(cls) -> Cast:
        """Read the cast from the database. Made-up organisations only: what is invented is theirs."""
        today = timezone.localdate()
        rows = (
            Affiliation.objects.current(today)
            .filter(member__standing=Standing.MEMBER, member__user__isnull=False, organisation__is_demo=True)
            .order_by("pk")
        )
        members = [Person(*keys) for keys in rows.values_list("member", "member__user", "organisation")]
        leading = set(Partnership.objects.leading(today).values_list("organisation", flat=True))
        by_member = {person.member: person for person in members}
        deciders: dict[str, list[Person]] = defaultdict(list)
        appointed = Appointment.objects.present(today).filter(working_group__isnull=False).order_by("pk")
        for code, member in appointed.values_list("working_group__code", "member"):
            deciders[code].append(by_member[member])
        coordinating = {person.member for group in deciders.values() for person in group}
        return cls(
            today=today,
            members=members,
            leads=[p for p in members if p.organisation in leading and p.member not in coordinating],
            deciders=dict(deciders),
            groups=dict(WorkingGroup.objects.values_list("code", "pk")),
            themes=_codes(Vocabulary.CHALLENGE),
            sdgs=_codes(Vocabulary.SDG),
            regions=list(Territory.objects.filter(is_programme_region=True).values_list("pk", "name")),
            solutions=list(Solution.objects.filter(status=SolutionStatus.PUBLISHED).values_list("pk", flat=True)),
            project=Project.objects.get(acronym="MIRAMAR").pk,
            counters=dict(ReferenceCounter.objects.values_list("year", "last")),
        )

    @property
    def yesterday(self) -> date:
        """The last day that is over: what is made up happened by then, at any hour."""
        return self.today - timedelta(days=1)

    def other(self, rng: random.Random, pool: list[Person], but: set[int]) -> Person:
        """Return somebody of `pool` who is not among `but`."""
        while (person := rng.choice(pool)).member in but:
            pass
        return person

    def some(self, rng: random.Random, count: int, but: set[int]) -> list[Person]:
        """Return different members, none among `but`."""
        found: dict[int, Person] = {}
        while len(found) < count:
            person = self.other(rng, self.members, but)
            found[person.member] = person
        return list(found.values())

    def next_reference(self, year: int) -> str:
        """Return the next reference of a year."""
        self.counters[year] = self.counters.get(year, 0) + 1
        return f"M4N-CL-{year}-{self.counters[year]:02d}"

    def keep_counters(self) -> None:
        """Write the counters, so that the next submit goes on from here."""
        for year, last in self.counters.items():
            ReferenceCounter.objects.update_or_create(year=year, defaults={"last": last})


def _codes(vocabulary: str) -> dict[str, int]:
    return dict(Term.objects.filter(vocabulary=vocabulary).values_list("code", "pk"))
