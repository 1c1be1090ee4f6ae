"""Reads of accounts, members, affiliations and consents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from community.choices import ConsentExtent, ConsentPurpose, InvitationState, LinkState, MessageState, Standing
from community.folding import fold, fold_all, fold_key
from community.querysets.period import PeriodQuerySet, rows_of
from community.querysets.search import SearchableQuerySet
from community.visibility import is_administrator, is_cop, member_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Affiliation, Consent, Member, Organisation, User


#: The mail of an invitation did not arrive.
UNSENT: Final = (MessageState.QUEUED, MessageState.FAILED)


#: So many persons are named by their keys in a query, instead of looking for them once more.
MOST_NAMED: Final = 500


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

    def erased_keys(self) -> list[str]:
        """Return the keys of the persons who were erased; an entry that was merged goes with the one that stayed."""
        rows = self.filter(erased_at__isnull=False, merged_into__isnull=True).order_by("pk")
        return list(rows.values_list("key", flat=True))

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep the persons whom `user` reads in the directory: where they work, as what, and what they know.

        Administrators: all. CoP members: who consented to the directory, and
        themselves. Everybody else signed in: themselves. Visitors: nobody.
        """
        return self._seen_by(user, ConsentExtent.FIRST)

    def read_whole_by(self, user: User | AnonymousUser | None) -> Self:
        """Keep those of `visible_to` of whom `user` reads all: the words of their consent name all of it."""
        return self._seen_by(user, ConsentExtent.WHOLE)

    def _seen_by(self, user: User | AnonymousUser | None, extent: ConsentExtent) -> Self:
        rows, seen = self.filter(merged_into=None), self._is_seen_by(user, extent)
        return rows.none() if seen is None else rows.filter(seen)

    @classmethod
    def _is_seen_by(cls, user: User | AnonymousUser | None, extent: ConsentExtent) -> Q | None:
        """Return the condition of `_seen_by` on entries that are in use; None where it keeps nobody.

        A condition on the row itself, not on its key: databases look at each person once, however often it is said.
        """
        if is_administrator(user):
            return Q()
        me = member_of(user)
        if me is None:
            return None
        return Q(pk=me.pk) | Q(cls.consented(ConsentPurpose.DIRECTORY, extent)) if is_cop(user) else Q(pk=me.pk)

    def told_to(self, user: User | AnonymousUser | None) -> Self:
        """Say of each whether `user` reads them in the directory (`is_seen`), and all of them (`is_whole`)."""
        people = self.model._default_manager.order_by()
        seen, whole = people.visible_to(user), people.read_whole_by(user)
        same = {"pk": OuterRef("pk")}
        return self.annotate(is_seen=Exists(seen.filter(**same)), is_whole=Exists(whole.filter(**same)))

    def shown_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep the persons whose page `user` may open: those of `visible_to`, and who consented to public pages.

        Of the latter everybody reads name and organisation, and nothing else.
        """
        rows = self.filter(merged_into=None)
        if is_administrator(user):  # reads everybody, and PostgreSQL would look for each of them
            return rows
        seen, public = self._is_seen_by(user, ConsentExtent.FIRST), Q(self.consented(ConsentPurpose.PUBLIC))
        return rows.filter(public if seen is None else seen | public)

    def keyed(self, key: str) -> Self:
        """Keep the person of that key."""
        return self.filter(key=key)

    def keys_among(self, people: Iterable[Member]) -> set[int]:
        """Return the primary keys of those of `people` who are here."""
        return set(self.filter(pk__in=[one.pk for one in people]).order_by().values_list("pk", flat=True))

    def found_by(self, user: User | AnonymousUser | None, words: str) -> Self:
        """Keep those of `shown_to` in whose entry, as far as `user` reads it, all words stand."""
        if is_administrator(user):  # reads everybody whole
            return self.filter(merged_into=None).matching(words)
        whole = self._is_seen_by(user, ConsentExtent.WHOLE)
        rows = self.filter(merged_into=None).matching(words)
        rest = rows if whole is None else rows.filter(~whole)
        found, missed = rest.order_by()._found_in_part(user, words)
        if len(missed) < len(found):  # thousands of keys take longer to send than the rows to find
            return rows.exclude(pk__in=missed)
        return rows.filter(Q(pk__in=found) if whole is None else whole | Q(pk__in=found))

    def _found_in_part(self, user: User | AnonymousUser | None, words: str) -> tuple[list[int], list[int]]:
        """Return the keys of those who are found by what `user` reads of them, which is not all, and of the others.

        Name and today's organisation; what they know, too, of who is seen in the directory.
        """
        people: Any = self.told_to(user)
        rows = list(people.values_list("pk", "name", "is_seen"))
        told = {pk: [name] for pk, name, _is_seen in rows}
        if not rows:
            return [], []
        few: Any = list(told) if len(told) <= MOST_NAMED else self.values("pk")
        current = rows_of("Affiliation").current(timezone.localdate()).filter(member__in=few)
        for pk, *names in current.values_list("member", "organisation__name", "organisation__short_name"):
            told.get(pk, []).extend(names)
        if any(is_seen for _pk, _name, is_seen in rows):
            seen = self.visible_to(user).values("pk")
            known = self.model.expertise.through._default_manager.filter(member__in=seen)
            for pk, labels in known.values_list("member", "term__labels"):
                told.get(pk, []).extend(labels.values())
        wanted, found, missed = fold(words).split(), list[int](), list[int]()
        for pk, text in zip(told, fold_all([" ".join(texts) for texts in told.values()]), strict=True):
            (found if all(word in text for word in wanted) else missed).append(pk)
        return found, missed

    @staticmethod
    def consented(purpose: str, extent: ConsentExtent = ConsentExtent.FIRST) -> Exists:
        """Return the condition that a person's consent to `purpose` stands, in words that name so much."""
        consents = rows_of("Consent").filter(member=OuterRef("pk"), purpose=purpose, withdrawn_at=None)
        return Exists(consents if extent == ConsentExtent.FIRST else consents.filter(wording__extent__gte=extent))

    def suggestible(self) -> Self:
        """Keep whom the registry suggests as somebody who may help: the words that they agreed to say so."""
        return self.filter(self.consented(ConsentPurpose.DIRECTORY, ConsentExtent.WHOLE))

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

    def speaking(self, code: str) -> Self:
        """Keep those who speak a language."""
        return self.alias(spoken=Cast("languages", models.TextField())).filter(spoken__contains=f'"{code}"')

    def within(self, code: str) -> Self:
        """Keep those who work today for an organisation in a territory, or in one inside it."""
        return self._working_for(rows_of("Organisation").within(code))

    def of_project(self, code: str) -> Self:
        """Keep those who work today for a partner of a project, also of one that has ended."""
        return self._working_for(rows_of("Organisation").of_project(code))

    def _working_for(self, organisations: models.QuerySet[Organisation]) -> Self:
        current = rows_of("Affiliation").current(timezone.localdate()).entitling()
        return self.filter(pk__in=current.filter(organisation__in=organisations).values("member"))

    def with_invitation(self, at: datetime) -> Self:
        """Say of each how far their invitation to the registry has come (`invitation`), with the days of its link.

        `invited_at`, `invited_until` and `invitation_error` are those of the newest link and its mail. Only members of
        the community are invited; of others, and of entries that were merged, it is "".
        """
        newest = rows_of("SignedLink").filter(purpose="invite", kind="user", subject_id=OuterRef("user"))
        newest = newest.order_by("-created_at", "-pk")
        mails = rows_of("Message").filter(link=OuterRef("invitation_link")).order_by("-pk")
        linked = {"invitation_link": "pk", "invited_at": "created_at", "invited_until": "expires_at"}
        rows = self.annotate(**{name: models.Subquery(newest.values(column)[:1]) for name, column in linked.items()})
        rows = rows.alias(link_state=models.Subquery(newest.values("state")[:1]))
        rows = rows.alias(mail_state=models.Subquery(mails.values("state")[:1]))
        rows = rows.annotate(invitation_error=models.Subquery(mails.values("last_error")[:1]))
        return rows.annotate(invitation=_invitation(at))

    def for_page(self, on: date) -> Self:
        """Load what a row of the directory shows: `current_affiliations` on the day `on`, and expertise."""
        current = rows_of("Affiliation").current(on).select_related("organisation__territory")
        shown = Prefetch("affiliations", current.order_by("-is_main", "pk"), to_attr="current_affiliations")
        return self.prefetch_related(shown, "expertise")


def _invitation(at: datetime) -> Case:
    """Return how far an invitation has come, of rows with the states of the newest link and its mail."""
    said = InvitationState
    is_open = Q(link_state=LinkState.OPEN) & (Q(invited_until=None) | Q(invited_until__gt=at))
    return Case(
        When(~Q(standing=Standing.MEMBER) | ~Q(merged_into=None), then=Value("")),
        When(user=None, then=Value(said.NO_ADDRESS)),
        When(user__is_active=False, then=Value(said.CLOSED)),
        When(~Q(user__password__startswith=UNUSABLE_PASSWORD_PREFIX), then=Value(said.JOINED)),
        When(invitation_link=None, then=Value(said.NONE)),
        When(link_state=LinkState.REVOKED, then=Value(said.TAKEN_BACK)),
        When(is_open & Q(mail_state__in=UNSENT), then=Value(said.UNSENT)),
        When(is_open, then=Value(said.OPEN)),
        default=Value(said.EXPIRED),
        output_field=models.CharField(),
    )


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
