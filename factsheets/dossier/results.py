"""`uptakes/` and `reviews/`: who took a solution up and confirmed it, and what peers said of solutions."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy

from factsheets.dossier.archive import Archive
from factsheets.dossier.parts import Part, dossier_parts
from factsheets.dossier.reader import Reader
from results.choices import ANSWERED
from results.models import PeerReview, PeerReviewer, UptakeConfirmation

_UPTAKES: Final = (
    *("uptake", "solution", "project", "organisation", "country", "territory", "step", "kind", "adaptation"),
    *("in_use_on", "stopped_on", "disclosed", "documented", "not_confirmed"),
    *("evidence_address", "declared_at", "statement"),
)
_CONFIRMATIONS: Final = (
    *("uptake", "answer", "asked_at", "answered_at", "statement", "organisation", "function", "person", "said"),
    *("document_address", "document_number", "corrected_kind", "corrected_on", "taken_over"),
)
_REVIEWS: Final = (
    *("review", "solution", "project", "version_read", "state", "verdict", "summary", "reviewers", "persons"),
    *("published_at", "corrected_at", "why_withdrawn", "answer", "answered_for", "answered_at"),
)


def write_uptakes(archive: Archive, reader: Reader) -> list[str]:
    """Add the uptakes, and what the adopting organisations answered; addresses stay in the registry."""
    rows = reader.uptakes
    archive.table(
        "uptakes/uptakes.csv",
        _UPTAKES,
        [
            {
                "uptake": row.pk,
                "solution": row.solution.title,
                "project": row.solution.project.acronym,
                "organisation": row.organisation.name,
                "country": row.organisation.country,
                "territory": row.territory.code or row.territory.name if row.territory else "",
                "step": row.state,
                "kind": row.kind,
                "adaptation": row.adaptation,
                "in_use_on": row.in_use_on,
                "stopped_on": row.stopped_on,
                "disclosed": row.is_disclosed,
                "documented": row.is_documented,
                "not_confirmed": row.is_refused,
                "evidence_address": row.evidence_url,
                "declared_at": row.declared_at,
                "statement": row.statement,
            }
            for row in rows
        ],
    )
    answers = UptakeConfirmation.objects.filter(uptake__in=[row.pk for row in rows], status__in=sorted(ANSWERED))
    archive.table(
        "uptakes/confirmations.csv",
        _CONFIRMATIONS,
        [_confirmation(row, reader) for row in answers.order_by("uptake", "asked_at", "pk")],
    )
    return []


def _confirmation(row: UptakeConfirmation, reader: Reader) -> dict[str, Any]:
    """Return an answer; who gave it consented to nothing, so the name stands in a dossier for auditors only."""
    return {
        "uptake": row.uptake_id,
        "answer": row.status,
        "asked_at": row.asked_at,
        "answered_at": row.answered_at,
        "statement": row.statement,
        "organisation": row.organisation_name,
        "function": row.function,
        "person": row.person_name if reader.names_all else "",
        "said": row.said,
        "document_address": row.document_url,
        "document_number": row.document_number,
        "corrected_kind": row.corrected_kind,
        "corrected_on": row.corrected_on,
        "taken_over": row.is_taken_over,
    }


def write_reviews(archive: Archive, reader: Reader) -> list[str]:
    """Add the published peer reviews with marks and recommendations."""
    rows = reader.reviews
    reviewers = list(PeerReviewer.objects.filter(review__in=rows).select_related("organisation"))
    named = reader.names(row.member_id for row in reviewers)
    archive.table("reviews/reviews.csv", _REVIEWS, [_review(row, reviewers, named) for row in rows])
    archive.table(
        "reviews/criteria.csv",
        ("review", "criterion", "mark", "said"),
        [
            {"review": row.pk, "criterion": one.term.label, "mark": one.mark, "said": one.said}
            for row in rows
            for one in row.criteria.select_related("term").order_by("term__order", "pk")
        ],
    )
    archive.table(
        "reviews/recommendations.csv",
        ("review", "number", "recommendation", "answer", "what_the_owner_says"),
        [
            {
                "review": row.pk,
                "number": one.position,
                "recommendation": one.text,
                "answer": one.answer,
                "what_the_owner_says": one.answer_note,
            }
            for row in rows
            for one in row.recommendations.order_by("position", "pk")
        ],
    )
    return []


def _review(row: PeerReview, reviewers: list[Any], named: dict[int, str]) -> dict[str, Any]:
    mine = [one for one in reviewers if one.review_id == row.pk]
    return {
        "review": row.pk,
        "solution": row.solution.title,
        "project": row.solution.project.acronym,
        "version_read": row.solution_version,
        "state": row.state,
        "verdict": row.verdict,
        "summary": row.summary,
        "reviewers": sorted({one.organisation.name for one in mine}),
        "persons": sorted(named[one.member_id] for one in mine if one.member_id in named),
        "published_at": row.published_at,
        "corrected_at": row.corrected_at,
        "why_withdrawn": row.withdrawn_why,
        "answer": row.answer,
        "answered_for": row.answered_for.name if row.answered_for else "",
        "answered_at": row.answered_at,
    }


dossier_parts.register(
    "uptakes",
    Part(
        "uptakes/",
        gettext_lazy(
            "Which organisation took up which solution, how far that has come, and what the organisation itself "
            "answered when it was asked (confirmations.csv). Documented means that it confirmed the present statement "
            "with a document; statement counts the changes of substance."
        ),
        write_uptakes,
        order=90,
    ),
)
dossier_parts.register(
    "reviews",
    Part(
        "reviews/",
        gettext_lazy(
            "What peers of this cluster published about solutions, criterion by criterion, what they recommend, and "
            "the answer of the owner."
        ),
        write_reviews,
        order=100,
    ),
)
