"""Which rule makes which figure: by code and version, with its text, its unit and what the registry does not record.

A rule is never changed once a figure was reported by it: another reading becomes the next version, and an
administrator says in the indicator which one applies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from results.facts import CooperationFacts, MeetingFacts, PilotFacts, SolutionFacts, UptakeFacts
from results.rules.indicators import meetings, organisations, solutions, uptakes
from results.rules.indicators.shape import Figure, Key, Line, Terms, settled

Words = str | Promise


class Facts(Protocol):
    """What rules are judged by: loaded by `results.querysets.indicators`, or written out in a test."""

    @property
    def solutions(self) -> Iterable[SolutionFacts]:
        """Published solutions."""

    @property
    def uptakes(self) -> Iterable[UptakeFacts]:
        """Uptakes that the reader may see."""

    @property
    def meetings(self) -> Iterable[MeetingFacts]:
        """Meetings of public clusters."""

    @property
    def cooperation(self) -> Iterable[CooperationFacts]:
        """Who cooperated in which cluster."""

    @property
    def pilots(self) -> Iterable[PilotFacts]:
        """Stages of kind pilot."""


Judge = Callable[[Facts, Terms], list[Line]]


@dataclass(frozen=True)
class Rule:
    """One indicator. `judges` are its versions; `text` is the newest in words, printed with each reported figure.

    `owners_of` names the indicator whose contributions say who owns a record here too: one that this indicator must
    never exceed. `has_reached`: who has no partnership is shown as
    reached. `missing` says which facts the registry does not keep.
    """

    code: str
    unit: Words
    text: Words
    judges: Mapping[int, Judge]
    owners_of: str = ""
    has_reached: bool = False
    missing: Words = ""

    @property
    def versions(self) -> list[int]:
        """The versions that an administrator may choose."""
        return sorted(self.judges)

    def figure(self, facts: Facts, terms: Terms, taken: Mapping[Key, int], *, version: int) -> Figure:
        """Return the figure of all projects by one version; `taken` are the contributions recorded so far.

        Raises:
            KeyError: the rule has no such version.
        """
        return settled(self.judges[version](facts, terms), taken)


RULES: Final[dict[str, Rule]] = {
    rule.code: rule
    for rule in (
        Rule(
            "RCO116",
            _("solutions"),
            _(
                "Published solutions developed by at least 2 partners of at least 2 countries and tested in real "
                "conditions. Partners are the lead and project partners of the project whose result it is. It is "
                "tested when the catalogue says where, and its maturity is beyond an idea. The address at which it is "
                "described documents it."
            ),
            {1: lambda facts, terms: solutions.jointly_developed(facts.solutions, terms)},
            missing=_("Which partners developed a solution: the registry knows the partners of its project."),
        ),
        Rule(
            "RCO87",
            _("organisations"),
            _(
                "Organisations with a partnership in the owning project, associated partners included, that take part "
                "in a cluster with organisations of at least 2 countries; each once. Other participants are reached. "
                "Presence at a meeting of which files or minutes are kept documents it."
            ),
            {1: lambda facts, terms: organisations.cooperating(facts.cooperation, terms)},
            has_reached=True,
        ),
        Rule(
            "RCO81",
            _("participations"),
            _(
                "Persons present at joint actions of clusters, each time they were, where attendance is recorded and "
                "organisations of at least 2 countries organised it. Files or minutes of the meeting document it."
            ),
            {1: lambda facts, terms: meetings.participations_in_actions(facts.meetings, terms)},
        ),
        Rule(
            "RCO85",
            _("participations"),
            _(
                "Persons present at joint trainings of clusters, each time they were, where attendance is recorded and "
                "organisations of at least 2 countries organised it. Files or minutes of the meeting document it."
            ),
            {1: lambda facts, terms: meetings.participations_in_training(facts.meetings, terms)},
        ),
        Rule(
            "RCO115",
            _("events"),
            _(
                "Public events of clusters, where attendance is recorded and organisations of at least 2 countries "
                "organised it. Files or minutes of the meeting document it."
            ),
            {1: lambda facts, terms: meetings.public_events(facts.meetings, terms)},
        ),
        Rule(
            "RCR81",
            _("completions"),
            _(
                "Persons who completed a joint training that organisations of at least 2 countries organised. Files or "
                "minutes of the meeting document it."
            ),
            {1: lambda facts, terms: meetings.training_completed(facts.meetings, terms)},
        ),
        Rule(
            "RCO83",
            _("strategies and action plans"),
            _(
                "Published solutions of type “policy or standard” developed by at least 2 partners of at least 2 "
                "countries. The address at which it is read documents it."
            ),
            {1: lambda facts, terms: solutions.strategies_developed(facts.solutions, terms)},
            missing=_("Which partners developed a strategy: the registry knows the partners of its project."),
        ),
        Rule(
            "RCO84",
            _("pilot actions"),
            _(
                "Stages of kind pilot that are done, in clusters in which at least 2 organisations of at least 2 "
                "countries take part. A file or an address of the deliverable documents it."
            ),
            {1: lambda facts, terms: meetings.pilots_implemented(facts.pilots, terms)},
        ),
        Rule(
            "RCR79",
            _("strategies and action plans"),
            _(
                "Those of RCO83, never more, with at least one documented uptake in use, through a cluster that was "
                "not discontinued, during the owning project or within one year after its completion: the same "
                "calendar day of the next year, inclusive."
            ),
            {1: lambda facts, terms: solutions.strategies_taken_up(facts.solutions, facts.uptakes, terms)},
            owners_of="RCO83",
        ),
        Rule(
            "RCR84",
            _("organisations"),
            _(
                "Organisations of RCO87 that cooperated in a cluster of the project on a day after its completion. "
                "Presence at a meeting after the completion, of which files or minutes are kept, documents it."
            ),
            {1: lambda facts, terms: organisations.cooperating_after(facts.cooperation, terms)},
            missing=_("Agreements to cooperate after the completion: the registry keeps none."),
        ),
        Rule(
            "RCR104",
            _("solutions"),
            _(
                "Distinct solutions, other than legal or administrative ones, with at least one documented uptake in "
                "use, through a cluster that was not discontinued, during the owning project or within one year after "
                "its completion: the same calendar day of the next year, inclusive. A project completed on 29 February "
                "has until 28 February."
            ),
            {1: lambda facts, terms: uptakes.solutions_taken_up(facts.uptakes, terms)},
        ),
    )
}


def figure_of(indicator: Any, facts: Facts, owners: Mapping[str, Mapping[Key, int]], on: date) -> Figure:
    """Return the figure of an indicator on a day; `owners` are the contributions by indicator and record.

    One whose rule or version the code does not have has no records.
    """
    rule = RULES.get(indicator.code)
    if rule is None or indicator.rule_version not in rule.judges:
        return Figure()
    terms = Terms(on, frozenset(indicator.left_out_types))
    taken = owners.get(rule.owners_of or rule.code, {})
    return rule.figure(facts, terms, taken, version=indicator.rule_version)
