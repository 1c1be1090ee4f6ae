"""What peer reviews add to pages and chores that the apps below draw and run; called by `apps.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters import contributions as of_clusters
from clusters.choices import PUBLIC_STATES
from clusters.contributions import Tab
from clusters.visibility import viewer
from community import contributions, kinds
from community.contributions import DeskItem, PageSection, SolutionMark
from community.models import User
from community.querysets.solution import projects_of
from results.actions.review import move_reviews
from results.choices import ReviewVerdict
from results.models import PeerReview, Uptake
from results.notifications.review import TOPICS
from results.review_sentences import SENTENCES
from results.review_summary import REVIEWS
from results.tables.review import listed
from results.tables.review_records import BEGUN, OWN_ANSWERS, REVIEWED

#: At most so many stand on the desk, or in the section of another noun's page.
MOST, SHOWN = 20, 12


def register() -> None:
    """Register the kind, what clusters show and freeze, sections, desk items, mails, records, uses of solutions."""
    kinds.register(
        kinds.Kind(
            "review",
            "results.PeerReview",
            gettext_lazy("Peer review"),
            url_name="results:review",
            chain=lambda review: f"cluster:{review.cluster_id}",
            title=lambda review: review.solution.title,
            is_told=True,
        )
    )
    _register_with_clusters()
    contributions.desk_items.register("results.reviews", items)
    for code, topic in TOPICS.items():
        contributions.mail_topics.register(code, topic)
    contributions.solution_uses.register("results.uptakes", _is_taken_up)
    contributions.solution_uses.register("results.reviews", _is_reviewed)
    contributions.solution_marks.register(
        "reviewed", SolutionMark(gettext_lazy("Peer reviewed"), _reviewed, VERDICT, _verdicts)
    )
    for page, build, order in (("solution", _of_solution, 108), ("outcomes", _beside_outcomes, 110)):
        section = PageSection(page, "results/review/section.html", build, order=order)
        contributions.page_sections.register(f"results.reviews.{page}", section)
    for code, records in (("reviewed", REVIEWED), ("reviews_begun", BEGUN), ("reviews_answered", OWN_ANSWERS)):
        contributions.personal_records.register(f"results.{code}", records)


def _register_with_clusters() -> None:
    of_clusters.tabs.register(
        "reviews",
        Tab(
            "reviews",
            gettext_lazy("Peer reviews"),
            "results:reviews",
            "uptakes",
            lambda cluster: cluster.state in PUBLIC_STATES,
        ),
    )
    of_clusters.sentences.register("reviews", SENTENCES)
    of_clusters.results.register("reviews", REVIEWS)
    of_clusters.moves.register("reviews", move_reviews)


def _is_taken_up(solution_id: int) -> bool:
    """Tell whether a disclosed uptake of a solution stands in a cluster that everybody sees.

    Lines of policy rest on uptakes, or on outcomes of clusters that work with it: they need no question of their own.
    """
    rows = Uptake.objects.of_solution(solution_id).disclosed()
    return rows.filter(cluster__state__in=sorted(PUBLIC_STATES)).exists()


def _is_reviewed(solution_id: int) -> bool:
    """Tell whether a published review of a solution stands in a cluster that everybody sees, a withdrawn one too."""
    rows = PeerReview.objects.of_solution(solution_id).public()
    return rows.filter(cluster__state__in=sorted(PUBLIC_STATES)).exists()


def _reviewed() -> Any:
    """Return the keys of the solutions that have a standing review in a cluster that everybody sees."""
    return PeerReview.objects.shown_to(None).order_by().values("solution")


#: Columns of the catalogue's files: the newest standing review of a solution.
VERDICT: Final = ("peer_reviewed", "peer_review_verdict", "peer_reviewed_on")


def _verdicts(keys: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return of these solutions the verdict and day of the newest review that everybody reads; one query."""
    rows = PeerReview.objects.shown_to(None).filter(solution__in=keys).order_by("published_at", "pk")
    return {
        solution: {
            "peer_reviewed": "yes",
            "peer_review_verdict": str(ReviewVerdict(verdict).label) if verdict else "",
            "peer_reviewed_on": timezone.localdate(at).isoformat() if at else "",
        }
        for solution, verdict, at in rows.values_list("solution", "verdict", "published_at")
    }


def items(user: User, on: date) -> Iterable[DeskItem]:
    """Yield the drafts that wait for a reviewer or lead, and the reviews that wait for the owner's answer; two queries.

    A lead's button leads to the page that publishes, which says what is lacking.
    """
    who = viewer(user, on)
    if who.member_id is None:
        return
    drafts = PeerReview.objects.waiting_for_reviewer(user, on).select_related("solution", "cluster")
    for row in drafts.order_by("created_at", "pk")[:MOST]:
        why = _("A draft of a peer review in %(name)s: only those who work on it read it.")
        yield DeskItem(
            verb=_("Write on, or publish"),
            title=row.solution.title,
            why=why % {"name": row.cluster.title or row.cluster.name},
            url=reverse("results:review", args=[row.pk]),
            since=row.state_since,
        )
    if not who.is_cop:  # an owner's answer is given by members of the community only
        return
    waiting = PeerReview.objects.shown_to(user).waiting_for_owner(projects_of(who.member_id, on))
    for row in waiting.select_related("solution", "cluster").order_by("published_at", "pk")[:MOST]:
        why = _("Peers of %(name)s reviewed this solution of your project. They wait for your answer.")
        yield DeskItem(
            verb=_("Answer the review"),
            title=row.solution.title,
            why=why % {"name": row.cluster.title or row.cluster.name},
            url=reverse("results:review_answer", args=[row.pk]),
            since=row.published_at,
        )


def _of_solution(request: HttpRequest, solution: Any) -> dict[str, Any] | None:
    """Return the standing reviews of a solution that the reader may see; three queries where there are some."""
    rows = PeerReview.objects.shown_to(request.user).of_solution(solution).for_list().in_order()
    found = listed(rows[:SHOWN])
    return {"reviews": found, "with_cluster": True} if found else None


def _beside_outcomes(request: HttpRequest, cluster: Any) -> dict[str, Any] | None:
    """Return the standing reviews of a cluster for its page of outcomes; nothing where there is none."""
    found = listed(PeerReview.objects.of_cluster(cluster).standing().for_list().in_order()[:SHOWN])
    return {"reviews": found, "more_url": reverse("results:reviews", args=[cluster.name])} if found else None
