"""The registry writes down for whom each record counts, so that two reports never count the same."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from results.models import Contribution, Indicator
from results.querysets.indicators import IndicatorFacts
from results.rules.indicators.shape import Figure
from results.rules.indicators.table import RULES, figure_of


@transaction.atomic
def record_contributions(now: datetime) -> int:
    """Record the owning project of every record that counts on the day of `now` and was not recorded; return how many.

    An indicator that must not exceed another one goes by the rows of that one and has none of its own.
    Harmless to run twice, and by two at once: the first row of a record stands.
    """
    on = timezone.localdate(now)
    facts = IndicatorFacts(None, on, counts_only=True)
    owners = Contribution.objects.owners()
    rows: list[Contribution] = []
    for indicator in _to_record():
        known = owners.get(indicator.code, {})
        rows += _new(indicator, figure_of(indicator, facts, owners, on), known, now)
    Contribution.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


def _to_record() -> QuerySet[Indicator]:
    """Return the indicators of which rows are kept: those that are shown, and those that shown ones go by."""
    leaders = {rule.code: rule.owners_of for rule in RULES.values() if rule.owners_of}
    shown = Indicator.objects.shown().filter(code__in=list(leaders)).values_list("code", flat=True)
    wanted = Q(is_shown=True) | Q(code__in=[leaders[code] for code in shown])
    return Indicator.objects.filter(wanted).exclude(code__in=list(leaders))


def _new(indicator: Indicator, figure: Figure, known: dict[tuple[str, int], int], now: datetime) -> list[Contribution]:
    """Return the rows of the counted records that are not known yet."""
    return [
        Contribution(
            indicator=indicator,
            project_id=line.project,
            kind=line.key[0],
            subject_id=line.key[1],
            counts_on=line.on,
            rule_version=indicator.rule_version,
            counted_at=now,
        )
        for line in figure.counted
        if line.project is not None and line.key not in known
    ]
