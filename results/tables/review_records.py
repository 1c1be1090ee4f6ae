"""What of a person stands in peer reviews: reviewed, begun, answered for the owner."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.contributions import PersonalRecords
from community.models import Member
from results.choices import ReviewState
from results.models import PeerReview, PeerReviewer


def _reviewed(member: Member) -> QuerySet[PeerReviewer]:
    return PeerReviewer.objects.filter(member=member).select_related("review__solution", "organisation").order_by("pk")


def _export_reviewed(row: PeerReviewer) -> dict[str, Any]:
    return {"review": row.review_id, "solution": row.review.solution.title, "for": row.organisation.name}


def _erase_reviewed(member: Member) -> int:
    """Take an erased person out of drafts; what was published names their organisation alone."""
    return int(_reviewed(member).filter(review__state=ReviewState.DRAFT).delete()[0])


REVIEWED = PersonalRecords(_("Peer reviews in which you reviewed"), _reviewed, _export_reviewed, erase=_erase_reviewed)


def _begun(member: Member) -> QuerySet[PeerReview]:
    return PeerReview.objects.filter(begun_by=member).order_by("pk")


def _export_begun(row: PeerReview) -> dict[str, Any]:
    return {"review": row.pk, "state": row.state, "summary": row.summary, "at": row.created_at}


BEGUN = PersonalRecords(_("Peer reviews that you began"), _begun, _export_begun)


def _answered(member: Member) -> QuerySet[PeerReview]:
    return PeerReview.objects.filter(answered_by=member).order_by("pk")


def _export_answered(row: PeerReview) -> dict[str, Any]:
    return {"review": row.pk, "answer": row.answer, "at": row.answered_at}


OWN_ANSWERS = PersonalRecords(_("Peer reviews that you answered for the owner"), _answered, _export_answered)
