"""Examples to start a proposal from; text left as it is in the example, or nearly, is refused at the submit.

What "nearly" means was measured (difflib, 0 to 1): the 1255 texts of the demonstration, which nobody wrote from an
example, reach 0.85; an example with one sign added, taken or changed lies at 0.93 or above, with one word exchanged
at 0.92 in the middle. So 0.9 parts the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from clusters.choices import Focus, Level, OutcomeKind, StageKind
from community.folding import fold

Words = str | Promise

#: From this likeness on a text counts as the example's (`difflib`: twice the common signs by the signs of both).
LIKENESS = 0.9
#: A text of fewer signs ("Workshop", "one page") is plain enough to be one's own without the word "Example".
SHORTEST = 20
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class ExampleStage:
    """A step of an example's roadmap: begins so many days after the start and lasts so many."""

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
        """Yield every text that the example brings: what the proposer has to replace."""
        yield from (self.title, self.question, self.need_text, self.out_of_scope, self.adoption_plan)
        for text, criterion in self.objectives:
            yield from (text, criterion)
        yield from (note for _kind, note in self.outcomes if note)
        for stage in self.stages:
            yield from (text for text in (stage.title, stage.deliverable) if text)


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
        question=_("What must a planning office see before it counts a salt marsh as flood storage?"),
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
            ExampleStage(_("Factsheet, report"), StageKind.REPORT, 150, 30, _("Factsheet")),
        ),
        days=180,
        focus=Focus.BOTH,
        levels=(Level.REGIONAL, Level.INTERNATIONAL),
    ),
    Example(
        code="long",
        label=_("A year and a half"),
        title=_("Forest work that pays before the fire"),
        question=_("Which clause of a contract makes a small owner clear the undergrowth each spring?"),
        need_text=_("Where thinning costs more than the wood brings, nobody thins, and the fire finds it all."),
        objectives=(
            (
                _("Sign each of two model contracts with ten owners and note after a year where it fails."),
                _("All signatures are there, and what one hectare costs an owner stands in a table."),
            ),
        ),
        out_of_scope=_("Forests that a state owns."),
        adoption_plan=_("The agency of one region puts the contract that held into its own forms."),
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
            ExampleStage(_("Factsheet, report"), StageKind.REPORT, 500, 40, _("Factsheet")),
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
    """Return an example's text as it goes into a draft: with the word that says what it is; nothing stays nothing."""
    return _gettext("Example: %(text)s") % {"text": text} if text else ""


def plain(text: str) -> str:
    """Return `text` as it is compared with the examples: without case, accents, punctuation and runs of blanks."""
    return _MARKS.sub(" ", fold(text)).strip()


def is_example_text(text: str) -> bool:
    """Tell whether `text` is, holds or nearly is one of the examples, in any language of the site.

    Case, blanks, accents and punctuation do not count. Short texts count only with the word "Example" before them.
    """
    key = plain(text)
    languages = sorted({"en", get_language() or "en", *(code for code, _name in settings.LANGUAGES)})
    return bool(key) and _is_known(key, tuple(languages))


@lru_cache(maxsize=4096)
def _is_known(key: str, languages: tuple[str, ...]) -> bool:
    """Compare a folded text with all examples; what is far in length or letters is passed over quickly."""
    known = frozenset().union(*(_keys_in(language) for language in languages))
    if key in known or any(f" {example} " in f" {key} " for example in known):
        return True
    pair = SequenceMatcher(None, "", key, autojunk=False)
    return any(_is_near(pair, example) for example in known)


def _is_near(pair: SequenceMatcher[str], example: str) -> bool:
    """Tell whether the example is like the text that the matcher holds; the cheap bounds are asked first."""
    pair.set_seq1(example)
    return all(ratio() >= LIKENESS for ratio in (pair.real_quick_ratio, pair.quick_ratio, pair.ratio))


@lru_cache(maxsize=32)
def _keys_in(language: str) -> frozenset[str]:
    """Return the folded example texts in one language: as they go into a draft and, unless short, bare."""
    with override(language):
        words = [text for example in EXAMPLES for text in example.texts()]
        bare = {plain(str(text)) for text in words}
        return frozenset(key for key in bare if len(key) >= SHORTEST) | {plain(as_example(text)) for text in words}
