"""What the verbs of a peer review do beside changing its state: one function a code of its life cycle.

All run inside the transaction of `community.actions.transition`, the cluster's row locked before.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from clusters import search
from clusters.actions.outcome import add_outcome, remove_outcome, update_outcome
from clusters.actions.parts import check_fields, differences
from clusters.choices import OutcomeKind
from clusters.models import Cluster, Outcome
from community.actions.transition import effect, tells
from community.choices import PartnerRole
from community.lifecycle import Attempt
from community.models import Organisation, Partnership
from community.permissions import Refusal
from results.actions.review import FIELDS, KEYS, write_review
from results.choices import EvidenceKind, RecommendationAnswer, ReviewVerdict
from results.models import AdoptedEvidence, LineEvidence, PeerReview
from results.notifications import review as mails
from results.rules.review import lacks


@effect("note_review_publication")
def note_review_publication(attempt: Attempt) -> None:
    """Set the day, and record the outcome under which the cluster counts it, where none was chosen."""
    review: PeerReview = attempt.subject
    attempt.set(published_at=attempt.at)
    if review.outcome_id is None and attempt.by is not None:
        outcome = add_outcome(
            cluster=review.cluster,
            by=attempt.by,
            at=attempt.at,
            kind=OutcomeKind.PEER_REVISION,
            title=_outcome_title(review),
            description=review.summary[:1000],
            reached_on=timezone.localdate(attempt.at),
        )
        attempt.set(outcome=outcome, is_outcome_own=True)
    attempt.facts |= {"verdict": review.verdict, "outcome": review.outcome_id}


def _outcome_title(review: PeerReview) -> str:
    """Return the line of the outcome; a long title of the solution is cut."""
    verdict = str(ReviewVerdict(review.verdict).label)
    words = _("Peer review of “%(title)s”: %(verdict)s")
    whole = words % {"title": review.solution.title, "verdict": verdict}
    if len(whole) <= 200:
        return whole
    return words % {"title": review.solution.title[: 200 - len(whole) - 1] + "…", "verdict": verdict}


@effect("write_review_answer")
def write_review_answer(attempt: Attempt) -> None:
    """Write the owner's words, for which organisation they were given, and what is said to each recommendation.

    Of an answer that is given anew, history keeps what it said before.
    """
    review: PeerReview = attempt.subject
    before = _answer_told(review) if review.answer else None
    given = attempt.details.get("recommendations") or {}
    member = attempt.by.member if attempt.by is not None else None
    attempt.set(
        answer=str(attempt.details.get("answer", "")).strip(),
        answered_at=attempt.at,
        answered_by=member,
        answered_for=_answering(attempt),
    )
    check_fields(review, leave_out=KEYS)
    for row in review.recommendations.all():
        answer, note = given.get(row.pk, ("", ""))
        if answer not in RecommendationAnswer.values:
            raise Refusal(_("Say of each recommendation whether you accept it."))
        row.answer, row.answer_note = answer, note.strip()
        check_fields(row, leave_out=("review",))
        row.save(update_fields=["answer", "answer_note"])
    if before is not None:
        attempt.words["changes"] = differences(before, _answer_told(review))
    counts = [answer for answer, _note in given.values()]
    attempt.facts |= {"accepted": counts.count("accepted"), "partly": counts.count("partly"), "of": len(counts)}


def _answer_told(review: PeerReview) -> dict[str, Any]:
    """Return the owner's answer as history tells it."""
    return {_("Answer"): review.answer, _("Answers to recommendations"): "\n\n".join(_answered(review).values())}


def _answering(attempt: Attempt) -> Organisation | None:
    """Return the partner of the owning project for which the person answers: the lead partner before others."""
    review: PeerReview = attempt.subject
    member = attempt.by.member if attempt.by is not None else None
    if member is None:
        return None
    mine = member.affiliations.current(attempt.on).values("organisation")
    partners = Partnership.objects.current(attempt.on).with_budget()
    rows = partners.filter(project=review.solution.project_id, organisation__in=mine).select_related("organisation")
    found = sorted(rows, key=lambda row: (row.role != PartnerRole.LP, row.pk))
    return found[0].organisation if found else None


