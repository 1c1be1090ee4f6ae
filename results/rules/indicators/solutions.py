"""Solutions, strategies and action plans that partners of several countries developed: RCO116, RCO83 and RCR79."""

from __future__ import annotations

from collections.abc import Iterable

from results.facts import SolutionFacts, UptakeFacts
from results.rules.indicators.shape import Line, Reason, Terms
from results.rules.indicators.uptakes import why_not_taken_up

#: Codes of maturity (vocabulary) at which a solution has not been tried yet.
UNTESTED = frozenset({"idea"})
#: The code of the type (vocabulary) that strategies and action plans have.
STRATEGY = "policy"


def _is_joint(solution: SolutionFacts) -> bool:
    return solution.partners >= 2 and len(solution.countries) >= 2


def by_website(solutions: Iterable[SolutionFacts]) -> list[SolutionFacts]:
    """Return solutions as version 1 of RCO116, RCO83 and RCR79 read them: the field *Website* alone documents one."""
    return [row._replace(has_document=row.has_website) for row in solutions]


def jointly_developed(solutions: Iterable[SolutionFacts], terms: Terms) -> list[Line]:
    """RCO116, version 2: jointly developed solutions.

    "At least 2 partners of at least 2 countries, tested in real conditions." Source: common output indicator RCO116 of
    Regulation (EU) 2021/1059, annex I. Partners are the lead and project partners of the project whose result it is;
    it is tested when the catalogue says where, and its maturity is beyond an idea. An address at which it is
    described, be it website or link, or a file that everybody may fetch documents it; version 1 took the website alone.
    """
    found = []
    for solution in solutions:
        is_tested = solution.has_place and solution.maturity not in UNTESTED
        reason = None
        if solution.type in terms.left_out_types:
            reason = Reason.TYPE
        elif not _is_joint(solution):
            reason = Reason.ONE_COUNTRY if solution.partners >= 2 else Reason.NOT_JOINT
        elif not is_tested:
            reason = Reason.NOT_TESTED
        elif not solution.has_document:
            reason = Reason.NO_EVIDENCE
        found.append(_line(solution, reason))
    return found


def strategies_developed(solutions: Iterable[SolutionFacts], terms: Terms) -> list[Line]:
    """RCO83, version 2: strategies and action plans jointly developed.

    "Strategies and action plans jointly developed" by at least 2 partners of at least 2 countries. Source: common
    output indicator RCO83 of Regulation (EU) 2021/1059, annex I. They are the solutions of type "policy or standard";
    an address at which one is read, be it website or link, or a file that everybody may fetch documents it; version 1
    took the website alone. Other solutions are no strategies and stand in no list here.
    """
    found = []
    for solution in solutions:
        if solution.type != STRATEGY:
            continue
        reason = None if solution.has_document else Reason.NO_EVIDENCE
        if not _is_joint(solution):
            reason = Reason.ONE_COUNTRY if solution.partners >= 2 else Reason.NOT_JOINT
        found.append(_line(solution, reason))
    return found


def strategies_taken_up(solutions: Iterable[SolutionFacts], uptakes: Iterable[UptakeFacts], terms: Terms) -> list[Line]:
    """RCR79, version 2: joint strategies and action plans taken up by organisations.

    "At most as many as RCO83": only a strategy that RCO83 counts can be counted, when at least one uptake of it is
    documented and in use, through a cluster that was not discontinued, during the owning project or within one year
    after its completion, as for RCR104. One that RCO83 has as declared is declared here too; each version goes with
    the same one of RCO83. Source: common result indicator RCR79 of Regulation (EU) 2021/1059, annex I.
    """
    developed = {line.key[1]: line for line in strategies_developed(solutions, terms)}
    found = []
    for uptake in uptakes:
        strategy = developed.get(uptake.solution)
        if strategy is None:
            continue
        reason = why_not_taken_up(uptake, terms.on)
        is_possible = strategy.is_counted or strategy.is_declared
        if reason is None or (uptake.is_disclosed and not is_possible):
            reason = strategy.reason
        shown = strategy._replace(record=("uptake", uptake.pk), detail=uptake.organisation, cluster=uptake.cluster)
        found.append(shown._replace(on=uptake.in_use_on, reason=reason))
    return found


def _line(solution: SolutionFacts, reason: Reason | None) -> Line:
    return Line(
        key=("solution", solution.pk),
        record=("solution", solution.pk),
        title=solution.title,
        project=solution.project,
        on=solution.published_on,
        reason=reason,
    )
