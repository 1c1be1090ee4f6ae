"""External partners: people without a password who were invited into a cluster, and who may become members later."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import contributions, search
from community.actions.organisation import add_organisation
from community.choices import Standing
from community.events import record
from community.models import Affiliation, Member, Organisation, User
from community.permissions import Refusal
from community.visibility import is_administrator

ADMINISTRATORS_ONLY = _("Only an administrator makes somebody a member.")
NOT_EXTERNAL = _("%(person)s is no external partner.")


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


@transaction.atomic
def make_member(*, member: Member, by: User, at: datetime | None = None) -> Member:
    """Take an external partner into the community of practice; one event. A no-op for a member.

    The person, the account, its address and all that they did stay; the apps let what is under way follow
    (`contributions.memberships`), in the same transaction.

    Raises:
        Refusal: `by` is no administrator, or the person is neither external nor a member.
    """
    at = at or timezone.now()
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    # Not the key: who writes a row about this person holds a cluster, which is locked here after the person.
    row = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    if row.standing == Standing.MEMBER:
        return row
    if row.standing != Standing.EXTERNAL:
        raise Refusal(NOT_EXTERNAL % {"person": row.name}, "state")
    row.standing = Standing.MEMBER
    row.version += 1
    row.save(update_fields=["standing", "version"])
    record(verb="make_member", subject=row, by=by, at=at)
    for follow in contributions.memberships:
        follow(row, by, at)
    member.standing, member.version = row.standing, row.version
    return row
