"""Made-up persons, their accounts, where they work and what they consented to."""

from __future__ import annotations

from datetime import date, time, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from clusters.demo.files import rows, words
from clusters.demo.world import World
from community.choices import ConsentExtent, ConsentPurpose, ConsentWay, Standing, Vocabulary
from community.consents import FIRST_WORDINGS
from community.demo_accounts import DEMO_ACCOUNTS
from community.folding import fold_key
from community.models import Affiliation, Consent, ConsentWording, Member, Term, User

#: Only a database that `demo_data` made accepts it.
PASSWORD = "demo"  # noqa: S105 - the demonstration's published password
#: Before the clusters of 2025, which keep their dates.
WORKS_SINCE = date(2023, 6, 1)


def make_people(world: World) -> None:
    """Make persons with accounts, affiliations, expertise and consents. One password hash serves all demo accounts."""
    listed = rows("people.csv")
    users = _accounts(world, listed)
    members = [_member(world, row, user) for row, user in zip(listed, users, strict=True)]
    Member.objects.bulk_create(members)
    for row, member in zip(listed, members, strict=True):
        world.people[row["key"]] = member
        world.employer[row["key"]] = world.organisations[row["organisation"]]
    _affiliate(world, listed)
    _give_expertise(world, listed)
    _consent(world, listed)


def _accounts(world: World, listed: list[dict[str, str]]) -> list[User]:
    """Make the accounts; those without the published password sign in by a link only."""
    demo = {fold_key(account.address) for account in DEMO_ACCOUNTS}
    password = make_password(PASSWORD)
    users = [
        User(
            email=row["address"],
            password=password if fold_key(row["address"]) in demo else UNUSABLE_PASSWORD_PREFIX + world.letters(40),
            is_staff=row["key"] == "admin",
            is_active=row["standing"] != Standing.FORMER,
            date_joined=world.moment(-680, time(9)),
        )
        for row in listed
    ]
    User.objects.bulk_create(users)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    return users


def _member(world: World, row: dict[str, str], user: User) -> Member:
    """Return the person of a row."""
    return Member(
        key=world.letters(12),
        user=user,
        name=row["name"],
        sort_name=row["sort_name"],
        standing=row["standing"],
        languages=words(row["languages"]),
        is_demo=True,
        created_at=world.moment(-680, time(9)),
    )


def _affiliate(world: World, listed: list[dict[str, str]]) -> None:
    """Let everybody work for their organisation, and the former member no longer."""
    Affiliation.objects.bulk_create(
        Affiliation(
            member=world.people[row["key"]],
            organisation=world.organisations[row["organisation"]],
            function=row["function"],
            is_main=True,
            from_on=WORKS_SINCE,
            until_on=world.day(-150) if row["standing"] == Standing.FORMER else None,
        )
        for row in listed
    )


def _give_expertise(world: World, listed: list[dict[str, str]]) -> None:
    """Note who knows what."""
    through = Member.expertise.through
    through.objects.bulk_create(
        through(member_id=world.people[row["key"]].pk, term_id=_expertise(world, code).pk)
        for row in listed
        for code in words(row["expertise"])
    )


def _expertise(world: World, code: str) -> Term:
    return world.term(Vocabulary.EXPERTISE, code)


def _consent(world: World, listed: list[dict[str, str]]) -> None:
    """Give the consents of the list; two were withdrawn again, so that this case is there too."""
    wordings = {
        purpose: ConsentWording.objects.get_or_create(
            purpose=purpose, version=1, language="en", defaults={"text": str(text), "extent": ConsentExtent.WHOLE}
        )[0]
        for purpose, text in FIRST_WORDINGS.items()
    }
    given = world.moment(-660, time(10))
    consents = [
        Consent(
            member=world.people[row["key"]],
            purpose=purpose,
            wording=wordings[purpose],
            given_at=given + timedelta(days=world.rng.randint(0, 90), minutes=world.rng.randint(0, 400)),
            how=ConsentWay.DEMO,
        )
        for row in listed
        for purpose in words(row["consents"])
    ]
    consents += [
        Consent(
            member=world.people[key],
            purpose=ConsentPurpose.PUBLIC,
            wording=wordings[ConsentPurpose.PUBLIC],
            given_at=given,
            withdrawn_at=given + timedelta(days=200),
            how=ConsentWay.DEMO,
        )
        for key in ("amelie", "teodoro")
    ]
    Consent.objects.bulk_create(consents)
