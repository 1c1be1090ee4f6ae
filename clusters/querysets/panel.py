"""Reads of questions to advice panels, and of the people whom they ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Prefetch, Q
from django.utils import timezone

from clusters.choices import ENDED_STATES, OPEN_PANELS, OPEN_PLACES, PanelPlace, PanelState
from clusters.querysets.overview import gone
from clusters.visibility import Viewer, viewer
from community.choices import OPEN_NEEDS

if TYPE_CHECKING:
    from clusters.models import Cluster, PanelAnswer, PanelQuestion
    from community.models import Member, Need, Term, User

#: Who is or was asked reads the question; whom the asking side no longer asks does not.
READING_PLACES = tuple(place for place in PanelPlace.values if place != PanelPlace.WITHDRAWN)


def _clusters() -> Any:
    return apps.get_model("clusters", "Cluster")._default_manager.all()


def _on_needs_of(cluster: Cluster) -> Q:
    """Return the condition that a question is about a need that a cluster answers: its first, or a further one."""
    model: Any = apps.get_model("clusters", "Cluster")
    further = model.further_needs.through._default_manager.filter(cluster=cluster)
    found = Q(need__in=further.order_by().values("need"))
    return found if cluster.need_id is None else found | Q(need=cluster.need_id)


class PanelQuestionQuerySet(models.QuerySet["PanelQuestion"]):
    """Questions to advice panels."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` reads.

        A published question: who sees the cluster, and of a need everybody. Before that: who reads the cluster's
        room; of a need who raised it, who asked, coordinators and administrators; and those who are asked.
        """
        who = viewer(user, timezone.localdate())
        seen = Q(published_at__isnull=False) & (
            Q(need__isnull=False) | Q(cluster__in=_clusters().visible_to(user).order_by().values("pk"))
        )
        if who.member_id is None and not who.is_administrator:
            return self.filter(seen)
        inside = Q(cluster__in=_clusters().with_room_for(user).order_by().values("pk"))
        if who.is_administrator or who.is_coordinator:
            inside |= Q(need__isnull=False)
        if who.member_id is not None:
            places = apps.get_model("clusters", "PanelAnswer")._default_manager.filter(
                asked=who.member_id, status__in=READING_PLACES
            )
            inside |= Q(pk__in=places.order_by().values("question"))
            if who.is_cop:
                inside |= Q(need__raised_by=who.member_id)
        return self.filter(seen | inside)

    def open(self) -> Self:
        """Keep those that wait for answers, or for more of them."""
        return self.filter(state__in=OPEN_PANELS)

    def undone(self) -> Self:
        """Keep those that wait for answers, or for the lead's word whether they are asked."""
        return self.filter(state__in=(PanelState.SUGGESTED, *OPEN_PANELS))

    def published(self) -> Self:
        """Keep those that everybody reads who reads what they are about."""
        return self.filter(published_at__isnull=False)

    def of_cluster(self, cluster: Cluster) -> Self:
        """Keep the questions of one cluster, withdrawn ones left out."""
        return self.filter(cluster=cluster).exclude(state=PanelState.WITHDRAWN)

    def of_need(self, need: Need) -> Self:
        """Keep the questions about one need, withdrawn ones left out."""
        return self.filter(need=need).exclude(state=PanelState.WITHDRAWN)

    def left_over(self) -> Self:
        """Keep those whose cluster or need is over, for which somebody is still asked, or which nobody put yet."""
        waits = Q(state__in=(PanelState.SUGGESTED, PanelState.OPEN))
        waiting = apps.get_model("clusters", "PanelAnswer")._default_manager.filter(status__in=OPEN_PLACES)
        waits |= Q(state=PanelState.ANSWERED, pk__in=waiting.order_by().values("question"))
        over = Q(cluster__state__in=ENDED_STATES) | (Q(need__isnull=False) & ~Q(need__status__in=OPEN_NEEDS))
        return self.filter(waits, over)

    def told_by(self, cluster: Cluster) -> Self:
        """Keep the published questions that a cluster's factsheet tells: its own, and those on the needs it answers."""
        return self.published().filter(Q(cluster=cluster) | _on_needs_of(cluster))

    def on_needs_of(self, cluster: Cluster) -> Self:
        """Keep the questions on the needs that a cluster answers."""
        return self.filter(_on_needs_of(cluster))

    def asked_for(self, who: Viewer) -> Self:
        """Keep those whose asking side a person is: lead or deputy of the cluster, who raised the need or asked.

        Where all of them have left: the coordinators of the cluster's group and of the mission, of a need those of the
        mission.
        """
        if not who.is_cop:
            return self.none()
        theirs = Q(need__raised_by=who.member_id) | Q(need__isnull=False, asked_by=who.member_id)
        theirs |= Q(cluster__in=_clusters().kept_by(who.member_id).order_by().values("pk"))
        if who.is_coordinator:
            left = _clusters().left_by_lead()
            left = left if who.is_mission else left.filter(working_group__in=who.group_ids)
            theirs |= Q(cluster__in=left.order_by().values("pk"))
        if who.is_mission:
            theirs |= Q(need__isnull=False) & gone("need__raised_by") & gone("asked_by")
        return self.filter(theirs)

    def on_challenge(self, term: Term) -> Self:
        """Keep those about a need with this challenge, or of a cluster with this theme."""
        needs = apps.get_model("community", "Need")._default_manager.filter(challenges=term)
        about = Q(need__in=needs.order_by().values("pk"))
        return self.filter(about | Q(cluster__in=_clusters().on_themes([term.code]).order_by().values("pk")))

    def for_rows(self) -> Self:
        """Load what a row of a list shows: what it is about, and how many are asked and have answered."""
        asked = Count("answers", filter=~Q(answers__status=PanelPlace.WITHDRAWN))
        answered = Count("answers", filter=Q(answers__status=PanelPlace.ANSWERED))
        return self.select_related("cluster", "need").annotate(asked_count=asked, answered_count=answered)

    def for_page(self) -> Self:
        """Load what the page of a question shows, the people asked in the order of asking."""
        answers = apps.get_model("clusters", "PanelAnswer")._default_manager.select_related("asked", "organisation")
        return self.select_related(
            "cluster__lead_organisation", "cluster__working_group", "need__organisation", "need__raised_by", "asked_by"
        ).prefetch_related(Prefetch("answers", queryset=answers.order_by("pk")), "expertise", "territories")


