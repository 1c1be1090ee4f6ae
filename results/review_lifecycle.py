"""The life of a peer review: the same form of table as a cluster's, through the same door.

A draft is written by `results.actions.review`, and leaves no event: its history begins with the publication.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community import lifecycle
from community.lifecycle import Reason, Verb
from results.choices import ReviewCapacity, ReviewState
from results.models import PeerReview
from results.rules import review as rules

S = ReviewState

VERBS: tuple[Verb, ...] = (
    Verb(
        "review.published",
        _("Publish…"),
        (S.DRAFT,),
        S.PUBLISHED,
        rules.LEADING,
        heading=_("Publish this review"),
        done=_("Published. Everybody reads it, and the owner of the solution is asked for an answer."),
        four_eyes=True,
        requires=(rules.cluster_is_kept, rules.solution_is_public, rules.is_complete),
        required=_("reviewers of other organisations than the owner's, every criterion, a verdict and a summary"),
        tells=("owners", "reviewers"),
        effects=("note_review_publication", "note_review"),
        also=_("the owner is told and asked for an answer; the cluster counts an outcome of kind “peer revision”"),
        style="primary",
        checks_seen=True,
    ),
    Verb(
        "review.answered",
        _("Answer this review…"),
        (S.PUBLISHED, S.ANSWERED),
        S.ANSWERED,
        (ReviewCapacity.OWNER,),
        heading=_("Answer this review"),
        done=_("Answered. Your answer stands beside the review; the cluster's lead and the reviewers are told."),
        requires=(rules.says_answer,),
        required=_("an answer in words, and one to each recommendation"),
        tells=("leads", "reviewers"),
        effects=("write_review_answer", "note_review"),
        also=_("the cluster's lead and the reviewers are told"),
        style="primary",
        checks_seen=True,
    ),
    Verb(
        "review.corrected",
        _("Correct…"),
        (S.PUBLISHED, S.ANSWERED),
        S.PUBLISHED,
        rules.LEADING,
        heading=_("Correct this review"),
        done=_("Corrected. The owner is told and may answer anew."),
        four_eyes=True,
        requires=(rules.cluster_is_kept,),
        reason=Reason.REQUIRED,
        tells=("owners", "reviewers"),
        effects=("write_review_correction", "note_review"),
        also=_("the owner is told and may answer anew; an earlier answer stays, marked as older"),
        checks_seen=True,
    ),
    Verb(
        "review.withdrawn",
        _("Withdraw…"),
        (S.PUBLISHED, S.ANSWERED),
        S.WITHDRAWN,
        rules.LEADING,
        heading=_("Withdraw this review"),
        done=_("Withdrawn. Its page stays and says why; nothing else shows it any more."),
        four_eyes=True,
        requires=(rules.cluster_is_kept,),
        reason=Reason.REQUIRED,
        tells=("owners", "reviewers", "leads"),
        effects=("let_go_of_outcome", "note_review", "remove_own_outcome"),
        also=_("its page stays and says why; the outcome that it recorded goes, unless something else rests on it"),
        style="final",
    ),
)


def content_hash(review: PeerReview) -> str:
    """Return what a press was decided on: the version of the review."""
    return str(review.version)


REVIEW = lifecycle.register(
    lifecycle.Lifecycle(
        "review",
        VERBS,
        capacities=rules.review_capacities,
        four_eyes=rules.nobody_of_the_owner,
        wrong_state=rules.wrong_state,
        label_of=lambda code: ReviewCapacity(code).label,
        content_hash=content_hash,
        stale=_("This review was changed while you were reading. Read what is new, then decide."),
    )
)
