"""What becomes of the rows of `results` that collide when two members or two organisations are merged."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from community.contributions import MergeRule

RULES: Final[dict[str, MergeRule]] = {
    "results.PolicyStatement_writers.member": MergeRule(
        "drop", _("Both write the same statement: one is enough."), _("writes a policy statement")
    ),
    "results.PeerReviewer.member": MergeRule(grants=_("reviews a solution")),
    "results.Uptake.organisation": MergeRule(
        "block", _("Both have taken up the same solution in the same cluster. Stop one of the two uptakes first.")
    ),
}
