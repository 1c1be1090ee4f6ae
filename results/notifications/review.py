"""Mails about peer reviews: the owner is told and asked for an answer, lead and reviewers hear of the answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.notifications.amendment import keeping
from community import notifications
from community.contributions import MailTopic
from community.lifecycle import Attempt
from community.models import Affiliation, Message, Partnership, User
from results.choices import ReviewVerdict
from results.models import PeerReview

TOLD = "results/review_told"
TOPICS = {
    "results.reviews": MailTopic(
        _("Peer reviews"),
        _("Of solutions of your projects, in clusters that you lead, or that you reviewed yourself."),
        lambda template, audience: template == TOLD,
        order=49,
    )
}
#: So many people of the owner are told where neither its contact nor a writer works there any more.
MOST = 12


def tell(attempt: Attempt) -> None:
    """Tell whom the verb's row names, each once; never who pressed."""
    review: PeerReview = attempt.subject
    audiences = {"owners": _owners, "reviewers": _reviewers, "leads": _leads}
    told = {attempt.by.pk} if attempt.by is not None else set()
    for audience in attempt.verb.tells:
        for user in audiences[audience](review, attempt):
            if user.pk not in told:
                told.add(user.pk)
                notifications.queue(
                    TOLD,
                    to=user,
                    subject=review,
                    event=attempt.event,
                    audience=audience,
                    verb=attempt.verb.code.partition(".")[2],
                    title=review.solution.title,
                )


def _owners(review: PeerReview, attempt: Attempt) -> Iterable[User]:
    """Return who may answer: contact and writers of the solution, else whoever works for a partner of its project."""
    partners = Partnership.objects.current(attempt.on).with_budget().filter(project=review.solution.project_id)
    places = Affiliation.objects.current(attempt.on).filter(organisation__in=partners.values("organisation"))
    people = User.objects.filter(member__in=places.values("member"), is_active=True).order_by("pk")
    row = review.solution
    known = [row.written_by_id, row.submitted_by_id, row.contact.user_id if row.contact else None]
    return people.filter(pk__in=[pk for pk in known if pk is not None]) or people[:MOST]


def _reviewers(review: PeerReview, attempt: Attempt) -> Iterable[User]:
    return User.objects.filter(member__in=review.reviewers.values("member"), is_active=True).order_by("pk")


def _leads(review: PeerReview, attempt: Attempt) -> Iterable[User]:
    members = dict.fromkeys(keeping(review.cluster, attempt.on))
    return [member.user for member in members if member.user is not None]


@notifications.provides("review")
def review_context(review: PeerReview, message: Message) -> dict[str, Any]:
    """Return what a mail about a review uses; a reason is read from its event."""
    detail = getattr(message.event, "detail", None)
    body: dict[str, Any] = (detail.body if detail else None) or {}
    verdict = ReviewVerdict(review.verdict).label if review.verdict in ReviewVerdict.values else ""
    return {
        "title": review.solution.title,
        "name": review.cluster.name,
        "question": review.cluster.question,
        "verdict": str(verdict),
        "number": review.solution_version,
        "reason": body.get("reason", ""),
    }


@notifications.leads_to("review")
def review_path(review: PeerReview, message: Message) -> str | None:
    """Return the page on which the owner answers; None, for the review itself, in every other case."""
    if message.params.get("audience") == "owners" and message.params.get("verb") in ("published", "corrected"):
        return reverse("results:review_answer", args=[review.pk])
    return None
