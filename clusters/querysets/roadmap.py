"""Reads of stages."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from clusters.choices import OPEN_STAGES, ParticipationStatus

if TYPE_CHECKING:
    from clusters.models import Stage


class StageQuerySet(models.QuerySet["Stage"]):
    """Stages of roadmaps."""

    def open(self) -> Self:
        """Keep what is neither done nor dropped."""
        return self.filter(status__in=sorted(OPEN_STAGES))

    def open_of(self, member_id: int | None) -> Self:
        """Keep open stages for which a person is responsible."""
        return self.open().filter(responsible=member_id, responsible__isnull=False)

    def unassigned(self) -> Self:
        """Keep stages that nobody is responsible for."""
        return self.filter(responsible__isnull=True)

    def of_others_than(self, member_id: int) -> Self:
        """Keep stages for which somebody else is responsible."""
        return self.filter(responsible__isnull=False).exclude(responsible=member_id)

    def late(self, on: date) -> Self:
        """Keep open stages whose planned end lies before `on`."""
        return self.open().filter(planned_end_on__lt=on)

    def late_or_orphan(self, on: date) -> Self:
        """Keep open stages that are late, or whose responsible takes part no more; each says so as `is_orphan`."""
        there = apps.get_model("clusters", "Participation").objects.filter(
            cluster=OuterRef("cluster"), member=OuterRef("responsible"), status=ParticipationStatus.ACTIVE
        )
        is_orphan = Q(responsible__isnull=False) & ~Q(responsible=F("cluster__lead")) & ~Exists(there)
        rows = self.open().annotate(
            is_orphan=models.Case(models.When(is_orphan, then=True), default=False, output_field=models.BooleanField())
        )
        return rows.filter(Q(planned_end_on__lt=on) | Q(is_orphan=True))
