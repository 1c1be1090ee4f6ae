"""Reads of participations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from clusters.choices import (
    BINDING_PARTICIPATIONS,
    LEADING_ROLES,
    LIVE_PARTICIPATIONS,
    NAMED_PARTICIPATIONS,
    ParticipationStatus,
)

if TYPE_CHECKING:
    from clusters.models import Participation


class ParticipationQuerySet(models.QuerySet["Participation"]):
    """Who takes part."""

    def live(self) -> Self:
        """Keep what is under way: would join, asked, invited or takes part."""
        return self.filter(status__in=sorted(LIVE_PARTICIPATIONS))

    def proposed(self) -> Self:
        """Keep what a proposal names: what is under way, and organisations still wanted."""
        return self.filter(status__in=sorted(NAMED_PARTICIPATIONS))

    def active(self) -> Self:
        """Keep those who take part."""
        return self.filter(status=ParticipationStatus.ACTIVE)

    def took_part(self) -> Self:
        """Keep those who take part, and those who left on a day after the work began."""
        was_there = Q(status__in=sorted(BINDING_PARTICIPATIONS), until_on__gt=F("cluster__started_on"))
        return self.filter(Q(status=ParticipationStatus.ACTIVE) | was_there)

    def leading(self) -> Self:
        """Keep active leads and deputies."""
        return self.active().filter(role__in=sorted(LEADING_ROLES))

    def waiting(self) -> Self:
        """Keep the waiting list, who came first at the top."""
        return self.filter(status=ParticipationStatus.WAITING).order_by("asked_at", "pk")

    def wanted(self) -> Self:
        """Keep organisations without a person yet."""
        return self.filter(status=ParticipationStatus.WANTED)

    def shown(self) -> Self:
        """Keep what a list of participants shows: those who take part and organisations that are wanted."""
        return self.filter(status__in=[ParticipationStatus.ACTIVE, ParticipationStatus.WANTED])
