"""Reads of the register: one method a filter, the orders, and the numbers beside the filters.

Relations are asked through `pk IN (…)`, never joined, so that no filter multiplies rows and each can be counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Length, Substr

from clusters.choices import ParticipationStatus
from clusters.querysets.words import HoldsWords, query_words
from community.querysets.territory import lying_within, placed

if TYPE_CHECKING:
    from clusters.models import Cluster

#: The folded title begins `search_text`, so its head sorts titles without case or accents. Indexed.
TITLE_HEAD: Final = Substr("search_text", 1, 80)
#: References sort by year and number although the number has two digits or more. Indexed.
REFERENCE_ORDER: Final = (Substr("reference", 1, 11), Length("reference"), F("reference"))

#: sort -> the expressions to order by, first row first; "-" turns an order round. The key makes each one total.
ORDERS: Final[dict[str, tuple[Any, ...]]] = {
    "changed": (F("updated_at").desc(), F("pk").desc()),
    "title": (TITLE_HEAD.asc(), F("pk").asc()),
    "start": (F("starts_on").asc(nulls_last=True), F("pk").asc()),
    "-start": (F("starts_on").desc(nulls_last=True), F("pk").desc()),
    "end": (F("ends_on").asc(nulls_last=True), F("pk").asc()),
    "-end": (F("ends_on").desc(nulls_last=True), F("pk").desc()),
    "-reference": (*(part.desc(nulls_last=True) for part in REFERENCE_ORDER), F("pk").desc()),
}


class RegisterQuerySet(models.QuerySet["Cluster"]):
    """What the filters of `/clusters/` ask; `ClusterQuerySet` inherits it."""

    def in_groups(self, codes: Sequence[str]) -> Self:
        """Keep those for which one of the working groups is responsible."""
        return self.filter(working_group__code__in=codes)

    def with_focus(self, focuses: Sequence[str]) -> Self:
        """Keep those with one of the focuses, as they stand: "both" is its own."""
        return self.filter(focus__in=focuses)

    def on_themes(self, codes: Sequence[str]) -> Self:
        """Keep those on one of the themes (codes of challenges)."""
        themes = self.model.themes.through._default_manager.filter(term__code__in=codes, term__vocabulary="challenge")
        return self.filter(pk__in=themes.values("cluster"))

    def at_levels(self, levels: Sequence[str]) -> Self:
        """Keep those that work at one of the levels."""
        return self.filter(pk__in=_rows("ClusterLevel").filter(level__in=levels).values("cluster"))

    def in_territories(self, ids: Iterable[int]) -> Self:
        """Keep those in one of the territories (primary keys; see `forms.register.territories_within`)."""
        through = self.model.territories.through._default_manager
        return self.filter(pk__in=through.filter(territory__in=list(ids)).values("cluster"))

    def placed(self, where: Sequence[str], among: Iterable[int] | None = None) -> Self:
        """Keep those of one of the `Whereabouts`; `among` as in `community.querysets.territory.placed`."""
        fits = Q()
        for one in where:
            keys, is_there = placed(one, among)
            rows = self.model.territories.through._default_manager.filter(territory__in=keys).values("cluster")
            fits |= Q(pk__in=rows) if is_there else ~Q(pk__in=rows)
        return self.filter(fits)

    def lacking(self, what: Sequence[str]) -> Self:
        """Keep those that neither belong to a project nor work with a result of one; `what` can say nothing else."""
        through = self.model.solutions.through._default_manager
        return self.filter(owning_project=None).exclude(pk__in=through.values("cluster"))

    def around_projects(self, ids: Sequence[int]) -> Self:
        """Keep those that a project owns or whose results to transfer come from it."""
        used = self.model.solutions.through._default_manager.filter(solution__project__in=ids)
        return self.filter(Q(owning_project__in=ids) | Q(pk__in=used.values("cluster")))

    def around_project(self, code: str) -> Self:
        """Keep those that the project of a code owns or whose results come from it."""
        used = self.model.solutions.through._default_manager.filter(solution__project__code=code)
        return self.filter(Q(owning_project__code=code) | Q(pk__in=used.values("cluster")))

    def lying_in(self, code: str) -> Self:
        """Keep those in the territories of a code and in what lies in them."""
        through = self.model.territories.through._default_manager
        return self.filter(pk__in=through.filter(territory__in=lying_within(code)).values("cluster"))

    def with_organisations(self, ids: Sequence[int]) -> Self:
        """Keep those in which one of the organisations leads or takes part."""
        parts = _rows("Participation").filter(organisation__in=ids, status=ParticipationStatus.ACTIVE)
        return self.filter(Q(lead_organisation__in=ids) | Q(pk__in=parts.values("cluster")))

    def with_solutions(self, ids: Sequence[int]) -> Self:
        """Keep those that work with one of the solutions."""
        through = self.model.solutions.through._default_manager
        return self.filter(pk__in=through.filter(solution__in=ids).values("cluster"))

    def with_outcomes(self, kinds: Sequence[str]) -> Self:
        """Keep those that expect, or have recorded, an outcome of one of the kinds."""
        expected = _rows("ExpectedOutcome").filter(kind__in=kinds).values("cluster")
        recorded = _rows("Outcome").filter(kind__in=kinds).values("cluster")
        return self.filter(Q(pk__in=expected) | Q(pk__in=recorded))

    def with_recorded(self, kinds: Sequence[str]) -> Self:
        """Keep those that have recorded an outcome of each of the kinds."""
        rows = self.all()
        for kind in kinds:
            rows = rows.filter(pk__in=_rows("Outcome").filter(kind=kind).values("cluster"))
        return rows

    def running_from(self, day: date) -> Self:
        """Keep those that are planned to last until `day` or longer."""
        return self.filter(ends_on__gte=day)

    def running_until(self, day: date) -> Self:
        """Keep those that are planned to begin on `day` or earlier."""
        return self.filter(starts_on__lte=day)

    def matching(self, query: str, *, is_common: bool = False) -> Self:
        """Keep those that hold, for every word of `query`, a word that begins with it; all for an empty query.

        A query of signs alone finds nothing. `is_common` says that many match, so that the rows are better walked in
        their order than collected and sorted.
        """
        words = query_words(query)
        if words:
            return self.filter(HoldsWords(words, is_common=is_common))
        return self.none() if query.strip() else self.all()

    def in_order(self, sort: str) -> Self:
        """Order by one of `ORDERS`; every order is total."""
        return self.order_by(*ORDERS[sort])

    def facts_of(self, most: int) -> list[tuple[int, str, int | None, str]]:
        """Return (key, state, working group, focus) of at most so many rows, in no order."""
        return list(self.order_by().values_list("pk", "state", "working_group_id", "focus")[:most])

    def counted_by_facts(self) -> models.QuerySet[Cluster, Any]:
        """Return rows (state, working group, focus, number): from them all counts of these three follow."""
        return self.order_by().values_list("state", "working_group_id", "focus").annotate(number=Count("pk"))

    def counted_by_levels(self) -> models.QuerySet[Any, Any]:
        """Return rows ("level", None, level, number), shaped like `counted_by_facts` for a union."""
        rows: Any = _rows("ClusterLevel").filter(cluster__in=self.order_by().values("pk")).order_by()
        counted: models.QuerySet[Any, Any] = (
            rows.annotate(facet=Value("level"), nothing=Value(None, models.BigIntegerField()))
            .values_list("facet", "nothing", "level")
            .annotate(number=Count("pk"))
        )
        return counted

    def counted_by_themes(self) -> models.QuerySet[Any, Any]:
        """Return rows ("theme", term, "", number), shaped like `counted_by_facts` for a union."""
        rows: Any = self.model.themes.through._default_manager.filter(cluster__in=self.order_by().values("pk"))
        counted: models.QuerySet[Any, Any] = (
            rows.order_by()
            .annotate(facet=Value("theme"), nothing=Value(""))
            .values_list("facet", "term_id", "nothing")
            .annotate(number=Count("pk"))
        )
        return counted


def _rows(model: str) -> models.Manager[Any]:
    """Return the rows of another model of this app, for a sub-query."""
    manager: models.Manager[Any] = apps.get_model("clusters", model)._default_manager
    return manager
