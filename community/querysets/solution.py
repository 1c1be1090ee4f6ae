"""Reads of the catalogue of transferable solutions: who sees what, one method a filter, and the numbers beside them.

Relations are asked through `pk IN (…)`, never joined, so that no filter multiplies rows and each can be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models
from django.db.models import BooleanField, Case, Count, Exists, F, Max, OuterRef, Q, Value, When
from django.db.models.functions import StrIndex, Substr
from django.utils import timezone

from community.choices import PUBLIC_SOLUTIONS, SolutionStatus
from community.contributions import solution_marks
from community.folding import fold
from community.querysets.period import rows_of
from community.querysets.search import SearchableQuerySet
from community.querysets.territory import lying_within
from community.visibility import is_administrator, is_cop, member_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Organisation, Project, Solution, User

#: The folded title begins `search_text`, so its head sorts titles without case or accents.
TITLE_HEAD: Final = Substr("search_text", 1, 80)
#: Order -> the expressions to order by; the key makes each one total.
ORDERS: Final[dict[str, tuple[Any, ...]]] = {
    "title": (TITLE_HEAD.asc(), F("pk").asc()),
    "newest": (F("published_at").desc(nulls_last=True), F("pk").desc()),
    "project": (F("project__acronym_key").asc(), TITLE_HEAD.asc(), F("pk").asc()),
    "maturity": (F("maturity__order").desc(nulls_last=True), TITLE_HEAD.asc(), F("pk").asc()),
}


class SolutionQuerySet(SearchableQuerySet["Solution"]):
    """The catalogue of transferable solutions."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may see.

        Everybody: what is or was published. The others: administrators, and of the members of the community
        coordinators in office and persons of an organisation in the solution's consortium. External partners read
        the clusters that they were invited to, and no drafts.
        """
        public = Q(status__in=PUBLIC_SOLUTIONS)
        me = member_of(user)
        if is_administrator(user):
            return self.all()
        if me is None or not is_cop(user):
            return self.filter(public)
        in_office = Exists(rows_of("Appointment").current(timezone.localdate()).filter(member_id=me.pk))
        return self.filter(public | Q(project__in=projects_of(me.pk)) | Q(in_office))

    def standing(self, member_id: int, on: date) -> models.QuerySet[Solution, Any]:
        """Return (is a partner, coordinates) for each row: as what a person acts on a solution on the day `on`."""
        standing: models.QuerySet[Solution, Any] = (
            self.order_by()
            .annotate(
                is_partner=Exists(_partnerships(member_id, on).filter(project=OuterRef("project"))),
                coordinates=Exists(rows_of("Appointment").current(on).filter(member_id=member_id)),
            )
            .values_list("is_partner", "coordinates")
        )
        return standing

    def of_project(self, project: Project) -> Self:
        """Keep the results of one project."""
        return self.filter(project=project)

    def of_partner(self, organisation: Organisation) -> Self:
        """Keep what the catalogue shows of the projects in whose consortium an organisation is, or was."""
        partner_in = rows_of("Partnership").filter(organisation=organisation).values("project")
        rows = self.filter(project__in=partner_in, status=SolutionStatus.PUBLISHED)
        return rows.select_related("project").order_by("title", "pk")

    def published(self) -> Self:
        """Keep what the catalogue shows."""
        return self.filter(status=SolutionStatus.PUBLISHED)

    def submitted(self) -> Self:
        """Keep what waits for a coordinator."""
        return self.filter(status=SolutionStatus.SUBMITTED)

    def waiting_for(self, user: User, member_id: int, on: date) -> Self:
        """Keep what an account may publish (`is_to_publish`), and its own drafts that were returned or taken back."""
        office = Exists(rows_of("Appointment").current(on).filter(member_id=member_id))
        others = Q(status=SolutionStatus.SUBMITTED) & ~Q(written_by=user) & ~Q(submitted_by=user)
        to_publish = others & Q(office)
        returned = Q(status=SolutionStatus.DRAFT, written_by=user) & ~Q(state_before="")
        return (
            self.filter(to_publish | returned)
            .annotate(is_to_publish=Case(When(to_publish, then=True), default=False, output_field=BooleanField()))
            .order_by("state_since", "pk")
        )

    def in_states(self, states: Sequence[str]) -> Self:
        """Keep those in one of the states."""
        return self.filter(status__in=states)

    def unretired(self) -> Self:
        """Leave out what was retired."""
        return self.exclude(status=SolutionStatus.RETIRED)

    def on_challenges(self, codes: Sequence[str]) -> Self:
        """Keep those on one of the challenges."""
        through = self.model.challenges.through._default_manager
        return self.filter(pk__in=through.filter(term__code__in=codes).values("solution"))

    def of_types(self, codes: Sequence[str]) -> Self:
        """Keep those of one of the types."""
        return self.filter(type__code__in=codes)

    def at_maturities(self, codes: Sequence[str]) -> Self:
        """Keep those that are so mature."""
        return self.filter(maturity__code__in=codes)

    def of_projects(self, codes: Sequence[str]) -> Self:
        """Keep the results of one of the projects."""
        return self.filter(project__code__in=codes)

    def tested_in_countries(self, countries: Sequence[str]) -> Self:
        """Keep those that were tested in one of the countries (two letters)."""
        return self.filter(pk__in=self._places().filter(territory__country__in=countries).values("solution"))

    def within(self, code: str) -> Self:
        """Keep those tested in a territory, or in one that lies in it (`TerritoryQuerySet.within`)."""
        return self.filter(pk__in=self._places().filter(territory__in=lying_within(code)).values("solution"))

    def marked(self, codes: Sequence[str]) -> Self:
        """Keep those that bear one of the marks of upper apps (`contributions.solution_marks`)."""
        found = Q(pk__in=[])
        for code in codes:
            found |= Q(pk__in=solution_marks.get(code).keys())
        return self.filter(found)

    def with_marks(self) -> Self:
        """Add `mark_<code>` for each mark of upper apps, which `Solution.marks` reads; no further query."""
        marks = {f"mark_{code}": Q(pk__in=solution_marks.get(code).keys()) for code in solution_marks.codes()}
        booleans = {name: Case(When(has, then=True), default=False) for name, has in marks.items()}
        return self.annotate(**booleans)

    def counted_as(self, facet: str, code: str) -> models.QuerySet[Any, Any]:
        """Return one row (facet, code, number) that counts all of these, shaped for a union."""
        rows: Any = self.order_by().annotate(facet=Value(facet), code=Value(code)).values_list("facet", "code")
        return rows.annotate(number=Count("pk"))  # type: ignore[no-any-return]

    def in_languages(self, codes: Sequence[str]) -> Self:
        """Keep those that can be had in one of the languages."""
        return self.filter(pk__in=rows_of("SolutionLanguage").filter(code__in=codes).values("solution"))

    def holding(self, wanted: Sequence[Sequence[str]]) -> Self:
        """Keep the rows whose folded text holds, for each of `wanted`, one of its words."""
        rows = self
        for number, words in enumerate(wanted):
            found = {f"at_{number}_{place}": StrIndex("search_text", Value(word)) for place, word in enumerate(words)}
            holds = Q(pk__in=[])
            for name in found:
                holds |= Q(**{f"{name}__gt": 0})
            rows = rows.alias(**found).filter(holds)
        return rows

    def matching(self, query: str) -> Self:
        """Keep the rows whose folded text holds every word of `query`; all rows for an empty one."""
        return self.holding([(word,) for word in fold(query).split()])

    def in_order(self, order: str, words: Sequence[str] = ()) -> Self:
        """Order by one of `ORDERS`, or "best": where `words` stand early, in the title first."""
        if order != "best" or not words:
            return self.order_by(*ORDERS.get(order, ORDERS["title"]))
        place: Any = Value(0)
        for word in words:
            place = place + StrIndex("search_text", Value(word))
        return self.order_by(place.asc(), TITLE_HEAD.asc(), F("pk").asc())

    def which_hold(self, words: Sequence[str]) -> set[str]:
        """Return those of the folded `words` that stand in one of the texts; one query."""
        places = {f"word_{n}": Max(StrIndex("search_text", Value(word))) for n, word in enumerate(words)}
        found = self.order_by().aggregate(**places)
        return {word for n, word in enumerate(words) if (found[f"word_{n}"] or 0) > 0}

    def texts(self) -> models.QuerySet[Solution, str]:
        """Return the folded texts alone."""
        return self.order_by().values_list("search_text", flat=True)

    def counted_by(self, facet: str) -> models.QuerySet[Any, Any]:
        """Return rows (facet, code, number) for one facet, shaped for a union; "total" counts all."""
        rows: Any = self.order_by()
        if facet == "total":
            rows, code = rows.annotate(code=Value("")), "code"
            counted = Count("pk")
        elif facet in _OWN_COLUMNS:
            code, counted = _OWN_COLUMNS[facet], Count("pk")
            rows = rows.exclude(**{code: None})
        else:
            source, code = self._beside(facet)
            rows = source.filter(solution__in=rows.values("pk")).exclude(**{code: ""}).order_by()
            counted = Count("solution", distinct=True)
        rows = rows.annotate(facet=Value(facet)).values_list("facet", code)
        return rows.annotate(number=counted)  # type: ignore[no-any-return]

    def for_page(self) -> Self:
        """Load what a row of a list or the page of a solution shows, in a fixed number of queries."""
        return self.select_related("project", "type", "maturity", "contact").prefetch_related(
            "challenges", "tested_in", "languages"
        )

    def _places(self) -> Any:
        return self.model.tested_in.through._default_manager.all()

    def _beside(self, facet: str) -> tuple[Any, str]:
        """Return, for a facet with several values, the rows beside a solution and the column that holds them."""
        if facet == "challenge":
            return self.model.challenges.through._default_manager.all(), "term__code"
        if facet == "country":
            return self._places(), "territory__country"
        return rows_of("SolutionLanguage").all(), "code"


#: Facets of which a solution has one value at most.
_OWN_COLUMNS: Final = {
    "status": "status",
    "type": "type__code",
    "maturity": "maturity__code",
    "project": "project__code",
}


def projects_of(member_id: int, on: date | None = None) -> models.QuerySet[Any, Any]:
    """Return the keys of the projects for whose partners a person works, associated partners left out."""
    keys: models.QuerySet[Any, Any] = _partnerships(member_id, on or timezone.localdate()).values("project")
    return keys


def _partnerships(member_id: int, on: date) -> Any:
    mine = rows_of("Affiliation").current(on).filter(member_id=member_id)
    return rows_of("Partnership").current(on).with_budget().filter(organisation__in=mine.values("organisation"))
