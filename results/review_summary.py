"""What of a cluster's peer reviews stands in its snapshot: those that were published and not withdrawn."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from clusters.contributions import Results, none_of
from clusters.models import Cluster
from clusters.snapshot_shape import OrganisationLine, ReviewLine
from results.choices import RecommendationAnswer, ReviewState
from results.models import PeerReview
from results.review_sentences import RESULT_VERBS

# Six columns, as `clusters.summary` compares them. Both databases read it alike.
_NAMED: Final = """
SELECT 'review', v.id, s.title || p.acronym, o.name || o.country, '', ''
    FROM results_peerreviewer v JOIN results_peerreview r ON r.id = v.review_id
    JOIN community_solution s ON s.id = r.solution_id JOIN community_project p ON p.id = s.project_id
    JOIN community_organisation o ON o.id = v.organisation_id
    WHERE r.cluster_id = %s AND r.state IN ('published', 'answered')
"""


def review_lines(cluster: Cluster) -> list[ReviewLine]:
    """Return the standing reviews of a cluster as its snapshot holds them, oldest first; five queries."""
    rows = PeerReview.objects.of_cluster(cluster).standing().for_page()
    return [line_of(row) for row in rows.order_by("published_at", "pk")]


def line_of(review: PeerReview) -> ReviewLine:
    """Return one review as plain values; no person stands in it."""
    places: list[OrganisationLine] = [
        {"name": row.organisation.name, "country": row.organisation.country} for row in review.reviewers.all()
    ]
    answers = [row.answer for row in review.recommendations.all()]
    return {
        "solution": review.solution.title,
        "project": review.solution.project.acronym,
        "version": review.solution_version,
        "verdict": review.verdict,
        "on": timezone.localdate(review.published_at).isoformat() if review.published_at else None,
        "organisations": [place for number, place in enumerate(places) if place not in places[:number]],
        "recommendations": len(answers),
        "accepted": sum(answer in (RecommendationAnswer.ACCEPTED, RecommendationAnswer.PARTLY) for answer in answers),
        "answered": review.state == ReviewState.ANSWERED,
    }


def _speaks_for_itself(cluster: Cluster) -> bool:
    """Return False: the outcome that stands beside each review denies “no outcome” already."""
    return False


REVIEWS = Results(RESULT_VERBS, none_of, _NAMED, _speaks_for_itself, review_lines)
