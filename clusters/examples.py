"""Examples to start a proposal from; text left as it is in the example is refused at the submit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from clusters.choices import Focus, Level, OutcomeKind, StageKind
from community.folding import fold_key

Words = str | Promise


@dataclass(frozen=True)
class ExampleStage:
    """A step of an example's roadmap: begins so many days after the start and lasts so many.

    Its title is plain enough to stay ("Kick-off call"), so it is not refused.
    """

    title: Words
    kind: StageKind
    begins: int
    lasts: int
    deliverable: Words = ""


@dataclass(frozen=True)
class Example:
    """A proposal that shows what a good one says; its texts are marked so that nobody submits them."""

    code: str
    label: Words
    title: Words
    question: Words
    need_text: Words
    objectives: tuple[tuple[Words, Words], ...]
    out_of_scope: Words
    adoption_plan: Words
    outcomes: tuple[tuple[OutcomeKind, Words], ...]
    stages: tuple[ExampleStage, ...]
    days: int
    focus: Focus
    levels: tuple[Level, ...]

    def texts(self) -> Iterator[Words]:
        """Yield what the proposer has to replace."""
        yield from (self.title, self.question, self.need_text, self.out_of_scope, self.adoption_plan)
        for text, criterion in self.objectives:
            yield from (text, criterion)


EXAMPLES: tuple[Example, ...] = (
    Example(
        code="one_day",
        label=_("One day"),
        title=_("One day on who may stop the anchors"),
        question=_("Which rule lets a marine park stop anchoring on seagrass within one season?"),
        need_text=_("Three parks lost meadow to anchors last summer and found no rule that works at once."),
        objectives=(
            (
                _("Compare the rules of four parks and choose the one that needs no new law."),
                _("One page that four park directors have read and would sign."),
            ),
        ),
        out_of_scope=_("Moorings and their costs: another cluster looks at them."),
        adoption_plan=_("Two parks write the rule into the order of next season."),
        outcomes=((OutcomeKind.ANSWER, _("one page")), (OutcomeKind.NETWORKING, "")),
        stages=(ExampleStage(_("Workshop"), StageKind.MEETING, 0, 1, _("One page with the rule")),),
        days=1,
        focus=Focus.THEMATIC,
        levels=(Level.LOCAL, Level.NATIONAL),
    ),
    Example(
        code="season",
        label=_("Half a year"),
        title=_("A flood plan that counts the wetland"),
        question=_("How does a flood plan count a coastal wetland as storage, so that restoring it is paid for?"),
        need_text=_("Planners have a form for dams and basins, and none for a marsh that holds water too."),
        objectives=(
            (
                _("Fit the method of one project to the form of two regional plans."),
                _("Two annexes that the planning offices have read and found usable."),
            ),
            (
                _("Say what a hectare of marsh holds back, with a figure that a planner may use."),
                _("One figure with its range, checked by two hydrologists."),
            ),
        ),
        out_of_scope=_("Inland marshes and what they do for water quality."),
        adoption_plan=_("One region uses the annex in its next plan and says so in writing."),
        outcomes=(
            (OutcomeKind.TRANSFERENCE, _("the method passes to two regions")),
            (OutcomeKind.ADOPTION, _("one flood plan")),
        ),
        stages=(
            ExampleStage(_("Kick-off call"), StageKind.MEETING, 0, 1),
            ExampleStage(_("Compare the forms of the plans"), StageKind.WORK, 1, 60, _("Table of what is asked")),
            ExampleStage(_("Try it on one place"), StageKind.PILOT, 61, 75, _("Annex to the plan")),
            ExampleStage(_("Factsheet and report to the community"), StageKind.REPORT, 150, 30, _("Factsheet")),
        ),
        days=180,
        focus=Focus.BOTH,
        levels=(Level.REGIONAL, Level.INTERNATIONAL),
    ),
    Example(
        code="long",
        label=_("A year and a half"),
        title=_("Forest work that pays before the fire"),
        question=_("Which contracts keep a forest owner thinning when wood prices are low?"),
        need_text=_("Owners stop thinning when prices fall, and the next dry summer burns what was left."),
        objectives=(
            (
                _("Try two contracts with ten owners each and write what broke."),
                _("Twenty owners have signed, and the cost a hectare is known."),
            ),
        ),
        out_of_scope=_("Forests that a state owns."),
        adoption_plan=_("A forest agency offers the better contract to all its owners."),
        outcomes=(
            (OutcomeKind.ADOPTION, _("one agency")),
            (OutcomeKind.PEER_REVISION, _("of the contracts")),
            (OutcomeKind.POLICY_EVIDENCE, ""),
        ),
        stages=(
            ExampleStage(_("Kick-off meeting"), StageKind.MEETING, 0, 2),
            ExampleStage(_("Write the two contracts"), StageKind.WORK, 2, 90, _("Two contracts")),
            ExampleStage(_("Season with the owners"), StageKind.PILOT, 92, 330, _("Notes of every month")),
            ExampleStage(_("Visit of the peers"), StageKind.VISIT, 430, 3, _("What the peers would change")),
            ExampleStage(_("Factsheet and report to the community"), StageKind.REPORT, 500, 40, _("Factsheet")),
        ),
        days=540,
        focus=Focus.TERRITORIAL,
        levels=(Level.LOCAL, Level.REGIONAL),
    ),
)


def find_example(code: str) -> Example | None:
    """Return the example of that code, or None."""
    return next((example for example in EXAMPLES if example.code == code), None)


def as_example(text: Words) -> str:
    """Return an example's text as it goes into a draft: with the word that says what it is."""
    return _gettext("Example: %(text)s") % {"text": text}


def is_example_text(text: str) -> bool:
    """Tell whether `text` is one of the examples, whatever its case and spacing, with the word "Example" or without.

    In the source language and the language of the page.
    """
    return bool(text.strip()) and fold_key(text) in _example_keys()


def _example_keys() -> frozenset[str]:
    """Return the folded example texts."""
    return _keys_in("en") | _keys_in(get_language() or "en")


@lru_cache(maxsize=32)
def _keys_in(language: str) -> frozenset[str]:
    with override(language):
        words = [text for example in EXAMPLES for text in example.texts()]
        return frozenset(fold_key(shown) for text in words for shown in (str(text), as_example(text)))