@effect("write_review_correction")
def write_review_correction(attempt: Attempt) -> None:
    """Write the corrected words; history keeps verdict and summary as they were.

    Raises:
        Refusal: nothing else is said than before, or what a published review needs would be missing.
    """
    review: PeerReview = attempt.subject
    values: dict[str, Any] = dict(attempt.details.get("values") or {})
    if set(values) - set(FIELDS):
        raise TypeError(f"not among the fields of this action: {sorted(set(values) - set(FIELDS))}")
    before, answers = told(review), _answered(review)
    write_review(review, values)
    after = told(review)
    if before == after:
        raise Refusal(_("Nothing was changed. Change what is wrong, and say why."), "form")
    if missing := lacks(review):
        raise Refusal(" ".join(str(one.sentence) for one in missing), "requirement")
    attempt.set(corrected_at=attempt.at)
    attempt.changed |= {"verdict", "summary", "outcome", "solution_version"}
    attempt.words["changes"] = differences(before, after)
    stays = set(review.recommendations.values_list("text", flat=True))
    if gone := [words for text, words in answers.items() if text not in stays]:
        label = _("Answers to recommendations that went")
        attempt.words["changes"] |= differences({label: "\n\n".join(gone)}, {label: ""})
    outcome = review.outcome
    if outcome is not None and review.is_outcome_own and attempt.by is not None:
        words = {"title": _outcome_title(review), "description": review.summary[:1000]}
        update_outcome(outcome=outcome, by=attempt.by, seen_version=outcome.version, at=attempt.at, **words)


def _answered(review: PeerReview) -> dict[str, str]:
    """Return by recommendation what the owner said to it, as history tells it."""
    rows = review.recommendations.exclude(answer="")
    return {row.text: f"{row.text}\n{row.get_answer_display()}: {row.answer_note}".rstrip(": ") for row in rows}


def told(review: PeerReview) -> dict[str, Any]:
    """Return what a review says as history tells it: no person stands in it."""
    values: dict[str, Any] = {"verdict": review.verdict, "summary": review.summary}
    values["solution_version"] = review.solution_version
    names = review.reviewers.select_related("organisation").order_by("organisation__name_key", "pk")
    values[_("Reviewers")] = ", ".join(row.organisation.name for row in names)
    values["outcome"] = review.outcome.title if review.outcome else ""
    for row in review.criteria.select_related("term"):
        values[row.term.label] = f"{row.get_mark_display()}: {row.said}"
    values[_("Recommendations")] = "\n".join(row.text for row in review.recommendations.all())
    return values


@effect("let_go_of_outcome")
def let_go_of_outcome(attempt: Attempt) -> None:
    """Note why, and part from the outcome that the publication recorded where nothing else rests on it."""
    review: PeerReview = attempt.subject
    attempt.set(withdrawn_why=attempt.reason[:600])
    outcome = review.outcome
    if outcome is not None and review.is_outcome_own and not _is_rested_on(review, outcome):
        attempt.looked_up["outcome"] = outcome
        attempt.set(outcome=None, is_outcome_own=False)


@effect("remove_own_outcome", after=True)
def remove_own_outcome(attempt: Attempt) -> None:
    """Take the outcome off the record; its event keeps what it said."""
    outcome: Outcome | None = attempt.looked_up.get("outcome")
    if outcome is not None and attempt.by is not None:
        remove_outcome(outcome=outcome, by=attempt.by, seen_version=outcome.version, at=attempt.at)


def _is_rested_on(review: PeerReview, outcome: Outcome) -> bool:
    """Say whether something else rests on an outcome: another review, an uptake, a line of policy."""
    if outcome.reviews.exclude(pk=review.pk).exists() or outcome.uptakes.exists():
        return True
    about = {"kind": EvidenceKind.OUTCOME, "subject_id": outcome.pk}
    return LineEvidence.objects.filter(**about).exists() or AdoptedEvidence.objects.filter(**about).exists()


@effect("note_review")
def note_review(attempt: Attempt) -> None:
    """Name the solution in the event, and raise the version of the cluster, whose page and search show it."""
    review: PeerReview = attempt.subject
    attempt.words["title"] = review.solution.title
    attempt.facts |= {"solution": review.solution_id, "version": review.solution_version}
    cluster = Cluster.objects.get(pk=review.cluster_id)
    cluster.version += 1
    cluster.save(update_fields=["version", "updated_at"])
    search.index(cluster)


@tells("review")
def tell(attempt: Attempt) -> None:
    """Queue the mails that the verb's row names."""
    mails.tell(attempt)
