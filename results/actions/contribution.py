"""The registry writes down for whom each record counts, so that two reports never count the same."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from results.models import Contribution, Indicator
from results.querysets.indicators import IndicatorFacts
from results.rules.indicators.shape import Figure
from results.rules.indicators.table import figure_of


@transaction.atomic
def record_contributions(now: datetime) -> int:
    """Record the owning project of every record that counts on the day of `now` and was not recorded; return how many.

    Harmless to run twice, and by two at once: the first row of a record stands.
    """
    on = timezone.localdate(now)
    facts = IndicatorFacts(None, on, in_use_only=True)
    owners = Contribution.objects.owners()
    rows: list[Contribution] = []
    for indicator in Indicator.objects.shown():
        known = owners.get(indicator.code, {})
        rows += _new(indicator, figure_of(indicator, facts, owners, on), known, now)
    Contribution.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


def _new(indicator: Indicator, figure: Figure, known: dict[tuple[str, int], int], now: datetime) -> list[Contribution]:
    """Return the rows of the counted records that are not known yet."""
    return [
        Contribution(
            indicator=indicator,
            project_id=line.project,
            kind=line.key[0],
            record_id=line.key[1],
            counts_on=line.on,
            rule_version=indicator.rule_version,
            counted_at=now,
        )
        for line in figure.counted
        if line.project is not None and line.key not in known
    ]
