"""Reads of organisations."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from community.folding import fold_key
from community.querysets.period import rows_of
from community.querysets.search import SearchableQuerySet
from community.querysets.territory import lying_within
from community.visibility import account

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Member, Organisation, User


class OrganisationQuerySet(SearchableQuerySet["Organisation"]):
    """Organisations, inside and outside the community."""

    def unmerged(self) -> Self:
        """Leave out the rows that were merged into another one."""
        return self.filter(merged_into=None)

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may see: signed in all, visitors the verified ones."""
        rows = self.unmerged()
        return rows if account(user) else rows.filter(is_verified=True)

    def unverified(self) -> Self:
        """Keep the rows that an administrator has to confirm or merge."""
        return self.unmerged().filter(is_verified=False)

    def in_community(self, on: date) -> Self:
        """Keep the organisations with a partnership on the day `on`, associated partners included."""
        partners = rows_of("Partnership").current(on).filter(organisation=OuterRef("pk"))
        return self.filter(Exists(partners))

    def within(self, code: str) -> Self:
        """Keep those in a territory or in one inside it, by their region or, where none is entered, their country."""
        return self.filter(Q(territory__in=lying_within(code)) | Q(territory=None, country=code))

    def partners_in(self, *, project: str = "", role: str = "") -> Self:
        """Keep the partners of a project (its code), of those with a role in it, or with the role in any project."""
        asked = {"project__code": project, "role": role}
        held = rows_of("Partnership").filter(**{name: value for name, value in asked.items() if value})
        return self.filter(pk__in=held.values("organisation"))

    def of_project(self, code: str) -> Self:
        """Keep the partners of a project, also of one that has ended."""
        return self.partners_in(project=code)

    def with_people(self, people: QuerySet[Member], on: date) -> Self:
        """Keep those for which one of `people` works on the day `on`."""
        current = rows_of("Affiliation").current(on).filter(member__in=people.order_by())
        return self.filter(pk__in=current.values("organisation"))

    def countries(self) -> list[str]:
        """Return the codes of the countries that the organisations come from, in order."""
        found = self.exclude(country="").order_by("country").values_list("country", flat=True)
        return list(found.distinct())

    def for_page(self) -> Self:
        """Load what a row of a list or the page of an organisation shows, in a fixed number of queries."""
        return self.select_related("kind", "territory").prefetch_related("partnerships__project")

    def named(self, name: str) -> Self:
        """Keep the row of that name, compared on the folded key."""
        return self.unmerged().filter(name_key=fold_key(name))
