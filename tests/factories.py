"""Rows for tests: one function a noun, every argument optional, nothing random.

Names are made up, addresses end in `.example`. Functions whose noun has a folded
search text keep it, as actions do.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from community import search
from community.choices import (
    ConsentExtent,
    ConsentPurpose,
    ExchangeKind,
    ExchangeStatus,
    PartnerRole,
    ProjectFamily,
    SolutionStatus,
    Standing,
    TerritoryLevel,
    Vocabulary,
)
from community.models import (
    Affiliation,
    Appointment,
    Consent,
    ConsentWording,
    ExchangeLanguage,
    Member,
    MeToo,
    Need,
    Organisation,
    Partnership,
    PeerExchange,
    Project,
    Solution,
    Term,
    Territory,
    User,
    WorkingGroup,
    WorkingGroupTitle,
)

#: The day and the moment that tests call today and now.
TODAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)

_numbers = count(1)


def make_user(email: str = "", *, password: str | None = "correct horse battery", **fields: Any) -> User:
    """Make an account without a person."""
    return User.objects.create_user(email or f"person{next(_numbers)}@registry.example", password, **fields)


def make_admin(**fields: Any) -> User:
    """Make the account of an administrator, with a person."""
    return make_member(account={"is_staff": True}, **fields).user


def make_member(
    name: str = "",
    *,
    account: dict[str, Any] | bool = True,
    organisation: Organisation | None = None,
    consents: tuple[str, ...] = (),
    expertise: tuple[Term, ...] = (),
    **fields: Any,
) -> Member:
    """Make a person: with an account unless `account` is False, affiliated when `organisation` is given."""
    name = name or f"Person Nr{next(_numbers)}"
    if account is not False:
        fields["user"] = make_user(**(account if isinstance(account, dict) else {}))
    member = Member.objects.create(name=name, sort_name=fields.pop("sort_name", name.split()[-1]), **fields)
    if organisation is not None:
        make_affiliation(member, organisation)
    for purpose in consents:
        make_consent(member, purpose)
    if expertise:
        member.expertise.set(expertise)
    search.index(member)
    return member


def make_external(name: str = "", **fields: Any) -> Member:
    """Make an external partner, who signs in without a password."""
    return make_member(name, account={"password": None}, standing=Standing.EXTERNAL, **fields)


def make_affiliation(member: Member, organisation: Organisation, **fields: Any) -> Affiliation:
    """Let a person work for an organisation, since 2024 unless told otherwise."""
    fields.setdefault("from_on", date(2024, 1, 1))
    return Affiliation.objects.create(member=member, organisation=organisation, **fields)


def make_wording(purpose: str = ConsentPurpose.DIRECTORY, **fields: Any) -> ConsentWording:
    """Return the wording of a consent, made when it is not there; it names all that is shown unless told otherwise."""
    keys = {"purpose": purpose, "version": fields.pop("version", 1), "language": fields.pop("language", "en")}
    defaults = {"text": f"I agree: {purpose}.", "extent": ConsentExtent.WHOLE, **fields}
    return ConsentWording.objects.get_or_create(**keys, defaults=defaults)[0]


def make_consent(member: Member, purpose: str = ConsentPurpose.DIRECTORY, **fields: Any) -> Consent:
    """Let a person consent to one purpose."""
    fields.setdefault("given_at", NOW)
    fields.setdefault("wording", make_wording(purpose))
    return Consent.objects.create(member=member, purpose=purpose, **fields)


def make_organisation(name: str = "", **fields: Any) -> Organisation:
    """Make a verified organisation."""
    fields = {"country": "IT", "is_verified": True, **fields}
    organisation = Organisation.objects.create(name=name or f"Organisation {next(_numbers)}", **fields)
    search.index(organisation)
    return organisation


def make_project(acronym: str = "", **fields: Any) -> Project:
    """Make a thematic project that runs from 2024 to 2029."""
    acronym = acronym or f"PROJECT{next(_numbers)}"
    defaults = {"code": acronym.lower().replace(" ", "-"), "starts_on": date(2024, 1, 1), "ends_on": date(2029, 9, 30)}
    project = Project.objects.create(acronym=acronym, **{**defaults, **fields})
    search.index(project)
    return project


def make_governance_project(acronym: str = "C4N", **fields: Any) -> Project:
    """Make one of the two governance projects."""
    return make_project(acronym, family=ProjectFamily.GOVERNANCE, **fields)


def make_partnership(
    organisation: Organisation | None = None, project: Project | None = None, role: str = PartnerRole.PP, **fields: Any
) -> Partnership:
    """Put an organisation into a project's consortium."""
    return Partnership.objects.create(
        organisation=organisation or make_organisation(), project=project or make_project(), role=role, **fields
    )


