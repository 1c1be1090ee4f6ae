"""Who reviews a solution, publishes the review and answers it; what a publication requires: predicates with reasons.

Nobody reviews a solution of their own organisation (DESIGN section 2): neither writes nor publishes, nor reads the
draft. An organisation counts as the owner's once it is or was in the consortium of the project, in any role.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.choices import ACTIVE_STATES, FINISHED_STATES, ParticipationRole
from clusters.models import Cluster, Participation
from clusters.permissions import active_parts, can_correct, capacities
from clusters.visibility import viewer
from community.choices import PUBLIC_SOLUTIONS, SolutionCapacity, SolutionStatus
from community.lifecycle import Attempt
from community.models import Partnership, Solution, User
from community.permissions import ALLOWED, Obstacle, Verdict, refused
from community.rules.solution import solution_capacities
from results.choices import STANDING_REVIEWS, ReviewCapacity, ReviewState
from results.models import PeerReview
from results.querysets.review import tied_projects

Anybody = User | AnonymousUser | None
C = ReviewCapacity

LEADING = (C.LEAD, C.DEPUTY, C.COORDINATOR, C.MISSION_COORDINATOR)
#: Write a draft.
WRITERS = (*LEADING, C.REVIEWER)
OWN = gettext_lazy(
    "Your organisation is or was a partner of %(project)s, whose solution this is. Nobody reviews a solution of their "
    "own organisation."
)
NOT_PUBLISHED = gettext_lazy("This solution is not in the catalogue now. What is reviewed is a published version.")
MOST_REVIEWS, MOST_RECOMMENDATIONS = 200, 12


def newer_twin(review: PeerReview) -> PeerReview | None:
    """Return the other review in the same cluster of the version that is published now, unless it was withdrawn."""
    rows = PeerReview.objects.of_cluster(review.cluster_id).of_solution(review.solution).unwithdrawn()
    return rows.filter(solution_version=review.solution.published_version).exclude(pk=review.pk).first()


def has_no_part(user: Anybody, solution: Solution) -> Verdict:
    """Nobody who works for a partner of the owning project reviews its solution, or publishes the review."""
    if solution.project_id not in tied_projects(user, timezone.localdate()):
        return ALLOWED
    return refused(str(OWN) % {"project": solution.project.acronym}, "forbidden")


def can_draft(user: Anybody, cluster: Cluster) -> Verdict:
    """Lead, deputy, coordinators and peer reviewers of a cluster review a solution; after its end the first three."""
    verdict = can_correct(user, cluster)
    if verdict or verdict.code == "state":
        return verdict
    if cluster.state in ACTIVE_STATES and is_peer_reviewer(user, cluster):
        return ALLOWED
    if cluster.state in FINISHED_STATES:
        return refused(_("This cluster has ended: its lead and coordinators correct the record."), "forbidden")
    return refused(
        _("Only the lead, the deputy, the coordinators and those who take part as peer reviewers review solutions."),
        "forbidden",
    )


def is_peer_reviewer(user: Anybody, cluster: Cluster) -> bool:
    """Say whether `user` takes part as a peer reviewer."""
    who = viewer(user, timezone.localdate())
    if who.member_id is None or who.has_left(cluster.state):
        return False
    return any(role == ParticipationRole.PEER_REVIEWER for role, _access in active_parts(who.member_id, cluster))


def can_review(user: Anybody, cluster: Cluster, solution: Solution) -> Verdict:
    """Whoever drafts reviews of a cluster may begin one of this solution, which is not their own."""
    verdict = can_draft(user, cluster)
    if not verdict:
        return verdict
    if solution.status != SolutionStatus.PUBLISHED:
        return refused(str(NOT_PUBLISHED), "state")
    return has_no_part(user, solution)


def review_capacities(user: Anybody, review: PeerReview, on: date) -> frozenset[str]:
    """Return as what `user` acts on a review: as on its cluster, as one of its reviewers, or for the owner."""
    held = {str(code) for code in capacities(user, review.cluster, on)} & {str(code) for code in LEADING}
    if user is None:
        return frozenset(held)
    if _reviews(user, review, on):
        held.add(C.REVIEWER.value)
    if is_owner(user, review, on):
        held.add(C.OWNER.value)
    return frozenset(held)


def is_owner(user: Anybody, review: PeerReview, on: date) -> bool:
    """Say whether `user` works for a lead or project partner of the project that owns the solution."""
    return SolutionCapacity.PARTNER in solution_capacities(user, review.solution, on)


def _reviews(user: Anybody, review: PeerReview, on: date) -> bool:
    """Say whether `user` takes part as a peer reviewer, or takes part and is named as one in this review."""
    if is_peer_reviewer(user, review.cluster):
        return True
    who = viewer(user, on)
    if who.member_id is None or who.has_left(review.cluster.state) or not active_parts(who.member_id, review.cluster):
        return False
    return any(row.member_id == who.member_id for row in review.reviewers.all())


def can_write(user: Anybody, review: PeerReview) -> Verdict:
    """Writers of the cluster word a draft while the cluster's record is open to them."""
    held = review_capacities(user, review, timezone.localdate())
    if not held & set(WRITERS):
        return can_draft(user, review.cluster)
    if not (verdict := has_no_part(user, review.solution)):
        return verdict
    if review.state != ReviewState.DRAFT:
        return refused(_("It is published: it can be corrected or withdrawn, with the reason."), "state")
    if review.cluster.state in FINISHED_STATES and not held & set(LEADING):
        return can_draft(user, review.cluster)
    return ALLOWED


