"""External partners: people without a password who were invited into a cluster."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from community import search
from community.actions.organisation import add_organisation
from community.choices import Standing
from community.events import record
from community.models import Affiliation, Member, Organisation, User


@transaction.atomic
def take_in(*, address: str, name: str, at: datetime) -> User:
    """Make a person from outside with an account without a password; one event, done by themselves.

    Whoever calls this holds the proof that the address is theirs: a link that was sent to it.

    Raises:
        ValidationError: the name is empty or holds signs that are not allowed, or the address is taken.
    """
    account = User(email=address)
    account.set_unusable_password()
    account.full_clean()
    account.save(force_insert=True)
    prove_address(account)
    words = name.split()
    member = Member(user=account, name=" ".join(words), sort_name=words[-1] if words else "")
    member.standing = Standing.EXTERNAL
    member.full_clean()
    member.save(force_insert=True)
    search.index(member)
    record(verb="take_in", subject=member, by=account, at=at, data={"account": account.pk})
    return account


def prove_address(account: User) -> None:
    """Note that the address of an account is its owner's, as the sign-in library keeps it."""
    EmailAddress.objects.filter(user=account).exclude(email=account.email).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=account, email=account.email, defaults={"verified": True, "primary": True}
    )


@transaction.atomic
def work_for(*, member: Member, name: str, by: User, at: datetime) -> Organisation:
    """Note for which organisation somebody works, by its name; it is entered, unverified, where it is not known.

    Raises:
        ValidationError: the name holds signs that are not allowed.
    """
    organisation = add_organisation(name=" ".join(name.split()), by=by)
    there = member.affiliations.current(timezone.localdate(at))
    if not there.filter(organisation=organisation).exists():
        is_main = not there.exists()
        from_on = timezone.localdate(at)
        Affiliation.objects.create(member=member, organisation=organisation, is_main=is_main, from_on=from_on)
        search.index(member)
    return organisation
