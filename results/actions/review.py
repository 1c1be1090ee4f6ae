"""Peer reviews: begun, worded as a draft that leaves no event, thrown away, and carried through their life.

What a draft says is nowhere before it is published: no event, no mail, no version of the cluster. The cluster's row is
the lock of all, as for every part of a cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.actions.parts import check_fields, known_only, stale
from clusters.choices import OutcomeKind
from clusters.models import Cluster, Participation
from community.actions.transition import transition
from community.actions.vocabulary import terms_of
from community.choices import Vocabulary
from community.lifecycle import GONE
from community.models import Solution, User
from community.permissions import Refusal
from results.choices import ReviewState
from results.models import PeerReview, PeerReviewCriterion, PeerReviewer, PeerReviewRecommendation
from results.rules.review import MOST_RECOMMENDATIONS, MOST_REVIEWS, can_review, can_write, newer_twin, owners_of

#: What the form of a review may write.
FIELDS = ("verdict", "summary", "outcome", "reviewers", "criteria", "recommendations", "reads_present")
#: Why a review can't say that the present version was read: another one does, which is published (False) or a draft.
TWIN = {
    False: gettext_lazy(
        "Version %(version)d has a peer review of its own in this cluster: correct that one, or leave the box unticked."
    ),
    True: gettext_lazy(
        "A draft in this cluster reviews version %(version)d already: publish that one, or discard it first."
    ),
}
KEYS = ("cluster", "solution", "outcome", "begun_by", "saved_by", "answered_by", "answered_for")


@transaction.atomic
def begin_review(
    *,
    cluster: Cluster,
    solution: Solution,
    by: User,
    reviewers: Sequence[Participation] = (),
    at: datetime | None = None,
) -> PeerReview:
    """Begin the review of a solution as it is published now: a draft with the criteria of the vocabulary.

    A draft of the same version that is there already is returned: a form sent twice begins one.

    Raises:
        Refusal: the person may not, the solution is not in the catalogue or their own, this version was reviewed here,
            or a reviewer's organisation is a partner of the owner.
    """
    owner = Cluster.objects.select_for_update().filter(pk=cluster.pk).first()
    read = Solution.objects.select_related("project").filter(pk=solution.pk).first()
    if owner is None or read is None:
        raise Refusal(GONE, "state")
    if not (verdict := can_review(by, owner, read)):
        raise Refusal.of(verdict)
    rows = PeerReview.objects.of_cluster(owner)
    twin = rows.of_solution(read).unwithdrawn().filter(solution_version=read.published_version).first()
    if twin is not None:
        if twin.state == ReviewState.DRAFT and PeerReview.objects.worked_on_by(by).filter(pk=twin.pk).exists():
            return twin
        raise Refusal(_("This version was reviewed here already. Correct that review, or wait for a new version."))
    if rows.count() >= MOST_REVIEWS:
        raise Refusal(_("A cluster holds at most %(most)d peer reviews.") % {"most": MOST_REVIEWS})
    review = PeerReview(cluster=owner, solution=read, solution_version=read.published_version, begun_by=by.member)
    review.state_since = at or timezone.now()
    review.save(force_insert=True)
    terms = terms_of(Vocabulary.REVIEW_CRITERION)
    PeerReviewCriterion.objects.bulk_create([PeerReviewCriterion(review=review, term=term) for term in terms])
    _name(review, reviewers)
    return review


@transaction.atomic
def update_review(
    *, review: PeerReview, by: User, seen_version: int, at: datetime | None = None, **values: Any
) -> PeerReview:
    """Word a draft: the fields that are given are written as a whole, what is not given stays; who saved it is kept.

    Args:
        values: verdict, summary, outcome; `reviewers` (participations), `criteria` {key: (mark, sentence)},
            `recommendations` (texts in their order), `reads_present`: the version of today was read.

    Raises:
        Refusal: stale, when somebody saved it after `seen_version`; it was published meanwhile; or as `begin_review`.
    """
    row = locked_review(review)
    if not (verdict := can_write(by, row)):
        raise Refusal.of(verdict)
    if row.version != seen_version:
        saver = row.saved_by.user if row.saved_by is not None else None
        saved = (saver, row.saved_at) if saver is not None and row.saved_at is not None else None
        raise stale(row, _("this review"), by=by, at=at or timezone.now(), saved=saved)
    write_review(row, known_only(values, FIELDS))
    row.saved_by, row.saved_at = by.member, at or timezone.now()
    row.version += 1
    row.save()
    return row


@transaction.atomic
def discard_review(*, review: PeerReview, by: User) -> None:
    """Throw a draft away: it is really deleted, and leaves nothing. A no-op when it is gone.

    Raises:
        Refusal: the person may not, or it was published.
    """
    Cluster.objects.select_for_update().filter(pk=review.cluster_id).first()
    row = PeerReview.objects.select_related("cluster", "solution__project").filter(pk=review.pk).first()
    if row is None:
        return
    if not (verdict := can_write(by, row)):
        raise Refusal.of(verdict)
    row.delete()


@transaction.atomic
def act_on_review(
    *,
    review: PeerReview,
    verb: str,
    by: User,
    seen: str | None = None,
    reason: str = "",
    at: datetime | None = None,
    **details: Any,
) -> PeerReview:
    """Do a verb of a review's life (`results.review_lifecycle`), the cluster's row locked before.

    Args:
        seen: the version that the page showed.
        details: what the verb's page asks: `answer` and `recommendations` {key: (answer, note)} of the owner, or
            `values` of a correction, as `update_review` takes them.

    Raises:
        Refusal: as `transition`.
    """
    Cluster.objects.select_for_update().filter(pk=review.cluster_id).first()
    return transition(review, verb, by=by, seen=seen, reason=reason, at=at, **details)


def locked_review(review: PeerReview) -> PeerReview:
    """Return the review as it is now, the cluster's row and its own locked until the transaction ends.

    Raises:
        Refusal: it is gone.
    """
    Cluster.objects.select_for_update().filter(pk=review.cluster_id).first()
    rows = PeerReview.objects.select_for_update(of=("self",)).select_related("cluster", "solution__project")
    row = rows.filter(pk=review.pk).first()
    if row is None:
        raise Refusal(GONE, "state")
    return row


def write_review(row: PeerReview, given: Mapping[str, Any]) -> None:
    """Write what a form gives into a review and its parts; the row itself is saved by the caller.

    Raises:
        Refusal: a text is too long, the outcome is no peer revision of the cluster, a reviewer is of the owner, or
            the version that was read now has a review of its own here.
    """
    for name in ("verdict", "summary", "outcome"):
        if name in given:
            setattr(row, name, given[name])
    outcome = row.outcome
    if outcome is not None and (outcome.cluster_id, outcome.kind) != (row.cluster_id, OutcomeKind.PEER_REVISION):
        raise Refusal(_("Choose an outcome of kind “peer revision” of this cluster."))
    if given.get("reads_present"):
        if (twin := newer_twin(row)) is not None:
            raise Refusal(str(TWIN[twin.state == ReviewState.DRAFT]) % {"version": twin.solution_version}, "state")
        row.solution_version = row.solution.published_version
    check_fields(row, leave_out=KEYS)
    if "reviewers" in given:
        _name(row, given["reviewers"])
    _mark(row, given.get("criteria", {}))
    if "recommendations" in given:
        _recommend(row, given["recommendations"])


def _name(row: PeerReview, reviewers: Iterable[Participation]) -> None:
    """Let these people have reviewed, each for the organisation for which they take part.

    Who has left the cluster stays named. So does, once it is published, whose organisation joined the consortium since:
    on the day of the review it was not the owner's.

    Raises:
        Refusal: somebody does not take part here, or reviews for a partner of the owner.
    """
    wanted: dict[int, int] = {}
    for part in reviewers:
        if part.cluster_id != row.cluster_id or part.member_id is None or part.organisation_id is None:
            raise Refusal(_("Reviewers take part in this cluster, each for an organisation."))
        wanted[part.member_id] = part.organisation_id
    if owners_of(row.solution, list(wanted.values())):
        raise Refusal(
            _("Nobody reviews for a partner of %(project)s, whose solution this is.")
            % {"project": row.solution.project.acronym}
        )
    there = dict(row.reviewers.values_list("member_id", "organisation_id"))
    active = Participation.objects.active().filter(cluster=row.cluster_id, member__in=list(there))
    here = set(active.values_list("member_id", flat=True))
    barred = owners_of(row.solution, list(there.values()))
    is_draft = row.state == ReviewState.DRAFT
    gone = [pk for pk, place in there.items() if pk not in wanted and (is_draft if place in barred else pk in here)]
    row.reviewers.filter(member__in=gone).delete()
    rows = [PeerReviewer(review=row, member_id=pk, organisation_id=place) for pk, place in wanted.items()]
    PeerReviewer.objects.bulk_create([one for one in rows if one.member_id not in there])


def _mark(row: PeerReview, given: Mapping[int, tuple[str, str]]) -> None:
    """Write marks and sentences; a criterion that is not named stays as it is."""
    for criterion in row.criteria.all():
        if criterion.pk in given and (criterion.mark, criterion.said) != given[criterion.pk]:
            criterion.mark, criterion.said = given[criterion.pk]
            check_fields(criterion, leave_out=("review", "term"))
            criterion.save(update_fields=["mark", "said"])


def _recommend(row: PeerReview, texts: Sequence[str]) -> None:
    """Let exactly these be recommended, in this order; what is worded as before stays the same row.

    So it keeps the owner's answer, and an answer that is being typed meanwhile finds it.

    Raises:
        Refusal: there are too many, or one is too long.
    """
    wanted = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    if len(wanted) > MOST_RECOMMENDATIONS:
        raise Refusal(_("A review makes at most %(most)d recommendations.") % {"most": MOST_RECOMMENDATIONS})
    there = {one.text: one for one in row.recommendations.all()}
    if list(there) == wanted:
        return
    new = [
        PeerReviewRecommendation(review=row, position=number, text=text)
        for number, text in enumerate(wanted, 1)
        if text not in there
    ]
    for one in new:
        check_fields(one, leave_out=("review",))
    row.recommendations.exclude(text__in=wanted).delete()
    # Out of the way first: each place is taken once, at every moment.
    row.recommendations.update(position=F("position") + MOST_RECOMMENDATIONS)
    kept = [there[text] for text in wanted if text in there]
    for one in kept:
        one.position = wanted.index(one.text) + 1
    PeerReviewRecommendation.objects.bulk_update(kept, ["position"])
    PeerReviewRecommendation.objects.bulk_create(new)


def move_reviews(cluster: Cluster, into: Cluster) -> None:
    """Let the reviews of a cluster go into the one that takes it in, in the transaction of the merge.

    One of a version that was reviewed there stays behind; outcomes stay with their cluster.
    """
    there = set(PeerReview.objects.of_cluster(into).unwithdrawn().values_list("solution", "solution_version"))
    for review in PeerReview.objects.of_cluster(cluster):
        if (review.solution_id, review.solution_version) not in there:
            review.cluster, review.outcome, review.is_outcome_own = into, None, False
            review.save(update_fields=["cluster", "outcome", "is_outcome_own", "updated_at"])
