"""What becomes of the rows of `results` that collide when two members or two organisations are merged."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from community.contributions import MergeRule
from results.models import Contribution


def _same(row: Contribution, kept: int) -> Contribution | None:
    """Return what is written down of the entry that stays, for the same indicator."""
    return Contribution.objects.filter(indicator=row.indicator_id, kind=row.kind, subject_id=kept).first()


def _first(row: Contribution) -> int:
    """Rank what was counted earlier above: a figure that was reported first stands."""
    return -int(row.counted_at.timestamp() * 1_000_000)


RULES: Final[dict[str, MergeRule]] = {
    "results.PolicyStatement_writers.member": MergeRule(
        "drop", _("Both write the same statement: one is enough."), _("writes a policy statement")
    ),
    "results.PeerReviewer.member": MergeRule(grants=_("reviews a solution")),
    "results.Contribution.subject": MergeRule(
        "drop",
        _("Both count for the same indicator: the project for which one was counted first keeps it."),
        rival=_same,
        rank=_first,
    ),
    "results.Uptake.organisation": MergeRule(
        "block", _("Both have taken up the same solution in the same cluster. Stop one of the two uptakes first.")
    ),
}
