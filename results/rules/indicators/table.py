"""Which rule makes which figure: by code and version, with its text, its unit and what the registry does not record.

A rule is never changed once a figure was reported by it: another reading becomes the next version, and an
administrator says in the indicator which one applies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from results.facts import CooperationFacts, MeetingFacts, PilotFacts, SolutionFacts, UptakeFacts
from results.rules.indicators import meetings, organisations, solutions, uptakes
from results.rules.indicators.shape import Figure, Key, Line, Terms, following, settled

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
        """Who cooperates or cooperated in which cluster."""

    @property
    def present_cooperation(self) -> Iterable[CooperationFacts]:
        """Who takes part today, as version 1 asked."""

    @property
    def pilots(self) -> Iterable[PilotFacts]:
        """Stages of kind pilot."""

    @property
    def present_pilots(self) -> Iterable[PilotFacts]:
        """The same with the organisations that take part today alone, as version 1 asked."""


Judge = Callable[[Facts, Terms], list[Line]]


@dataclass(frozen=True)
class Rule:
    """One indicator. `judges` are its versions; `text` is the newest in words, `earlier` are those before it.

    The words of its version are printed with each reported figure. `owners_of` names the indicator whose contributions
    say who owns a record here too: one that this indicator must never exceed, of any project. `has_reached`: who has no
    partnership is shown as reached. `reads_types`: an administrator may say which types of solution do not count.
    `missing` says which facts the registry does not keep.
    """

    code: str
    unit: Words
    text: Words
    judges: Mapping[int, Judge]
    owners_of: str = ""
    has_reached: bool = False
    reads_types: bool = False
    missing: Words = ""
    earlier: Mapping[int, Words] = field(default_factory=dict)

    @property
    def versions(self) -> list[int]:
        """The versions that an administrator may choose."""
        return sorted(self.judges)

    def words(self, version: int) -> Words:
        """Return what a version says."""
        return self.earlier.get(version, self.text)

    def figure(
        self,
        facts: Facts,
        terms: Terms,
        taken: Mapping[Key, int],
        *,
        version: int,
        leader: int | None = None,
        counts_only: bool = False,
    ) -> Figure:
        """Return the figure of all projects by one version; `taken` are the contributions recorded so far.

        Args:
            leader: the version of the indicator that this one must never exceed; the same as its own by default.
            counts_only: leave out the lines that make none of its numbers.

        Raises:
            KeyError: the rule has no such version.
        """
        lines = self.judges[version](facts, terms)
        if self.owners_of:
            first = RULES[self.owners_of].figure(
                facts, Terms(terms.on), taken, version=leader or version, counts_only=counts_only
            )
            lines, taken = following(lines, first), first.owners
        return settled(lines, taken, counts_only=counts_only)


RULES: Final[dict[str, Rule]] = {
    rule.code: rule
    for rule in (
        Rule(
            "RCO116",
            _("solutions"),
            _(
                "Published solutions developed by at least 2 partners of at least 2 countries and tested in real "
                "conditions. Partners are the lead and project partners of the project whose result it is. It is "
                "tested when the catalogue says where, and its maturity is beyond an idea. Its website, a link or a "
                "file that everybody may fetch documents it."
            ),
            {
                1: lambda facts, terms: solutions.jointly_developed(solutions.by_website(facts.solutions), terms),
                2: lambda facts, terms: solutions.jointly_developed(facts.solutions, terms),
            },
            reads_types=True,
            missing=_("Which partners developed a solution: the registry knows the partners of its project."),
            earlier={
                1: _(
                    "Published solutions developed by at least 2 partners of at least 2 countries and tested in real "
                    "conditions. Partners are the lead and project partners of the project whose result it is. It is "
                    "tested when the catalogue says where, and its maturity is beyond an idea. The address at which it "
                    "is described documents it."
                )
            },
        ),
        Rule(
            "RCO87",
            _("organisations"),
            _(
                "Organisations that take or took part in a cluster with organisations of at least 2 countries, and "
                "were then in the partnership of the owning project, associated partners included; each once, those "
                "that have left too. Who was a partner up to the completion of the project stays one. Other "
                "participants are reached. Presence at a meeting of which files or minutes are kept documents it."
            ),
            {
                1: lambda facts, terms: organisations.cooperating(facts.present_cooperation, terms),
                2: lambda facts, terms: organisations.cooperating(facts.cooperation, terms),
            },
            has_reached=True,
            earlier={
                1: _(
                    "Organisations with a partnership in the owning project, associated partners included, that take "
                    "part in a cluster with organisations of at least 2 countries; each once. Other participants are "
                    "reached. Presence at a meeting of which files or minutes are kept documents it."
                )
            },
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
                "countries. Its website, a link or a file that everybody may fetch documents it."
            ),
            {
                1: lambda facts, terms: solutions.strategies_developed(solutions.by_website(facts.solutions), terms),
                2: lambda facts, terms: solutions.strategies_developed(facts.solutions, terms),
            },
            missing=_("Which partners developed a strategy: the registry knows the partners of its project."),
            earlier={
                1: _(
                    "Published solutions of type “policy or standard” developed by at least 2 partners of at least 2 "
                    "countries. The address at which it is read documents it."
                )
            },
        ),
        Rule(
            "RCO84",
            _("pilot actions"),
            _(
                "Stages of kind pilot that are done, in clusters in which at least 2 organisations of at least 2 "
                "countries take or took part. A file or an address of the deliverable documents it."
            ),
            {
                1: lambda facts, terms: meetings.pilots_implemented(facts.present_pilots, terms),
                2: lambda facts, terms: meetings.pilots_implemented(facts.pilots, terms),
            },
            earlier={
                1: _(
                    "Stages of kind pilot that are done, in clusters in which at least 2 organisations of at least 2 "
                    "countries take part. A file or an address of the deliverable documents it."
                )
            },
        ),
        Rule(
            "RCR79",
            _("strategies and action plans"),
            _(
                "Those of RCO83, never more, with at least one documented uptake in use, through a cluster that was "
                "not discontinued, during the owning project or within one year after its completion: the same "
                "calendar day of the next year, inclusive."
            ),
            {
                1: lambda facts, terms: solutions.strategies_taken_up(
                    solutions.by_website(facts.solutions), facts.uptakes, terms
                ),
                2: lambda facts, terms: solutions.strategies_taken_up(facts.solutions, facts.uptakes, terms),
            },
            owners_of="RCO83",
        ),
        Rule(
            "RCR84",
            _("organisations"),
            _(
                "Organisations of RCO87 that cooperated in a cluster of the project on a day after its completion. "
                "Presence at a meeting after the completion, of which files or minutes are kept, documents it."
            ),
            {
                1: lambda facts, terms: organisations.cooperating_after(facts.present_cooperation, terms),
                2: lambda facts, terms: organisations.cooperating_after(facts.cooperation, terms),
            },
            owners_of="RCO87",
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
            reads_types=True,
        ),
    )
}


def figure_of(
    indicator: Any,
    facts: Facts,
    owners: Mapping[str, Mapping[Key, int]],
    on: date,
    *,
    versions: Callable[[], Mapping[str, int]] = dict,
    counts_only: bool = False,
) -> Figure:
    """Return the figure of an indicator on a day; `owners` are the contributions by indicator and record.

    One whose rule or version the code does not have has no records. `versions` says by which version each indicator
    goes; it is asked where one must not exceed another. `counts_only` is for who shows no list.
    """
    rule = RULES.get(indicator.code)
    if rule is None or indicator.rule_version not in rule.judges:
        return Figure()
    terms = Terms(on, frozenset(indicator.left_out_types if rule.reads_types else ()))
    taken = owners.get(rule.owners_of or rule.code, {})
    leader = versions().get(rule.owners_of) if rule.owners_of else None
    known = leader if rule.owners_of and leader in RULES[rule.owners_of].judges else None
    return rule.figure(facts, terms, taken, version=indicator.rule_version, leader=known, counts_only=counts_only)
