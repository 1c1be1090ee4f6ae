"""Reads of needs, solutions and exchanges between peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from community.choices import OPEN_NEEDS, SolutionStatus, Urgency
from community.querysets.period import rows_of
from community.querysets.search import SearchableQuerySet
from community.visibility import is_administrator, is_cop, member_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Need, Organisation, PeerExchange, Project, Solution, User


class NeedQuerySet(SearchableQuerySet["Need"]):
    """Needs raised by members."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may see: everybody sees every need; who raised it is another question."""
        return self.all()

    def open(self) -> Self:
        """Keep the needs that nothing has answered yet, taken up or not."""
        return self.filter(status__in=sorted(OPEN_NEEDS))

    def within(self, code: str) -> Self:
        """Keep the needs of a territory or of one inside it: a NUTS code begins with that of the region around it."""
        places = self.model.territories.through._default_manager.filter(territory__code__startswith=code)
        return self.filter(pk__in=places.values("need"))

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


class SolutionQuerySet(SearchableQuerySet["Solution"]):
    """The catalogue of transferable solutions."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may see.

        Everybody: the published ones. Drafts: administrators, coordinators in
        office, and persons of an organisation in the solution's consortium.
        """
        published = Q(status=SolutionStatus.PUBLISHED)
        me = member_of(user)
        if is_administrator(user):
            return self.all()
        if me is None:
            return self.filter(published)
        return self.filter(published | Q(_coordinates(me.pk)) | Q(_in_consortium(me.pk)))

    def of_project(self, project: Project) -> Self:
        """Keep the results of one project."""
        return self.filter(project=project)

    def published(self) -> Self:
        """Keep what the catalogue shows."""
        return self.filter(status=SolutionStatus.PUBLISHED)

    def for_page(self) -> Self:
        """Load what a row of a list or the page of a solution shows, in a fixed number of queries."""
        return self.select_related("project", "type", "maturity", "contact").prefetch_related("challenges", "tested_in")


class PeerExchangeQuerySet(models.QuerySet["PeerExchange"]):
    """Visits, calls and mentorships."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may see: CoP members and administrators all, others nothing."""
        return self.all() if is_cop(user) or is_administrator(user) else self.none()


def _coordinates(member_id: int) -> Exists:
    """Return the condition that the person coordinates a group or the mission today."""
    return Exists(rows_of("Appointment").current(timezone.localdate()).filter(member_id=member_id))


def _in_consortium(member_id: int) -> Exists:
    """Return the condition that the person works for a partner of the solution's project today."""
    today = timezone.localdate()
    mine = rows_of("Affiliation").current(today).filter(member_id=member_id)
    partners = rows_of("Partnership").current(today).with_budget()
    return Exists(partners.filter(project=OuterRef("project"), organisation__in=mine.values("organisation")))
