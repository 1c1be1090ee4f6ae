"""Reads of amendments: nothing of one is seen by the group before it is accepted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from clusters.choices import ACCEPTED_AMENDMENTS, ACTIVE_STATES, OPEN_AMENDMENTS, AmendmentKind, AmendmentState
from clusters.querysets.cluster import able_coordinators
from clusters.visibility import viewer

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from clusters.models import Amendment
    from community.models import User


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    """Proposed changes to what was approved."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may read of visible clusters: what is accepted, and in full what they have a say in."""
        on = timezone.localdate()
        who = viewer(user, on)
        rows = self.filter(cluster__in=apps.get_model("clusters", "Cluster").objects.visible_to(user))
        if who.is_mission or who.is_administrator:
            return rows
        seen = Q(state__in=sorted(ACCEPTED_AMENDMENTS))
        if who.member_id is None:
            return rows.filter(seen)
        leading = apps.get_model("clusters", "Participation").objects.leading().filter(member=who.member_id)
        seen |= Q(suggested_by=who.member_id) | Q(put_forward_by=who.member_id) | Q(new_lead=who.member_id)
        seen |= Q(cluster__lead=who.member_id) | Q(cluster__acting_lead=who.member_id)
        seen |= Q(cluster__in=leading.values("cluster"))
        if who.group_ids:
            seen |= Q(cluster__working_group__in=who.group_ids)
            further = self.model._default_manager.filter(cluster__further_working_groups__in=who.group_ids)
            orphaned = self.model._default_manager.all().put_forward().for_stand_ins(on)
            seen |= Q(pk__in=further.filter(put_forward_by__isnull=False).values("pk"))
            seen |= Q(pk__in=orphaned.values("pk"))
        return rows.filter(seen)

    def accepted(self) -> Self:
        """Keep what stands in the cluster, in whole or in part: the only ones that everybody reads."""
        return self.filter(state__in=sorted(ACCEPTED_AMENDMENTS))

    def numbered(self, number: int) -> Amendment | None:
        """Return the one of that number, among those of one cluster."""
        return self.filter(number=number).first()

    def open(self) -> Self:
        """Keep those that wait for somebody, of clusters that are under way."""
        return self.filter(state__in=sorted(OPEN_AMENDMENTS), cluster__state__in=sorted(ACTIVE_STATES))

    def suggested(self) -> Self:
        """Keep those that wait for the lead's side to put them forward."""
        return self.open().filter(state=AmendmentState.SUGGESTED)

    def put_forward(self) -> Self:
        """Keep those that wait for a decision, or for the new lead's word before it."""
        return self.open().filter(state=AmendmentState.PROPOSED)

    def ready(self) -> Self:
        """Keep those put forward on which nobody else has to say a word before the decision."""
        return self.put_forward().exclude(kind=AmendmentKind.LEAD, new_lead_accepted_at__isnull=True)

    def without_party(self, member_id: int) -> Self:
        """Leave out those that are the person's own, and those of clusters in which the person is a party."""
        mine = Q(suggested_by=member_id)
        for column in ("put_forward_by", "new_lead"):
            mine |= Q(**{column: member_id, f"{column}__isnull": False})
        clusters = apps.get_model("clusters", "Cluster").objects.without_party(member_id)
        return self.exclude(mine).filter(cluster__in=clusters)

    def for_stand_ins(self, on: date) -> Self:
        """Keep those on which no coordinator of the responsible group may decide that day."""
        able = able_coordinators(on, through="cluster__").exclude(member_id=OuterRef("suggested_by_id"))
        for column in ("put_forward_by_id", "new_lead_id"):
            able = able.exclude(member_id=Coalesce(OuterRef(column), 0))
        return self.exclude(Exists(able))

    def for_decision(self, member_id: int, groups: Iterable[int] | None) -> Self:
        """Keep what waits for a coordinator of these groups (None: of the mission), oldest first."""
        rows = self.ready().without_party(member_id)
        rows = rows if groups is None else rows.filter(cluster__working_group__in=list(groups))
        return rows.select_related("cluster__working_group").order_by("state_since", "pk")

    def concerning(self, member_id: int | None, *, further: bool = False) -> Self:
        """Keep those in which a person has a part; `further` adds what was put forward."""
        seen = Q(pk__in=[])
        if member_id is not None:
            seen |= Q(suggested_by=member_id) | Q(put_forward_by=member_id) | Q(new_lead=member_id)
        if further:
            seen |= Q(put_forward_by__isnull=False)
        return self.filter(seen)
