"""Every column of `results` that refers to a person, and what becomes of it in their data and at their erasure."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from community.contributions import PersonColumn as Column

COLUMNS: Final[dict[str, Column]] = {
    "results.Uptake.declared_by": Column(record="results.declared"),
    "results.UptakeConfirmation.asked_by": Column(record="results.questions"),
    "results.UptakeConfirmation.settled_by": Column(
        _("Answers of adopting organisations that you settled"), "uptake_id status settled_at is_taken_over"
    ),
    "results.PolicyStatement_writers.member": Column(record="results.statements"),
    "results.LineEvidence.added_by": Column(_("Evidence that you put under lines of policy"), "line shows added_at"),
    "results.StatementVersion.adopted_by": Column(
        _("Versions of policy statements that you adopted"), "statement number adopted_at role"
    ),
    "results.PeerReview.begun_by": Column(record="results.reviews_begun"),
    "results.PeerReview.saved_by": Column(_("Drafts of peer reviews that you saved last"), "solution_id saved_at"),
    "results.PeerReview.answered_by": Column(record="results.reviews_answered"),
    "results.PeerReviewer.member": Column(record="results.reviewed"),
}
