"""Reads of uptakes: who sees which, what counts, what is declared and what is documented."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from clusters.choices import PUBLIC_STATES, State
from community.choices import Whereabouts
from community.querysets.period import rows_of
from community.querysets.territory import lying_within, placed
from community.visibility import account
from results.choices import LADDER, LIVE_STEPS, ON_THE_WAY, Proof, UptakeStep

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from clusters.models import Cluster
    from community.models import Organisation, Project, Solution, Territory, User
    from results.models import Uptake, UptakeConfirmation


def documenting() -> models.QuerySet[UptakeConfirmation]:
    """Return the confirmations that document the uptake of an outer query as it is stated now.

    The adopting organisation confirmed exactly this statement, and its document is there: a link or number, or a
    file that was not removed. A later change of substance raises the uptake's `statement`, and none fits any more; nor
    does one that the organisation took back by a refusal, whatever came after that.
    """
    rows = apps.get_model("results", "UptakeConfirmation").objects.confirming()
    with_file = Q(document__isnull=False, document__removed_at__isnull=True)
    found: models.QuerySet[UptakeConfirmation] = rows.filter(uptake=OuterRef("pk"), statement=OuterRef("statement"))
    return found.filter(with_file | ~Q(document_url="") | ~Q(document_number=""))


def refused() -> Any:
    """Return the keys of the uptakes that their organisations do not confirm (decision 0172); they are few.

    It said no to what is stated now, and has not confirmed it since. A change of substance raises the `statement`, and
    the refusal is of an older one.
    """
    return apps.get_model("results", "UptakeConfirmation").objects.refusing().values("uptake")


class UptakeQuerySet(models.QuerySet["Uptake"]):
    """Solutions taken up by organisations, each through one cluster."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may read: those of visible clusters that are disclosed, and all of one's own work.

        An undisclosed one is read by those who read the room of its cluster: who takes part, the proposer, the lead's
        side, its coordinators and administrators.
        """
        # Asked of each row's own cluster: few rows are wanted of many clusters.
        clusters, own = apps.get_model("clusters", "Cluster").objects, Q(pk=OuterRef("cluster"))
        seen = self.filter(Exists(clusters.visible_to(user).filter(own)))
        if account(user) is None:
            return seen.disclosed()
        return seen.filter(Q(is_disclosed=True) | Exists(clusters.with_room_for(user).filter(own)))

    def of_public_clusters(self, user: User | AnonymousUser | None) -> Self:
        """Keep those of public clusters that `user` may read: the same rows as `visible_to`, for who wants all of them.

        Everybody sees these clusters, so that only undisclosed uptakes, which are few, are asked for their room.
        """
        rows = self.filter(cluster__state__in=sorted(PUBLIC_STATES))
        if account(user) is None:
            return rows.disclosed()
        clusters, own = apps.get_model("clusters", "Cluster").objects, Q(pk=OuterRef("cluster"))
        kept_back = self.model._default_manager.filter(is_disclosed=False).order_by()
        own_work = kept_back.filter(Exists(clusters.with_room_for(user).filter(own)))
        return rows.filter(Q(is_disclosed=True) | Q(pk__in=own_work.values("pk")))

    def disclosed(self) -> Self:
        """Keep what everybody may read who sees the cluster: documents and figures show nothing else."""
        return self.filter(is_disclosed=True)

    def listed(self) -> Self:
        """Keep what the list of all uptakes holds for everybody: disclosed ones of public clusters."""
        return self.disclosed().filter(cluster__state__in=sorted(PUBLIC_STATES))

    def standing(self) -> Self:
        """Leave out those of discontinued clusters, as figures do: such a cluster stands for nothing any more."""
        return self.exclude(cluster__state=State.DISCONTINUED)

    def matching(self, query: str) -> Self:
        """Keep those whose solution or organisation holds every word of `query`."""
        solutions, organisations = (
            apps.get_model("community", name).objects.matching(query).order_by().values("pk")
            for name in ("Solution", "Organisation")
        )
        return self.filter(Q(solution__in=solutions) | Q(organisation__in=organisations))

    def within(self, letters: str) -> Self:
        """Keep those in a country (`TerritoryQuerySet.within`), or by an organisation of it where no place is said."""
        return self.filter(Q(territory__in=lying_within(letters)) | Q(territory=None, organisation__country=letters))

    def placed(self, where: str, among: Iterable[int] | None = None) -> Self:
        """Keep those of a `Whereabouts`: by their territory, or by the organisation's country where none is said.

        `among` as in `community.querysets.territory.placed`.
        """
        keys, is_there = placed(where, among)
        if is_there:
            letters = rows_of("Territory").programme_regions().order_by().values("country")
            abroad = Q(territory=None) & ~Q(organisation__country="") & ~Q(organisation__country__in=letters)
            return self.filter(Q(territory__in=keys) | abroad)
        unsaid = Q(territory=None)
        if where == Whereabouts.NOWHERE:
            unsaid &= Q(organisation__country="")
        return self.filter(unsaid | (Q(territory__isnull=False) & ~Q(territory__in=keys)))

    def through(self, clusters: models.QuerySet[Any, Any]) -> Self:
        """Keep those that came through one of these clusters."""
        return self.filter(cluster__in=clusters.order_by().values("pk"))

    def in_region(self, code: str) -> Self:
        """Keep those in a region of the programme, or in what lies in it, as every list of places has it."""
        return self.filter(territory__in=lying_within(code))

    def live(self) -> Self:
        """Leave out those that were stopped."""
        return self.in_steps(LIVE_STEPS)

    def in_steps(self, steps: Iterable[str]) -> Self:
        """Keep those on one of the steps."""
        return self.filter(state__in=sorted(steps))

    def in_use(self) -> Self:
        """Keep what is used: the only uptakes that figures and factsheets count."""
        return self.filter(state=UptakeStep.IN_USE)

    def on_the_way(self) -> Self:
        """Keep the steps before the use, which no figure counts."""
        return self.in_steps(ON_THE_WAY)

    def with_documented(self) -> Self:
        """Add `is_documented` and `is_refused`: what the adopting organisation says of the present statement.

        The first: it confirmed it with a document; the second: its last word is no.
        """
        return self.with_refused().annotate(is_documented=Exists(documenting()))

    def with_refused(self) -> Self:
        """Add `is_refused`: whether the adopting organisation's last word on the present statement is no."""
        return self.annotate(is_refused=Q(pk__in=refused()))

    def refused(self) -> Self:
        """Keep what the adopting organisation does not confirm."""
        return self.filter(pk__in=refused())

    def unrefused(self) -> Self:
        """Leave out what the adopting organisation does not confirm: no figure and no document holds it."""
        return self.exclude(pk__in=refused())

    def documented(self) -> Self:
        """Keep what the adopting organisation confirmed as it stands now, with a document."""
        return self.filter(Exists(documenting()))

    def declared(self) -> Self:
        """Keep what only the cluster says, and the organisation does not deny."""
        return self.unrefused().filter(~Exists(documenting()))

    def of_proof(self, proof: str) -> Self:
        """Keep those of one proof, as `results.choices.proof_of` tells it of a row."""
        if proof == Proof.STOPPED:
            return self.in_steps([UptakeStep.STOPPED])
        if proof == Proof.NOT_CONFIRMED:
            return self.live().refused()
        if proof == Proof.ON_THE_WAY:
            return self.on_the_way().unrefused()
        return self.in_use().documented() if proof == Proof.DOCUMENTED else self.in_use().declared()

    def of_cluster(self, cluster: Cluster | int) -> Self:
        """Keep those that came through a cluster."""
        return self.filter(cluster=cluster)

    def of_clusters(self, clusters: Iterable[int]) -> Self:
        """Keep those that came through any of these clusters (keys)."""
        return self.filter(cluster__in=list(clusters))

    def of_solution(self, solution: Solution | int) -> Self:
        """Keep those of a solution."""
        return self.filter(solution=solution)

    def of_organisation(self, organisation: Organisation | int) -> Self:
        """Keep what an organisation has taken up."""
        return self.filter(organisation=organisation)

    def of_project(self, project: Project | int) -> Self:
        """Keep those of a project's solutions."""
        return self.filter(solution__project=project)

    def of_territory(self, territory: Territory | int) -> Self:
        """Keep those in a territory."""
        return self.filter(territory=territory)

    def for_page(self) -> Self:
        """Join what a line shows, with `is_documented`."""
        joined = self.select_related("cluster", "solution__project", "organisation", "territory", "outcome")
        return joined.with_documented()

    def in_order(self) -> Self:
        """Order as lists do: what is used first, then the steps down to the lowest, what stopped last; newest first."""
        steps = [models.When(state=step, then=number) for number, step in enumerate(reversed(LADDER))]
        height = models.Case(*steps, default=len(LADDER), output_field=models.SmallIntegerField())
        return self.order_by(height, models.F("in_use_on").desc(nulls_last=True), "-created_at", "-pk")
