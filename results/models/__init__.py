"""The models of `results`, one noun a module."""

from results.models.confirmation import UptakeConfirmation
from results.models.indicator import Contribution, Indicator, Target
from results.models.policy import (
    AdoptedEvidence,
    AdoptedLine,
    LineEvidence,
    PolicyStatement,
    StatementLine,
    StatementVersion,
)
from results.models.review import PeerReview, PeerReviewCriterion, PeerReviewer, PeerReviewRecommendation
from results.models.uptake import Uptake

__all__ = [
    "AdoptedEvidence",
    "AdoptedLine",
    "Contribution",
    "Indicator",
    "LineEvidence",
    "PeerReview",
    "PeerReviewCriterion",
    "PeerReviewRecommendation",
    "PeerReviewer",
    "PolicyStatement",
    "StatementLine",
    "StatementVersion",
    "Target",
    "Uptake",
    "UptakeConfirmation",
]
