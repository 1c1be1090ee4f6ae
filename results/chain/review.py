"""Peer reviews as links of a chain: each rests on its solution and its cluster, and the outcome it counts as on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from results.choices import STANDING_REVIEWS, ReviewVerdict
from results.contributions import Agent, LinkKind, Node, Refs
from results.models import PeerReview
from results.querysets.review import Several


def counted_as() -> Several:
    """Return what adds to outcomes the keys of the reviews that count as them."""
    return Several("reviews", filter=Q(reviews__state__in=sorted(STANDING_REVIEWS)), distinct=True)


def _reviews(user: Any, keys: Collection[int]) -> Sequence[Node]:
    return _nodes(PeerReview.objects.shown_to(user).filter(pk__in=keys))


def _resting_on(user: Any, refs: Refs, most: int) -> Sequence[Node]:
    """Find those of the solution that the chain began with; else those of its clusters."""
    rows = PeerReview.objects.shown_to(user)
    if solutions := refs.get("solution"):
        rows = rows.filter(solution__in=solutions)
    else:
        rows = rows.filter(cluster__in=refs.get("cluster", ()))
    return _nodes(rows.in_order()[:most])


def _nodes(rows: QuerySet[PeerReview]) -> Sequence[Node]:
    """Return reviews as links; one query."""
    joined: Any = rows
    return [_node(row) for row in joined.select_related("cluster", "solution").with_places()]


def _node(row: Any) -> Node:
    reviewers = [words.split("\n") for words in sorted(row.places or ())]
    names = [f"{name} ({country})" if country else name for name, country, _pk in reviewers]
    given = {"title": row.solution.title, "number": row.solution_version}
    return Node(
        "review",
        row.pk,
        _("Peer review of %(title)s, version %(number)d") % given,
        reverse("results:review", args=[row.pk]),
        on=timezone.localdate(row.published_at) if row.published_at else None,
        over=ReviewVerdict(row.verdict).label,
        who=", ".join(names),
        where=row.cluster.name,
        said=str(Truncator(" ".join(row.summary.split())).chars(280)),
        rests_on=[("solution", row.solution_id), ("cluster", row.cluster_id)],
        agents=[Agent("organisation", int(pk), name) for name, _country, pk in reviewers],
    )


REVIEW = LinkKind(
    "review",
    gettext_lazy("Peer review"),
    gettext_lazy("Peer reviews"),
    35,
    "check",
    "sea",
    "submitted",
    _reviews,
    _resting_on,
)
