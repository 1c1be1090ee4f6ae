"""Who takes part, by organisation, as the page of people shows it: names only where they may be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise
from django.utils.translation import ngettext

from clusters.choices import LIVE_PARTICIPATIONS, ParticipationRole, ParticipationStatus
from clusters.models import Cluster, Participation
from clusters.permissions import names_of
from community.models import Organisation, Partnership, User

_ORDER = [str(role) for role in ParticipationRole]
Status = ParticipationStatus


@dataclass(frozen=True)
class PersonRow:
    """One person's part; `name` is "" where it may not be read."""

    participation: Participation
    name: str

    @property
    def role(self) -> str | Promise:
        """The role in words."""
        return self.participation.get_role_display()

    @property
    def since(self) -> datetime | None:
        """When the question was put."""
        return self.participation.asked_at


@dataclass
class OrganisationRow:
    """An organisation with all that take part for it; `projects` are the consortia that it belongs to today."""

    organisation: Organisation | None
    is_external: bool
    projects: list[str] = field(default_factory=list)
    persons: list[PersonRow] = field(default_factory=list)

    @property
    def roles(self) -> list[str | Promise]:
        """The roles in words, most important first, each once."""
        codes = {row.participation.role for row in self.persons}
        return [ParticipationRole(code).label for code in _ORDER if code in codes]

    @property
    def has_lead(self) -> bool:
        """Whether the lead works here."""
        return any(row.participation.role == ParticipationRole.LEAD for row in self.persons)

    @property
    def named(self) -> list[PersonRow]:
        """Those whose names may be read."""
        return [row for row in self.persons if row.name]

    @property
    def unnamed(self) -> str:
        """How many there are besides, in words, or ""."""
        count = sum(not row.name for row in self.persons)
        if not count:
            return ""
        words = ngettext("%(count)d person, name not public", "%(count)d persons, names not public", count)
        return words % {"count": count}


@dataclass(frozen=True)
class People:
    """All that the page of people lists."""

    organisations: list[OrganisationRow]
    interested: list[OrganisationRow]
    named: list[OrganisationRow]
    wanted: list[Participation]
    requests: list[PersonRow]
    invitations: list[PersonRow]
    persons: int


def people_of(cluster: Cluster, *, user: User | AnonymousUser | None, on: date) -> People:
    """Return who takes part in `cluster` as `user` may read it: three queries or four, however many people.

    `requests` and `invitations` are for those who answer them: a view shows them to nobody else. `named` are the
    participants of a proposal, who are asked once it is approved.
    """
    shown = sorted({*LIVE_PARTICIPATIONS, Status.WANTED})
    rows = list(cluster.participations.filter(status__in=shown).select_related("organisation").order_by("pk"))
    names = names_of(user, cluster, [row.member_id for row in rows])
    projects = _projects({row.organisation_id for row in rows if row.organisation_id is not None}, on)

    def persons(*statuses: str) -> list[PersonRow]:
        return [PersonRow(row, names.get(row.member_id or 0, "")) for row in rows if row.status in statuses]

    invited = persons(Status.INVITED)
    active = persons(Status.ACTIVE)
    return People(
        organisations=_by_organisation(active, projects),
        interested=_by_organisation(persons(Status.INTERESTED), projects),
        named=_by_organisation([row for row in invited if row.since is None], projects),
        wanted=[row for row in rows if row.status == Status.WANTED],
        requests=persons(Status.REQUESTED),
        invitations=[row for row in invited if row.since is not None],
        persons=len(active),
    )


def _by_organisation(rows: Iterable[PersonRow], projects: dict[int, list[str]]) -> list[OrganisationRow]:
    """Group persons: the lead's organisation first, then the community's by name, externals last."""
    found: dict[tuple[int | None, bool], OrganisationRow] = {}
    for row in rows:
        part = row.participation
        key = (part.organisation_id, part.is_external)
        line = found.setdefault(
            key, OrganisationRow(part.organisation, part.is_external, projects.get(part.organisation_id or 0, []))
        )
        line.persons.append(row)
    for line in found.values():
        line.persons.sort(key=lambda row: (_ORDER.index(row.participation.role), row.participation.pk))
    return sorted(
        found.values(),
        key=lambda line: (
            not line.has_lead,
            line.is_external,
            line.organisation.name_key if line.organisation else "",
            line.organisation.pk if line.organisation else 0,
        ),
    )


def _projects(organisations: set[int], on: date) -> dict[int, list[str]]:
    """Return the acronyms of the consortia that each organisation belongs to on the day `on`."""
    found: dict[int, list[str]] = defaultdict(list)
    if organisations:
        rows = Partnership.objects.current(on).filter(organisation__in=organisations)
        for organisation, acronym in rows.order_by("project").values_list("organisation", "project__acronym"):
            found[organisation].append(acronym)
    return found
