"""Reads of working groups and appointments."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, Self

from django.db import connections, models
from django.db.models import Prefetch, Q

from community.choices import Standing
from community.querysets.period import PeriodQuerySet, rows_of
from community.visibility import is_administrator, is_cop, member_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Appointment, Member, User, WorkingGroup

# What `for_member(…).current(on)` says, written out: every page asks it of whoever is signed in, and composing it anew
# costs ten times as long as asking it. Both databases read it alike.
_COORDINATED: Final = """
SELECT working_group_id FROM community_appointment
JOIN community_member ON community_member.id = member_id AND standing = %s
WHERE member_id = %s AND from_on <= %s AND (until_on IS NULL OR until_on >= %s) AND withdrawn_at IS NULL
"""


class WorkingGroupQuerySet(models.QuerySet["WorkingGroup"]):
    """The standing groups."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may see: everybody sees every working group."""
        return self.all()

    def active(self) -> Self:
        """Keep the groups that new clusters may choose."""
        return self.filter(is_active=True)


class AppointmentQuerySet(PeriodQuerySet["Appointment"]):
    """Who coordinates what. An appointment that was withdrawn as a mistake holds on no day."""

    def current(self, on: date) -> Self:
        """Keep those that hold on the day `on`, of members: who left coordinates nothing more, though the day lasts."""
        return super().current(on).counting().filter(member__standing=Standing.MEMBER)

    def told_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep those about which `user` gets mails: members and administrators may hear of all, others of their own."""
        if is_cop(user) or is_administrator(user):
            return self.all()
        me = member_of(user)
        return self.none() if me is None else self.filter(member=me)

    def outlasting(self, on: date) -> Self:
        """Keep those that hold on some day after `on`, also those that have not begun."""
        return super().outlasting(on).counting()

    def deciders(self) -> Self:
        """Keep those of members with an open account: who may decide while an appointment holds."""
        return self.filter(member__user__is_active=True, member__standing=Standing.MEMBER)

    def counting(self) -> Self:
        """Leave out those that were withdrawn as a mistake."""
        return self.filter(withdrawn_at=None)

    def present(self, on: date) -> Self:
        """Keep those that hold on `on` and whose holder is not absent that day."""
        return self.current(on).filter(Q(absent_until__isnull=True) | Q(absent_until__lt=on))

    def groups_of(self, member_id: int, on: date) -> list[int | None]:
        """Return the working groups that a person coordinates on the day `on`; None among them is the whole mission."""
        with connections[self.db].cursor() as cursor:
            cursor.execute(_COORDINATED, [Standing.MEMBER.value, member_id, str(on), str(on)])
            return [row[0] for row in cursor.fetchall()]

    def for_page(self, on: date) -> Self:
        """Load the persons with where they work on the day `on`."""
        current = rows_of("Affiliation").current(on).select_related("organisation").order_by("-is_main", "pk")
        shown = Prefetch("member__affiliations", queryset=current, to_attr="current_affiliations")
        return self.select_related("member__user").prefetch_related(shown).order_by("from_on", "pk")

    def of_group(self, working_group: WorkingGroup) -> Self:
        """Keep the coordinators of one group, not those of the whole mission."""
        return self.filter(working_group=working_group)

    def of_mission(self) -> Self:
        """Keep the coordinators of the whole mission."""
        return self.filter(working_group=None)

    def for_member(self, member: Member) -> Self:
        """Keep the appointments of one person."""
        return self.filter(member=member)
