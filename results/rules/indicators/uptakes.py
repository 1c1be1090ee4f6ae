"""Solutions taken up: RCR104, and the days in which an uptake belongs to its project."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from community.dates import add_months
from results.choices import UptakeStep
from results.facts import ProjectFacts, UptakeFacts
from results.rules.indicators.shape import Line, Reason, Terms


@lru_cache(maxsize=1000)
def last_day(project: ProjectFacts) -> date | None:
    """Return the last day on which a use counts for a project: the same calendar day of the next year, inclusive.

    A project that is completed on 29 February has no such day in the next year: its last day is 28 February. None
    where the end is not known, which counts as open.
    """
    return None if project.ends_on is None else add_months(project.ends_on, 12)


def outside(project: ProjectFacts, day: date | None) -> Reason | None:
    """Return why a use that began on `day` does not belong to the project; None where it does."""
    if day is None:
        return Reason.NOT_IN_USE
    if project.starts_on is not None and day < project.starts_on:
        return Reason.BEFORE_PROJECT
    last = last_day(project)
    return Reason.AFTER_YEAR if last is not None and day > last else None


def why_not_taken_up(uptake: UptakeFacts, on: date) -> Reason | None:
    """Return why an uptake does not show that its solution is taken up, the document last; None where it does.

    A use that is announced for a day after `on` is not in use yet. What came through a discontinued cluster counts in
    no figure, here as on dashboard and coverage; nor does what the organisation refused to confirm: it is not declared.
    """
    if not uptake.is_disclosed:
        return Reason.NOT_DISCLOSED
    if uptake.state == UptakeStep.STOPPED:
        return Reason.STOPPED
    if uptake.state != UptakeStep.IN_USE or (uptake.in_use_on is not None and uptake.in_use_on > on):
        return Reason.NOT_IN_USE
    if uptake.is_refused:
        return Reason.NOT_CONFIRMED
    if uptake.is_discontinued:
        return Reason.DISCONTINUED
    return outside(uptake.project, uptake.in_use_on) or (None if uptake.is_documented else Reason.NO_DOCUMENT)


def solutions_taken_up(uptakes: Iterable[UptakeFacts], terms: Terms) -> list[Line]:
    """RCR104, version 1: solutions taken up or up-scaled by organisations.

    "Distinct solutions, other than legal or administrative ones, with at least one documented uptake in use, through a
    cluster that was not discontinued, during the owning project or within one year after its completion (the same
    calendar day of the next year, inclusive)."
    Source: common result indicator RCR104 of Regulation (EU) 2021/1059, annex I, as the programme words it. The
    owning project is the one whose result the solution is. The day that counts is the first day of the use; the
    adopting organisation's document may be later.
    """
    return [_line(uptake, _why_not(uptake, terms)) for uptake in uptakes]


def _why_not(uptake: UptakeFacts, terms: Terms) -> Reason | None:
    if uptake.is_disclosed and uptake.type in terms.left_out_types:
        return Reason.TYPE
    return why_not_taken_up(uptake, terms.on)


def _line(uptake: UptakeFacts, reason: Reason | None) -> Line:
    return Line(
        key=("solution", uptake.solution),
        record=("uptake", uptake.pk),
        title=uptake.title,
        project=uptake.project.pk,
        detail=uptake.organisation,
        cluster=uptake.cluster,
        on=uptake.in_use_on,
        reason=reason,
    )
