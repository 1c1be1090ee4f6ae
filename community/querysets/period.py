"""Rows that hold from one day to another, both included; an empty end is open."""

from __future__ import annotations

from datetime import date
from typing import Any, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Q

Row = TypeVar("Row", bound=models.Model)


def rows_of(model: str) -> Any:
    """Return all rows of another model of this app, for a sub-query."""
    return apps.get_model("community", model)._default_manager.all()


def holds_on(on: date, prefix: str = "") -> Q:
    """Return the condition that `from_on` to `until_on` covers the day `on`."""
    begun = Q(**{f"{prefix}from_on__isnull": True}) | Q(**{f"{prefix}from_on__lte": on})
    not_over = Q(**{f"{prefix}until_on__isnull": True}) | Q(**{f"{prefix}until_on__gte": on})
    return begun & not_over


class PeriodQuerySet(models.QuerySet[Row]):
    """For models with `from_on` and `until_on`."""

    def current(self, on: date) -> Self:
        """Keep the rows that hold on the day `on`."""
        return self.filter(holds_on(on))

    def ended_before(self, on: date) -> Self:
        """Keep the rows whose last day lies before `on`."""
        return self.filter(until_on__lt=on)

    def outlasting(self, on: date) -> Self:
        """Keep the rows that hold on some day after `on`, also those that have not begun."""
        return self.filter(Q(until_on=None) | Q(until_on__gt=on))

    def overlapping(self, first: date, last: date | None) -> Self:
        """Keep the rows that hold on a day between two, both included; without a last one, on any later day."""
        begun = self if last is None else self.filter(Q(from_on=None) | Q(from_on__lte=last))
        return begun.filter(Q(until_on=None) | Q(until_on__gte=first))

    def chronological(self) -> Self:
        """Order by first day, the unknown ones first."""
        fields: list[Any] = [models.F("from_on").asc(nulls_first=True), "pk"]
        return self.order_by(*fields)
