"""Who takes part, by organisation, as the page of people shows it: names only where they may be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from clusters.choices import LIVE_PARTICIPATIONS, ParticipationRole, ParticipationStatus
from clusters.models import Cluster, Participation
from clusters.permissions import names_of, sees_names
from community.models import Affiliation, Member, Organisation, Partnership, User

_ORDER = [str(role) for role in ParticipationRole]
Status = ParticipationStatus
MOST_FOUND = 10


@dataclass(frozen=True)
class PersonRow:
    """One person's part; `name` is "" where it may not be read.

    `invited_by` names who invited a partner from outside for a named purpose, to those who work on the cluster alone.
    """

    participation: Participation
    name: str
    invited_by: str = ""

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
    """An organisation with all that take part for it.

    `projects` are the consortia that it belongs to today; where there is none, `ended` says which it left last.
    """

    organisation: Organisation | None
    is_external: bool
    projects: list[str] = field(default_factory=list)
    ended: str = ""
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
    waiting: list[PersonRow]
    invitations: list[PersonRow]
    before: list[PersonRow]
    persons: int


def people_of(cluster: Cluster, *, user: User | AnonymousUser | None, on: date) -> People:
    """Return who takes part in `cluster` as `user` may read it: three queries or four, however many people.

    `requests` and `invitations` are for those who answer them: a view shows them to nobody else. `named` are the
    participants of a proposal, who are asked once it is approved; `before` are those who took part until some day.
    """
    shown = sorted({*LIVE_PARTICIPATIONS, Status.WANTED})
    kept = Q(status__in=shown) | Q(status=Status.LEFT, until_on__isnull=False)
    rows = list(cluster.participations.filter(kept).select_related("organisation", "asked_by__member").order_by("pk"))
    names = names_of(user, cluster, [row.member_id for row in rows])
    works = sees_names(user, cluster)
    projects = _projects({row.organisation_id for row in rows if row.organisation_id is not None}, on)

    def persons(*statuses: str) -> list[PersonRow]:
        return [
            PersonRow(row, names.get(row.member_id or 0, ""), _inviter(row) if works else "")
            for row in rows
            if row.status in statuses
        ]

    invited = persons(Status.INVITED)
    active = persons(Status.ACTIVE)
    return People(
        organisations=_by_organisation(active, projects),
        interested=_by_organisation(persons(Status.INTERESTED), projects),
        named=_by_organisation([row for row in invited if row.since is None], projects),
        wanted=[row for row in rows if row.status == Status.WANTED],
        requests=persons(Status.REQUESTED),
        waiting=sorted(persons(Status.WAITING), key=lambda row: (str(row.since), row.participation.pk)),
        invitations=[row for row in invited if row.since is not None],
        before=sorted(
            persons(Status.LEFT), key=lambda row: (row.participation.until_on or on, row.participation.pk), reverse=True
        ),
        persons=len(active),
    )


def _inviter(row: Participation) -> str:
    """Return the name of who invited a partner from outside for a named purpose; "" for everybody else."""
    return row.asked_by.get_full_name() if row.is_external and row.purpose and row.asked_by is not None else ""


def _by_organisation(rows: Iterable[PersonRow], projects: dict[int, tuple[list[str], str]]) -> list[OrganisationRow]:
    """Group persons: the lead's organisation first, then the community's by name, externals last."""
    found: dict[tuple[int | None, bool], OrganisationRow] = {}
    for row in rows:
        part = row.participation
        key = (part.organisation_id, part.is_external)
        current, ended = projects.get(part.organisation_id or 0, ([], ""))
        line = found.setdefault(key, OrganisationRow(part.organisation, part.is_external, current, ended))
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


def _projects(organisations: set[int], on: date) -> dict[int, tuple[list[str], str]]:
    """Return the acronyms of the consortia that each organisation belongs to on the day `on`; one query.

    With them, where there is none, the sentence that says which partnership ended last.
    """
    current: dict[int, list[str]] = defaultdict(list)
    ended: dict[int, tuple[date, str]] = {}
    rows = Partnership.objects.filter(organisation__in=organisations) if organisations else Partnership.objects.none()
    values = rows.order_by("project").values_list("organisation", "project__acronym", "from_on", "until_on")
    for organisation, acronym, from_on, until_on in values:
        if until_on is not None and until_on < on:
            ended[organisation] = max(ended.get(organisation, (date.min, "")), (until_on, acronym))
        elif from_on is None or from_on <= on:
            current[organisation].append(acronym)
    words = gettext("partnership in %(project)s ended on %(day)s")
    found = {pk: (acronyms, "") for pk, acronyms in current.items()}
    for pk, (day, acronym) in ended.items():
        found.setdefault(pk, ([], words % {"project": acronym, "day": date_format(day, "j F Y")}))
    return found


@dataclass(frozen=True)
class Found:
    """A member of the directory whom a search found, and why they can't be invited, if so."""

    member: Member
    organisation: Organisation | None
    why_not: str


def members_to_invite(cluster: Cluster, query: str, *, user: User, on: date) -> list[Found]:
    """Return at most ten members whom `user` sees in the directory and `query` finds, by name."""
    members = list(
        Member.objects.visible_to(user)
        .in_community()
        .matching(query)
        .select_related("user")
        .order_by("sort_name", "pk")[:MOST_FOUND]
    )
    there = set(cluster.participations.live().filter(member__in=members).values_list("member_id", flat=True))
    works_for: dict[int, Organisation] = {}
    rows = Affiliation.objects.current(on).filter(member__in=members).select_related("organisation")
    for row in rows.order_by("is_main", "pk"):
        works_for[row.member_id] = row.organisation
    found = []
    for member in members:
        why_not = ""
        if member.pk in there:
            why_not = gettext("is in this cluster, or was asked")
        elif member.user is None or not member.user.is_active:
            why_not = gettext("has no account yet")
        elif member.pk not in works_for:
            why_not = gettext("works for no organisation today")
        found.append(Found(member, works_for.get(member.pk), why_not))
    return found


def organisations_to_want(cluster: Cluster, query: str, *, user: User) -> list[Organisation]:
    """Return at most ten organisations that `query` finds and that neither take part nor are wanted yet."""
    there = cluster.participations.shown().exclude(organisation=None).values("organisation")
    found = Organisation.objects.visible_to(user).matching(query).exclude(pk__in=there)
    return list(found.order_by("name_key", "pk")[:MOST_FOUND])


def own_organisations(user: User, on: date) -> list[Organisation]:
    """Return the organisations that the person behind `user` works for on the day `on`, the main one first."""
    if user.member is None:
        return []
    rows = user.member.affiliations.current(on).select_related("organisation").order_by("-is_main", "-pk")
    return list(dict.fromkeys(row.organisation for row in rows))
