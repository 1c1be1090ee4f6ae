"""The targets of the demonstration: made-up numbers for the whole mission, marked so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _

from clusters.demo.world import World
from results.models import Indicator, Target

#: The cluster with which they are told, the day, and the number of each indicator by its code.
WITH: Final = "flood-regulation"
ON: Final = date(2025, 6, 2)
DUE: Final = date(2029, 9, 30)
WANTED: Final = {"RCR104": 12, "RCO116": 20, "RCO83": 6, "RCR79": 4, "RCO84": 8, "RCO87": 60, "RCO81": 300}


def told(world: World, entry: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield the step that sets the targets."""
    if entry["key"] == WITH:
        yield ON, "targets", partial(_set, world)


def _set(world: World, at: datetime) -> None:
    note = _("Made up for the demonstration.")
    for indicator in Indicator.objects.filter(code__in=WANTED):
        Target.objects.create(indicator=indicator, value=WANTED[indicator.code], due_on=DUE, note=note)