def possible_reviewers(
    cluster: Cluster, solution: Solution, named: Collection[int] = ()
) -> list[tuple[Participation, Verdict]]:
    """Return who takes part for an organisation, peer reviewers first, each with whether they may review; two queries.

    An organisation of the owner's consortium reviews nothing of its own. Who only observes is no reviewer, but those
    whose keys are `named` already: they reviewed before.
    """
    rows = cluster.participations.active().filter(member__isnull=False, organisation__isnull=False)
    rows = rows.filter(~Q(role=ParticipationRole.OBSERVER) | Q(member__in=list(named)))
    parts = list(rows.select_related("member", "organisation"))
    parts.sort(key=lambda row: (row.role != ParticipationRole.PEER_REVIEWER, row.organisation_id or 0, row.pk))
    owners = owners_of(solution, [row.organisation_id for row in parts])
    why = refused(_("a partner of %(project)s") % {"project": solution.project.acronym}, "forbidden")
    return [(row, why if row.organisation_id in owners else ALLOWED) for row in parts]


def owners_of(solution: Solution, organisations: Sequence[int | None]) -> set[int]:
    """Return which of these organisations are or were in the consortium of the owning project."""
    rows = Partnership.objects.filter(project=solution.project_id, organisation__in=set(organisations) - {None})
    return set(rows.values_list("organisation_id", flat=True))


# -- What verbs require ------------------------------------------------------------------------------------------------


def nobody_of_the_owner(attempt: Attempt) -> Verdict:
    """Nobody decides on a review of a solution of their own organisation (DESIGN section 2)."""
    return has_no_part(attempt.by, attempt.subject.solution)


def wrong_state(attempt: Attempt) -> Verdict:
    """Say how the review stands."""
    words = _("This review is “%(state)s”, from where this does not lead.")
    return refused(words % {"state": attempt.subject.get_state_display()}, "state")


def cluster_is_kept(attempt: Attempt) -> Verdict:
    """Ask the cluster whether its record is open to its lead and coordinators."""
    return can_correct(attempt.by or AnonymousUser(), attempt.subject.cluster)


def solution_is_public(attempt: Attempt) -> Verdict:
    """What everybody reads is about a solution that everybody reads."""
    if attempt.subject.solution.status in PUBLIC_SOLUTIONS:
        return ALLOWED
    return refused(str(NOT_PUBLISHED), "requirement")


def is_complete(attempt: Attempt) -> Verdict:
    """All that a reader looks for is there: who reviewed, each criterion with mark and sentence, the verdict."""
    missing = lacks(attempt.subject)
    if not missing:
        return ALLOWED
    return refused(" ".join(str(one.sentence) for one in missing), "requirement", missing)


def lacks(review: PeerReview) -> list[Obstacle]:
    """Return what a review lacks before it may be published."""
    found = []
    reviewers = list(review.reviewers.all())
    if not reviewers:
        found.append(Obstacle(_("Name at least one reviewer."), field="reviewers"))
    is_draft = review.state == ReviewState.DRAFT  # who reviewed before the organisation joined the owner stays named
    if is_draft and owners_of(review.solution, [row.organisation_id for row in reviewers]):
        sentence = _(
            "A reviewer's organisation is a partner of the project that owns the solution: name somebody else."
        )
        found.append(Obstacle(sentence, field="reviewers"))
    unsaid = [row.term.label for row in review.criteria.select_related("term") if not (row.mark and row.said.strip())]
    if unsaid:
        words = _("Give a mark and a sentence for: %(criteria)s.") % {"criteria": ", ".join(unsaid)}
        found.append(Obstacle(words, field="criteria"))
    if not review.verdict:
        found.append(Obstacle(_("Say what the review comes to."), field="verdict"))
    if not review.summary.strip():
        found.append(Obstacle(_("Sum up what you found."), field="summary"))
    return found


def says_answer(attempt: Attempt) -> Verdict:
    """The owner answers in words, and says of each recommendation whether it is accepted."""
    if not str(attempt.details.get("answer", "")).strip():
        return refused(_("Write your answer first."), "form")
    given = attempt.details.get("recommendations") or {}
    wanted = set(attempt.subject.recommendations.values_list("pk", flat=True))
    if wanted - {pk for pk, (answer, _note) in given.items() if answer}:
        return refused(_("Say of each recommendation whether you accept it."), "form")
    return ALLOWED


def can_be_answered(review: PeerReview) -> bool:
    """Say whether an owner's answer is looked for."""
    return review.state in STANDING_REVIEWS
