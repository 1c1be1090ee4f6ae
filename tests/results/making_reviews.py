"""Peer reviews for tests, made through the real actions."""

from __future__ import annotations

from typing import Any

from clusters.models import Cluster, Participation
from community.models import Solution, User
from results.actions import review as actions
from results.models import PeerReview
from tests import factories as make
from tests.cast import Cast
from tests.factories import NOW

#: The role of who answers for the owner of the cast's solution: made once a scene, and anew where it was rolled back.
OWNER = "owner"


def make_owner(cast: Cast, solution: Solution | None = None) -> Any:
    """Return the account of somebody who works for the lead partner of the solution's project."""
    if OWNER not in cast.accounts or not User.objects.filter(pk=cast.accounts[OWNER].pk).exists():
        place = make.make_organisation("Owner of the Method", country="IT")
        make.make_partnership(place, (solution or cast.solution).project, "LP")
        person = make.make_member("Owner Person", organisation=place)
        assert person.user is not None
        cast.people[OWNER], cast.accounts[OWNER] = person, person.user
    return cast.accounts[OWNER]


def part_of(cast: Cast, cluster: Cluster, role: str) -> Participation:
    """Return the part of a role in a cluster."""
    return Participation.objects.get(cluster=cluster, member=cast.member(role))


def said(review: PeerReview, mark: str = "sound", words: str = "It holds.") -> dict[int, tuple[str, str]]:
    """Return the same mark and sentence for every criterion."""
    return {row.pk: (mark, words) for row in review.criteria.all()}


def make_review(cast: Cast, cluster: Cluster, *, by: str = "lead", **values: Any) -> PeerReview:
    """Write a draft that lacks nothing, reviewed by the participant; `values` say otherwise."""
    make_owner(cast)
    solution = values.pop("solution", cast.solution)
    given: dict[str, Any] = {"cluster": cluster, "solution": solution, "by": cast.user(by), "at": NOW}
    review = actions.begin_review(**given, reviewers=[part_of(cast, cluster, "participant")])
    words = {"verdict": "fit_with_changes", "summary": "It holds on two coasts.", "criteria": said(review)}
    words |= {"recommendations": ["Say what it costs.", "Name a port."], **values}
    return actions.update_review(review=review, by=cast.user(by), seen_version=review.version, **words)


def published(cast: Cast, cluster: Cluster, *, by: str = "lead", **values: Any) -> PeerReview:
    """Return a published review."""
    review = make_review(cast, cluster, by=by, **values)
    return actions.act_on_review(review=review, verb="review.published", by=cast.user(by), at=NOW)


def answer(cast: Cast, review: PeerReview, **values: Any) -> PeerReview:
    """Answer a review for the owner: the first recommendation is accepted, the others are not."""
    rows = review.recommendations.all()
    given = {row.pk: ("accepted" if row.position == 1 else "declined", "So be it.") for row in rows}
    words: dict[str, Any] = {"answer": "We thank the reviewers.", "recommendations": given, "at": NOW, **values}
    return actions.act_on_review(review=review, verb="review.answered", by=make_owner(cast), **words)