class PanelAnswerQuerySet(models.QuerySet["PanelAnswer"]):
    """The people whom questions ask, and what they answered."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep the places of a person, and those of questions whose asking side they are; what mails are about."""
        who = viewer(user, timezone.localdate())
        if who.member_id is None:
            return self.none()
        questions = apps.get_model("clusters", "PanelQuestion")._default_manager.asked_for(who)
        return self.filter(Q(asked=who.member_id) | Q(question__in=questions.order_by().values("pk")))

    def of_member(self, member: Member | int) -> Self:
        """Keep the places of one person."""
        return self.filter(asked=member)

    def waiting(self) -> Self:
        """Keep those who are still to answer a question that is open, of a cluster or about a need that goes on."""
        goes_on = Q(question__need__status__in=OPEN_NEEDS)
        goes_on |= Q(question__cluster__isnull=False) & ~Q(question__cluster__state__in=ENDED_STATES)
        return self.filter(goes_on, status__in=OPEN_PLACES, question__state__in=OPEN_PANELS)

    def to_remind(self, *, asked_on: Iterable[date], wanted_on: Iterable[date]) -> Self:
        """Keep those who wait, and were asked on one of these days, or accepted to answer by one of those."""
        silent = Q(status=PanelPlace.INVITED, invited_at__date__in=list(asked_on))
        return self.waiting().filter(silent | Q(status=PanelPlace.ACCEPTED, question__wanted_on__in=list(wanted_on)))

    def answered(self) -> Self:
        """Keep the answers."""
        return self.filter(status=PanelPlace.ANSWERED)

    def run_out(self, on: date) -> Self:
        """Keep those who never said whether they would, where the answer was wanted before the day `on`."""
        return self.filter(status=PanelPlace.INVITED, question__state__in=OPEN_PANELS, question__wanted_on__lt=on)
