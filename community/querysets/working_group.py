"""Reads of working groups and appointments."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Prefetch, Q

from community.querysets.period import PeriodQuerySet, rows_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Appointment, Member, User, WorkingGroup


class WorkingGroupQuerySet(models.QuerySet["WorkingGroup"]):
    """The standing groups."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may see: everybody sees every working group."""
        return self.all()

    def active(self) -> Self:
        """Keep the groups that new clusters may choose."""
        return self.filter(is_active=True)


class AppointmentQuerySet(PeriodQuerySet["Appointment"]):
    """Who coordinates what."""

    def present(self, on: date) -> Self:
        """Keep those that hold on `on` and whose holder is not absent that day."""
        return self.current(on).filter(Q(absent_until__isnull=True) | Q(absent_until__lt=on))

    def for_page(self, on: date) -> Self:
        """Load the persons with where they work on the day `on`."""
        current = rows_of("Affiliation").current(on).select_related("organisation").order_by("-is_main", "pk")
        shown = Prefetch("member__affiliations", queryset=current, to_attr="current_affiliations")
        return self.select_related("member").prefetch_related(shown).order_by("from_on", "pk")

    def of_group(self, working_group: WorkingGroup) -> Self:
        """Keep the coordinators of one group, not those of the whole mission."""
        return self.filter(working_group=working_group)

    def of_mission(self) -> Self:
        """Keep the coordinators of the whole mission."""
        return self.filter(working_group=None)

    def for_member(self, member: Member) -> Self:
        """Keep the appointments of one person."""
        return self.filter(member=member)
