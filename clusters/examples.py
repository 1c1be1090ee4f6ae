"""Examples to start a proposal from; text left as it is in the example is refused at the submit."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from community.folding import fold_key

Words = str | Promise


@dataclass(frozen=True)
class Example:
    """A proposal that shows what a good one says; marked so that nobody submits it."""

    code: str
    title: Words
    question: Words
    need_text: Words
    objective: Words
    criterion: Words
    adoption_plan: Words
    days: int


EXAMPLES: tuple[Example, ...] = (
    Example(
        "one_day",
        _("Example: one day on who may stop the anchors"),
        _("Example: Which rule lets a marine park stop anchoring on seagrass within one season?"),
        _("Example: Three parks lost meadow to anchors last summer and found no rule that works at once."),
        _("Example: Compare the rules of four parks and choose the one that needs no new law."),
        _("Example: One page that four park directors have read and would sign."),
        _("Example: Two parks write the rule into the order of next season."),
        1,
    ),
    Example(
        "season",
        _("Example: a flood plan that counts the wetland"),
        _("Example: How does a flood plan count a coastal wetland as storage, so that restoring it is paid for?"),
        _("Example: Planners have a form for dams and basins, and none for a marsh that holds water too."),
        _("Example: Fit the method of one project to the form of two regional plans."),
        _("Example: Two annexes that the planning offices have read and found usable."),
        _("Example: One region uses the annex in its next plan and says so in writing."),
        180,
    ),
    Example(
        "long",
        _("Example: forest work that pays before the fire"),
        _("Example: Which contracts keep a forest owner thinning when wood prices are low?"),
        _("Example: Owners stop thinning when prices fall, and the next dry summer burns what was left."),
        _("Example: Try two contracts with ten owners each and write what broke."),
        _("Example: Twenty owners have signed, and the cost a hectare is known."),
        _("Example: A forest agency offers the better contract to all its owners."),
        540,
    ),
)


def is_example_text(text: str) -> bool:
    """Tell whether `text` is one of the examples, whatever its case and spacing, in any language."""
    return bool(text.strip()) and fold_key(text) in _example_keys()


def _example_keys() -> frozenset[str]:
    """Return the folded example texts in the source language and the present one."""
    words = [
        text
        for example in EXAMPLES
        for text in (
            example.title,
            example.question,
            example.need_text,
            example.objective,
            example.criterion,
            example.adoption_plan,
        )
    ]
    present = {fold_key(str(text)) for text in words}
    with override("en"):
        return frozenset(present | {fold_key(str(text)) for text in words})
