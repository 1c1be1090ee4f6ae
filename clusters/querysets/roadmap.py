"""Reads of stages."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models

from clusters.choices import OPEN_STAGES

if TYPE_CHECKING:
    from clusters.models import Stage


class StageQuerySet(models.QuerySet["Stage"]):
    """Stages of roadmaps."""

    def open(self) -> Self:
        """Keep what is neither done nor dropped."""
        return self.filter(status__in=sorted(OPEN_STAGES))

    def late(self, on: date) -> Self:
        """Keep open stages whose planned end lies before `on`."""
        return self.open().filter(planned_end_on__lt=on)
