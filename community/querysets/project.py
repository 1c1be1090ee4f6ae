"""Reads of projects and partnerships."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf

from community.dates import earliest_end
from community.querysets.period import PeriodQuerySet, rows_of
from community.querysets.search import SearchableQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Partnership, Project, User


class ProjectQuerySet(SearchableQuerySet["Project"]):
    """Governance and thematic projects."""

    def without_last_payment(self) -> Self:
        """Keep those whose last payment is not known: their evidence has no retention date."""
        return self.filter(last_payment_on=None)

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may see: everybody sees every project."""
        return self.all()

    def of_family(self, family: str) -> Self:
        """Keep the projects of one family."""
        return self.filter(family=family)

    def for_page(self) -> Self:
        """Load what a row of a list or the page of a project shows; `lead_partner` is the lead partner's name."""
        lead = rows_of("Partnership").filter(project=OuterRef("pk"), role="LP", until_on=None)
        name = Coalesce(NullIf("organisation__short_name", Value("")), "organisation__name")
        return self.select_related("specific_objective").annotate(
            lead_partner=Subquery(lead.annotate(shown=name).values("shown")[:1])
        )


class PartnershipQuerySet(PeriodQuerySet["Partnership"]):
    """Who stands in which consortium."""

    def leading(self, on: date, *, roles: Sequence[str] | None = None, months: int | None = None) -> Self:
        """Keep the partnerships that entitle to lead a cluster on the day `on`.

        The role is one of `roles` (default: setting LEAD_ROLES). The project has
        not ended more than `months` months ago (LEAD_AFTER_END_MONTHS); an unknown
        end is open. The partnership's own `until_on` ends the right at once.
        """
        after_end = settings.LEAD_AFTER_END_MONTHS if months is None else months
        still_counts = Q(project_end__isnull=True) | Q(project_end__gte=earliest_end(on, after_end))
        return (
            self.current(on)
            .filter(role__in=list(settings.LEAD_ROLES if roles is None else roles))
            .annotate(project_end=Coalesce(F("project__completed_on"), F("project__ends_on")))
            .filter(still_counts)
        )

    def for_page(self) -> Self:
        """Load both sides, ordered as a consortium is read: lead partner, project partners, associated partners."""
        order = Case(When(role="LP", then=0), When(role="PP", then=1), default=2)
        return self.select_related("organisation", "project").order_by(order, "organisation__name_key", "pk")

    def with_budget(self) -> Self:
        """Keep lead and project partners; associated partners have no budget."""
        return self.filter(role__in=["LP", "PP"])
