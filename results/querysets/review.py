"""Reads of peer reviews: who sees which, whose solutions a person has a part in, what stands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from clusters.choices import ParticipationRole
from clusters.visibility import viewer
from results.choices import PUBLIC_REVIEWS, STANDING_REVIEWS, ReviewState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from clusters.models import Cluster
    from community.models import Solution, User
    from results.models import PeerReview

_REMEMBERED = "_tied_projects"


def tied_projects(user: User | AnonymousUser | None, on: date) -> frozenset[int]:
    """Return the projects of whose consortium an organisation of `user` is or was a part, associated partners too.

    Nobody reviews a solution of these (DESIGN section 2). One query a person and day, then remembered on the account.
    """
    member_id = viewer(user, on).member_id
    if user is None or member_id is None:
        return frozenset()
    known: dict[date, frozenset[int]] = user.__dict__.setdefault(_REMEMBERED, {})
    if on not in known:
        known[on] = frozenset(_partnerships_of(member_id, on).values_list("project", flat=True))
    return known[on]


def _partnerships_of(member_id: int, on: date) -> Any:
    places = apps.get_model("community", "Affiliation")._default_manager.all()
    mine: Any = places.current(on).filter(member=member_id)
    partnerships: Any = apps.get_model("community", "Partnership")._default_manager.all()
    return partnerships.filter(organisation__in=mine.values("organisation")).order_by()


class Several(models.Aggregate):
    """The values of an expression as a list, in the one query that asks for the rows."""

    function = "JSON_GROUP_ARRAY"
    allow_distinct = True
    output_field = models.JSONField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Write it as PostgreSQL calls it."""
        return super().as_sql(compiler, connection, function="JSONB_AGG", **context)


class PeerReviewQuerySet(models.QuerySet["PeerReview"]):
    """Peer reviews, each of one version of a solution, in one cluster."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may read: of visible clusters what was published, and the drafts on which they work."""
        clusters, own = apps.get_model("clusters", "Cluster").objects, Q(pk=OuterRef("cluster"))
        seen = self.filter(Exists(clusters.visible_to(user).filter(own)))
        return seen.filter(Q(state__in=sorted(PUBLIC_REVIEWS)) | self._worked_on(user))

    def shown_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what stands in clusters that `user` sees: what is shown beside other things, never a draft."""
        clusters, own = apps.get_model("clusters", "Cluster").objects, Q(pk=OuterRef("cluster"))
        return self.standing().filter(Exists(clusters.visible_to(user).filter(own)))

    def with_places(self) -> Self:
        """Add `places`: the reviewers' organisations (name, country, key), each once, for pages short of queries."""
        words = Concat(
            "reviewers__organisation__name",
            Value("\n"),
            "reviewers__organisation__country",
            Value("\n"),
            Cast("reviewers__organisation", models.CharField()),
            output_field=models.TextField(),
        )
        return self.annotate(places=Several(words, filter=Q(reviewers__isnull=False), distinct=True))

    def worked_on_by(self, user: User | AnonymousUser | None) -> Self:
        """Keep those whose drafts `user` reads."""
        return self.filter(self._worked_on(user))

    def _worked_on(self, user: User | AnonymousUser | None) -> Q:
        """Return the condition for reviews of clusters that `user` leads, coordinates or reviews in.

        Nobody reads the draft of a review on a solution of their own organisation. Administrators read all.
        """
        on = timezone.localdate()
        who = viewer(user, on)
        if who.is_administrator:
            return Q(pk__isnull=False)
        if who.member_id is None:
            return Q(pk__in=[])
        mine = self._led_by(who.member_id) | Q(pk__in=self._named(who.member_id))
        reviewing = self._parts(who.member_id, [ParticipationRole.PEER_REVIEWER])
        mine |= Q(cluster__in=reviewing) | Q(cluster__working_group__in=who.group_ids)
        if who.is_mission:
            mine = Q()
        return mine & ~Q(solution__project__in=tied_projects(user, on))

    def waiting_for_reviewer(self, user: User, on: date) -> Self:
        """Keep the drafts that wait for a person: as one of its reviewers, as the cluster's lead or deputy."""
        member_id = viewer(user, on).member_id
        if member_id is None:
            return self.none()
        mine = self._led_by(member_id) | Q(pk__in=self._named(member_id))
        rows = self.filter(mine, state=ReviewState.DRAFT)
        return rows.exclude(solution__project__in=tied_projects(user, on))

    def waiting_for_owner(self, projects: Any) -> Self:
        """Keep those published on solutions of these projects that nobody has answered yet."""
        return self.filter(state=ReviewState.PUBLISHED, solution__project__in=projects)

    def _led_by(self, member_id: int) -> Q:
        led = Q(cluster__lead=member_id, cluster__lead_accepted_at__isnull=False)
        led |= Q(cluster__acting_lead=member_id, cluster__lead_accepted_at__isnull=True)
        return led | Q(cluster__in=self._parts(member_id, [ParticipationRole.DEPUTY]))

    def _parts(self, member_id: int, roles: list[ParticipationRole]) -> Any:
        parts = apps.get_model("clusters", "Participation").objects.active()
        return parts.filter(member=member_id, role__in=roles).values("cluster")

    def _named(self, member_id: int) -> Any:
        rows = apps.get_model("results", "PeerReviewer")._default_manager.filter(member=member_id)
        return rows.order_by().values("review")

    def public(self) -> Self:
        """Keep what was published, withdrawn ones too."""
        return self.filter(state__in=sorted(PUBLIC_REVIEWS))

    def standing(self) -> Self:
        """Keep what was published and not withdrawn: only these are shown with a solution, a factsheet, a chain."""
        return self.filter(state__in=sorted(STANDING_REVIEWS))

    def of_cluster(self, cluster: Cluster | int) -> Self:
        """Keep those of a cluster."""
        return self.filter(cluster=cluster)

    def of_solution(self, solution: Solution | int) -> Self:
        """Keep those of a solution."""
        return self.filter(solution=solution)

    def unwithdrawn(self) -> Self:
        """Leave out what was withdrawn."""
        return self.exclude(state=ReviewState.WITHDRAWN)

    def for_list(self) -> Self:
        """Join what a line of a list shows, with the organisations of the reviewers: one query."""
        return self.select_related("cluster", "solution__project").with_places()

    def for_page(self) -> Self:
        """Join what a page shows, with criteria, recommendations and reviewers."""
        reviewers = apps.get_model("results", "PeerReviewer")._default_manager.select_related("organisation")
        joined = self.select_related("cluster", "solution__project", "outcome", "answered_for")
        return joined.prefetch_related(Prefetch("reviewers", reviewers), "criteria__term", "recommendations")

    def in_order(self) -> Self:
        """Order as lists do: the newest publication first, drafts on top."""
        return self.order_by(models.F("published_at").desc(nulls_first=True), "-pk")
