"""Reads of accounts, members, affiliations and consents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q

from community.choices import ConsentPurpose, Standing
from community.folding import fold_key
from community.querysets.period import PeriodQuerySet, rows_of
from community.querysets.search import SearchableQuerySet
from community.visibility import is_administrator, is_cop, member_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Affiliation, Consent, Member, Organisation, User


class UserQuerySet(models.QuerySet["User"]):
    """Accounts."""

    def active(self) -> Self:
        """Keep the accounts that may sign in."""
        return self.filter(is_active=True)

    def with_address(self, address: str) -> Self:
        """Keep the account of that e-mail address, in any case."""
        return self.filter(email_key=fold_key(address))

    def administrators(self) -> Self:
        """Keep the active accounts that keep the registry's lists."""
        return self.filter(is_active=True, is_staff=True)


if TYPE_CHECKING:

    class AccountManager(BaseUserManager["User"]):
        """What `from_queryset` makes, spelt out for the type checker."""

        active: Callable[[], UserQuerySet]
        administrators: Callable[[], UserQuerySet]
        with_address: Callable[[str], UserQuerySet]
else:
    AccountManager = BaseUserManager.from_queryset(UserQuerySet)


class UserManager(AccountManager):
    """Makes accounts; the address is the name to sign in with."""

    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the account of an address in any case.

        Raises:
            User.DoesNotExist: there is none.
        """
        return self.get(email_key=fold_key(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """Make an account; without a password it signs in by a code sent to its address.

        Raises:
            ValueError: the address is empty.
        """
        if not email:
            raise ValueError("an account needs an e-mail address")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        """Make an account that may do everything in the Django admin."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


class MemberQuerySet(SearchableQuerySet["Member"]):
    """Persons."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep the persons whose page `user` may open.

        Administrators: all. CoP members: who consented to the directory, and
        themselves. Everybody else signed in: themselves. Visitors: nobody.
        """
        rows = self.filter(merged_into=None)
        if is_administrator(user):
            return rows
        me = member_of(user)
        if me is None:
            return rows.none()
        mine = Q(pk=me.pk)
        return rows.filter(mine | Q(self.consented(ConsentPurpose.DIRECTORY))) if is_cop(user) else rows.filter(mine)

    @staticmethod
    def consented(purpose: str) -> Exists:
        """Return the condition that a person's consent to `purpose` stands."""
        consents = rows_of("Consent").filter(member=OuterRef("pk"), purpose=purpose, withdrawn_at=None)
        return Exists(consents)

    def with_consent(self, purpose: str) -> Self:
        """Keep the persons whose consent to `purpose` stands."""
        return self.filter(self.consented(purpose))

    def in_community(self) -> Self:
        """Keep the members of the community of practice, merged rows left out."""
        return self.filter(standing=Standing.MEMBER, merged_into=None)

    def not_erased(self) -> Self:
        """Leave out those in whose place a pseudonym stands."""
        return self.filter(erased_at=None)

    def former(self) -> Self:
        """Keep former members who are not erased, merged rows left out."""
        return self.filter(standing=Standing.FORMER, erased_at=None, merged_into=None)

    def of_organisation(self, organisation: Organisation, on: date) -> Self:
        """Keep the members of the community who work for `organisation` on the day `on`."""
        return self.of_organisations([organisation], on)

    def of_organisations(self, organisations: Any, on: date) -> Self:
        """Keep the members of the community who work for one of `organisations` (rows or keys) on the day `on`."""
        current = rows_of("Affiliation").current(on).filter(organisation__in=organisations, member=OuterRef("pk"))
        return self.in_community().filter(Exists(current))

    def for_page(self, on: date) -> Self:
        """Load what a row of the directory shows: `current_affiliations` on the day `on`, and expertise."""
        current = rows_of("Affiliation").current(on).select_related("organisation").order_by("-is_main", "pk")
        shown = Prefetch("affiliations", queryset=current, to_attr="current_affiliations")
        return self.prefetch_related(shown, "expertise")


class AffiliationQuerySet(PeriodQuerySet["Affiliation"]):
    """Who works where."""

    def for_member(self, member: Member) -> Self:
        """Keep the affiliations of one person."""
        return self.filter(member=member)

    def entitling(self) -> Self:
        """Leave out those of external partners: they named their organisation themselves, and nobody confirmed it."""
        return self.exclude(member__standing=Standing.EXTERNAL)

    def for_page(self) -> Self:
        """Load the organisations, the newest affiliation first."""
        return self.select_related("organisation").order_by(F("until_on").desc(nulls_first=True), "-from_on", "-pk")


class ConsentQuerySet(models.QuerySet["Consent"]):
    """What persons agreed to."""

    def standing(self) -> Self:
        """Keep the consents that were not withdrawn."""
        return self.filter(withdrawn_at=None)

    def for_purpose(self, purpose: str) -> Self:
        """Keep the consents to one purpose."""
        return self.filter(purpose=purpose)
