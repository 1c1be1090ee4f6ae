"""Reads of needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db.models import Case, Count, OuterRef, Subquery, When
from django.db.models.functions import Coalesce

from community.choices import OPEN_NEEDS, Urgency
from community.querysets.period import rows_of
from community.querysets.search import SearchableQuerySet
from community.querysets.territory import lying_within, placed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Need, Organisation, User


class NeedQuerySet(SearchableQuerySet["Need"]):
    """Needs raised by members."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may see: everybody sees every need; who raised it is another question."""
        return self.all()

    def open(self) -> Self:
        """Keep the needs that nothing has answered yet, taken up or not."""
        return self.filter(status__in=sorted(OPEN_NEEDS))

    def within(self, code: str) -> Self:
        """Keep the needs of a territory, or of one that lies in it (`TerritoryQuerySet.within`)."""
        places = self.model.territories.through._default_manager.filter(territory__in=lying_within(code))
        return self.filter(pk__in=places.values("need"))

    def placed(self, where: str, among: Iterable[int] | None = None) -> Self:
        """Keep the needs of a `Whereabouts`; `among` as in `community.querysets.territory.placed`."""
        keys, is_there = placed(where, among)
        found = self.model.territories.through._default_manager.filter(territory__in=keys).values("need")
        return self.filter(pk__in=found) if is_there else self.exclude(pk__in=found)

    def on_challenge(self, term_id: int) -> Self:
        """Keep the needs on one challenge."""
        rows = self.model.challenges.through._default_manager.filter(term_id=term_id)
        return self.filter(pk__in=rows.values("need"))

    def of_organisation(self, organisation: Organisation) -> Self:
        """Keep the needs that were raised for one organisation."""
        return self.filter(organisation=organisation)

    def with_me_too_count(self) -> Self:
        """Add `me_too_count`: how many others said "me too"."""
        said = rows_of("MeToo").filter(need=OuterRef("pk")).order_by()
        count = said.values("need").annotate(count=Count("pk")).values("count")
        return self.annotate(me_too_count=Coalesce(Subquery(count), 0))

    def in_order(self, *columns: str) -> Self:
        """Order by columns of a need, or by `me_too_count` and `urgency_rank`, which are added; give a total order."""
        rank = Case(*(When(urgency=code, then=number) for number, code in enumerate(Urgency.values)), default=0)
        return self.with_me_too_count().annotate(urgency_rank=rank).order_by(*columns)

    def for_page(self) -> Self:
        """Load what a row of a list or the page of a need shows, in a fixed number of queries."""
        shown = ("territories", "challenges", "solution_types")
        return self.with_me_too_count().select_related("organisation", "raised_by").prefetch_related(*shown)
