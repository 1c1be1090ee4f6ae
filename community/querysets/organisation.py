"""Reads of organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from community.folding import fold_key
from community.querysets.search import SearchableQuerySet
from community.visibility import account

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Organisation, User


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

    def named(self, name: str) -> Self:
        """Keep the row of that name, compared on the folded key."""
        return self.unmerged().filter(name_key=fold_key(name))