def make_lead_organisation(name: str = "", **fields: Any) -> Organisation:
    """Make an organisation that may lead clusters: partner of a running project."""
    organisation = make_organisation(name, **fields)
    make_partnership(organisation)
    return organisation


def make_working_group(code: str = "", title: str = "", **fields: Any) -> WorkingGroup:
    """Make a working group with one title."""
    number = next(_numbers)
    title = title or f"Group {number}"
    group = WorkingGroup.objects.create(code=code or f"WG{number}", title=title, **fields)
    WorkingGroupTitle.objects.create(working_group=group, title=title, from_on=date(2024, 1, 1))
    return group


def make_appointment(member: Member, working_group: WorkingGroup | None, **fields: Any) -> Appointment:
    """Let a person coordinate a group, or the whole mission where it is None."""
    fields.setdefault("from_on", date(2024, 1, 1))
    return Appointment.objects.create(member=member, working_group=working_group, **fields)


def make_coordinator(working_group: WorkingGroup | None, name: str = "", **fields: Any) -> Member:
    """Make a person who coordinates a group, or the whole mission where it is None."""
    member = make_member(name, **fields)
    make_appointment(member, working_group)
    return member


def make_territory(code: str = "", **fields: Any) -> Territory:
    """Make a NUTS 2 region of version 2021."""
    code = code or f"XX{next(_numbers):02d}"
    defaults = {"level": TerritoryLevel.NUTS2, "nuts_version": "2021", "country": code[:2], "name": f"Region {code}"}
    return Territory.objects.create(code=code, **{**defaults, **fields})


def make_term(vocabulary: str = Vocabulary.CHALLENGE, code: str = "", label: str = "", **fields: Any) -> Term:
    """Make a term of a vocabulary."""
    code = code or f"term-{next(_numbers)}"
    return Term.objects.create(vocabulary=vocabulary, code=code, labels={"en": label or f"Term {code}"}, **fields)


def make_need(question: str = "", *, raised_by: Member | None = None, **fields: Any) -> Need:
    """Make an open need."""
    question = question or f"How do we answer question {next(_numbers)}?"
    need = Need.objects.create(question=question, raised_by=raised_by or make_member(), **fields)
    search.index(need)
    return need


def make_me_too(need: Need, member: Member | None = None, **fields: Any) -> MeToo:
    """Let a person say "me too"."""
    return MeToo.objects.create(need=need, member=member or make_member(), **fields)


def make_solution(title: str = "", *, project: Project | None = None, **fields: Any) -> Solution:
    """Make a published solution."""
    fields = {"status": SolutionStatus.PUBLISHED, "published_at": NOW, **fields}
    title = title or f"Solution {next(_numbers)}"
    solution = Solution.objects.create(title=title, project=project or make_project(), **fields)
    search.index(solution)
    return solution


def make_exchange(
    topic: str = "", *, by: Member | None = None, is_offer: bool = True, languages: tuple[str, ...] = (), **fields: Any
) -> PeerExchange:
    """Make an exchange that is open: an offer, or a request."""
    by = by or make_member()
    side = "offered_by" if is_offer else "asked_by"
    status = ExchangeStatus.OFFERED if is_offer else ExchangeStatus.ASKED
    fields = {side: by, "status": status, "state_since": NOW, "kind": ExchangeKind.CALL, **fields}
    topic = topic or f"How we answered question {next(_numbers)}"
    exchange = PeerExchange.objects.create(topic=topic, is_offer=is_offer, **fields)
    ExchangeLanguage.objects.bulk_create(ExchangeLanguage(exchange=exchange, code=code) for code in languages)
    search.index(exchange)
    return exchange
