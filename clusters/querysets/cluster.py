"""Reads of clusters: who sees which, and what the register, desk and pages ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from clusters.choices import (
    ACTIVE_STATES,
    BINDING_PARTICIPATIONS,
    FINISHED_STATES,
    LEADING_ROLES,
    PROPOSED_STATES,
    PUBLIC_STATES,
    REFUSED_STATES,
    TAKING_STATES,
    ParticipationStatus,
    StageStatus,
    State,
)
from clusters.querysets.overview import OverviewQuerySet
from clusters.querysets.planning import mostly_in
from clusters.visibility import Viewer, viewer
from community.choices import Standing
from community.models import File

if TYPE_CHECKING:
    from community.models import User

#: Events by which somebody has written in a proposal or bound themselves to lead: they do not decide on it afterwards.
WRITING_VERBS = ("submit", "proposal.edited", "accept_lead", "adopt")
#: So many days after the end external partners still come into the room.
DAYS_OF_EXTERNALS = 30


class ClusterQuerySet(OverviewQuerySet):
    """Clusters; the rule of who sees what stands in `visible_to` alone. The register's filters are inherited."""

    def public(self) -> Self:
        """Keep what everybody sees: approved and later, and what was merged from there."""
        return self.filter(
            Q(state__in=sorted(PUBLIC_STATES)) | Q(state=State.MERGED, state_before__in=sorted(PUBLIC_STATES))
        )

    def visible_to(self, user: User | AnonymousUser | None, *, on: date | None = None) -> Self:
        """Keep what `user` may see on the day `on` (DESIGN section 2, "Who sees").

        Visitors: public. Members: also what is proposed. Proposer and named lead: all of theirs; readers of
        a draft until it is decided. Coordinators: all but drafts of their groups; stand-ins also what nobody
        of the group may decide. Administrators: all but drafts. A superuser sees nothing more.
        """
        who = viewer(user, on or timezone.localdate())
        merged = mostly_in("state", [State.MERGED])
        public = mostly_in("state", PUBLIC_STATES) | (merged & Q(state_before__in=sorted(PUBLIC_STATES)))
        if who.member_id is None and not who.is_administrator:
            return self.filter(public)
        if who.is_administrator or who.is_mission:
            return self.filter(~Q(state=State.DRAFT) | self._own(who))
        seen: Any = public | self._own(who)
        if who.is_cop:
            seen |= mostly_in("state", PROPOSED_STATES) | (merged & Q(state_before__in=sorted(PROPOSED_STATES)))
        if who.group_ids:
            seen |= Q(working_group__in=who.group_ids) & ~Q(state=State.DRAFT)
            seen |= Q(state__in=sorted(REFUSED_STATES)) & ~Exists(able_coordinators(on or timezone.localdate()))
        return self.filter(seen)

    def _own(self, who: Viewer) -> Q:
        """Return the condition for what a person proposed, leads or may read as a draft."""
        if who.member_id is None:
            return Q(pk__in=[])
        shared = apps.get_model("clusters", "DraftShare").objects.filter(member=who.member_id).values("cluster")
        early = Q(state__in=sorted({State.DRAFT, *PROPOSED_STATES}))
        return Q(proposer=who.member_id) | Q(lead=who.member_id) | (Q(pk__in=shared) & early)

    def with_room_for(self, user: User | AnonymousUser | None, *, on: date | None = None) -> Self:
        """Keep those whose room `user` reads on the day `on`; `clusters.rules.room.can_see_room` gives the reason."""
        on = on or timezone.localdate()
        who = viewer(user, on)
        opened = self.in_states(PUBLIC_STATES).filter(approved_at__isnull=False)
        if who.is_administrator or who.is_mission:
            return opened
        if who.member_id is None:
            return self.none()
        if who.is_guest:
            opened = opened.exclude(ended_on__lt=on - timedelta(days=DAYS_OF_EXTERNALS))
        parts = apps.get_model("clusters", "Participation").objects.active().filter(member=who.member_id)
        mine = Q(pk__in=parts.values("cluster")) | Q(lead=who.member_id)
        if not who.is_former:
            mine |= Q(proposer=who.member_id)
        return opened.filter(mine | Q(working_group__in=who.group_ids))

    def by_name(self, name: str) -> Self:
        """Keep the one that an address names: a reference, or `draft-<letters>`."""
        if name.startswith("draft-"):
            return self.filter(draft_code=name.removeprefix("draft-"), reference__isnull=True)
        return self.filter(reference=name)

    def in_states(self, states: Iterable[str]) -> Self:
        """Keep those in one of the states."""
        return self.filter(state__in=sorted(states))

    def active(self) -> Self:
        """Keep what is approved and not ended."""
        return self.in_states(ACTIVE_STATES)

    def finished(self) -> Self:
        """Keep what ended with a final factsheet."""
        return self.in_states(FINISHED_STATES)

    def led_by(self, member_id: int) -> Self:
        """Keep those that a person leads or is named to lead."""
        return self.filter(lead=member_id)

    def taken_part_in_by(self, member_id: int) -> Self:
        """Keep those in which a person takes part."""
        return self.filter(participations__member=member_id, participations__status="active").distinct()

    def worked_on_by(self, member_id: int | None, followed: models.QuerySet[Any]) -> Self:
        """Keep those that a person proposed, leads or has a live part in, and the `followed` ones, newest first."""
        parts = apps.get_model("clusters", "Participation").objects.live().filter(member=member_id or 0)
        mine = Q(proposer=member_id or 0) | Q(lead=member_id or 0) | Q(pk__in=parts.values("cluster"))
        return self.filter(mine | Q(pk__in=followed)).order_by("-updated_at", "-pk")

    def waiting_for_decision(self) -> Self:
        """Keep proposals on which somebody has to decide, oldest first."""
        return self.filter(state=State.SUBMITTED).order_by("submitted_at", "pk")

    def looked_at_by(self, member_id: int | None) -> Self:
        """Keep the proposals that somebody looks at; None: those that nobody does."""
        if member_id is None:
            return self.filter(review_assignment__isnull=True)
        return self.filter(review_assignment__member=member_id)

    def for_stand_ins(self, on: date) -> Self:
        """Keep those on which no coordinator of the responsible group may decide that day."""
        return self.exclude(Exists(able_coordinators(on)))

    def for_own_coordinators(self, on: date) -> Self:
        """Keep those on which some coordinator of the responsible group may decide that day."""
        return self.filter(Exists(able_coordinators(on)))

    def for_groups(self, group_ids: Iterable[int]) -> Self:
        """Keep those whose responsible working group is one of these."""
        return self.filter(working_group__in=list(group_ids))

    def outside_groups(self, group_ids: Iterable[int]) -> Self:
        """Keep those whose responsible working group is none of these."""
        return self.exclude(working_group__in=list(group_ids))

    def one_day(self) -> Self:
        """Keep those planned for a single day."""
        return self.filter(starts_on=F("ends_on"))

    def without_party(self, member_id: int) -> Self:
        """Leave out those that the person proposed, leads or is deputy of (four eyes)."""
        deputy = apps.get_model("clusters", "Participation").objects.filter(
            cluster=OuterRef("pk"),
            member=member_id,
            status__in=sorted(BINDING_PARTICIPATIONS),
            role__in=sorted(LEADING_ROLES),
        )
        wrote = apps.get_model("community", "Event").objects.filter(
            kind="cluster", subject_id=OuterRef("pk"), verb__in=WRITING_VERBS, by__member=member_id
        )
        drafted = apps.get_model("clusters", "DraftWriter").objects.filter(cluster=OuterRef("pk"), member=member_id)
        mine = Q(proposer=member_id)
        for column in ("lead", "acting_lead"):
            mine |= Q(**{column: member_id, f"{column}__isnull": False})
        return self.exclude(mine).exclude(Exists(deputy)).exclude(Exists(wrote)).exclude(Exists(drafted))

    def keys_without_party(self, member_id: int, clusters: Iterable[models.Model]) -> set[int]:
        """Return which of these `clusters` remain after `without_party`; one query for all of them."""
        rows = self.filter(pk__in=[cluster.pk for cluster in clusters]).without_party(member_id)
        return set(rows.values_list("pk", flat=True))

    def connected_to(self, kind: str, subject: models.Model) -> Self:
        """Keep those that belong to a need, solution, project, organisation, working group or member, newest first.

        A project's clusters work with its solutions or are owned by it; an organisation's and a member's are
        those in which they take part or lead.

        Raises:
            KeyError: clusters are not connected to that kind.
        """
        active = ParticipationStatus.ACTIVE
        conditions = {
            "need": Q(need=subject.pk) | Q(further_needs=subject.pk),
            "solution": Q(solutions=subject.pk),
            "project": Q(owning_project=subject.pk) | Q(solutions__project=subject.pk),
            "organisation": Q(lead_organisation=subject.pk)
            | Q(participations__organisation=subject.pk, participations__status=active),
            "working_group": Q(working_group=subject.pk) | Q(further_working_groups=subject.pk),
            "member": Q(lead=subject.pk) | Q(participations__member=subject.pk, participations__status=active),
        }
        ids = self.model._default_manager.filter(conditions[kind]).values("pk")
        return self.filter(pk__in=ids).order_by("-updated_at", "-pk")

    def drafts_after(self, cluster: models.Model, proposer_id: int) -> Self:
        """Keep the person's drafts that propose an ended cluster again and were never proposed, newest first."""
        mine = self.filter(follows=cluster.pk, proposer=proposer_id, state=State.DRAFT, reference__isnull=True)
        return mine.order_by("-pk")

    def merged_below(self, cluster_id: int) -> list[int]:
        """Return the keys of those that went into a cluster, and into these before; a query for each generation."""
        found: list[int] = []
        latest = [cluster_id]
        while latest:
            rows = self.filter(merged_into__in=latest).exclude(pk__in=[cluster_id, *found]).order_by("pk")
            latest = list(rows.values_list("pk", flat=True))
            found += latest
        return found

    def taking_in(self) -> Self:
        """Keep those that another cluster can go into."""
        return self.in_states(TAKING_STATES)

    def for_desk(self) -> Self:
        """Join and prefetch what the verdicts and, beside `clusters.rules.content.parts_of`, the check-lists read."""
        rows = self.for_page().select_related("lead__user", "review_assignment__member")
        return rows.prefetch_related("merge_requests__into", "stages", "participations")

    def with_late_stages(self, on: date) -> Self:
        """Keep those with an open stage past its planned end."""
        late = apps.get_model("clusters", "Stage").objects.filter(
            cluster=OuterRef("pk"),
            status__in=[StageStatus.PLANNED, StageStatus.RUNNING],
            planned_end_on__lt=on,
        )
        return self.filter(Exists(late))

    def for_frame(self) -> Self:
        """Join what every page of a cluster shows; what single pages need besides is asked when it is needed."""
        return self.select_related("working_group", "lead_organisation", "need", "lead")

    def for_verbs(self) -> Self:
        """Join who proposed and who leads, with their accounts: what the verdict of each button reads.

        Says as `has_outcomes` and `has_open_conditions` what stands in the way of an end, so that buttons need not ask.
        """
        outcomes = apps.get_model("clusters", "Outcome").objects.filter(cluster=OuterRef("pk"))
        open_ = apps.get_model("clusters", "Condition").objects.filter(
            cluster=OuterRef("pk"), confirmed_at__isnull=True, waived_at__isnull=True
        )
        joined = self.select_related("lead__user", "proposer__user", "acting_lead")
        return joined.annotate(has_outcomes=Exists(outcomes), has_open_conditions=Exists(open_))

    def with_ties(self) -> Self:
        """Say whether it answers further needs, was asked to go elsewhere, amended, took something in or is followed.

        As `has_further_needs`, `has_merge_request`, `has_amendments` and `has_relatives`: few are, and the others need
        not ask.
        """
        needs = self.model.further_needs.through._default_manager.filter(cluster=OuterRef("pk"))
        tied = self.model._default_manager.filter(Q(merged_into=OuterRef("pk")) | Q(follows=OuterRef("pk")))
        asked = apps.get_model("clusters", "MergeRequest").objects.filter(cluster=OuterRef("pk"), status="open")
        amended = apps.get_model("clusters", "Amendment").objects.filter(cluster=OuterRef("pk"))
        return self.annotate(
            has_further_needs=Exists(needs),
            has_merge_request=Exists(asked),
            has_amendments=Exists(amended),
            has_relatives=Exists(tied),
        )

    def with_lead_rule(self, on: date, *, roles: Sequence[str] | None = None, months: int | None = None) -> Self:
        """Say of each as `leads_rightly` whether its lead works where it is led from, and that place may lead.

        `roles` and `months` as `PartnershipQuerySet.leading` takes them.
        """
        leading = apps.get_model("community", "Partnership").objects.leading(on, roles=roles, months=months)
        works_there = apps.get_model("community", "Affiliation").objects.current(on).entitling()
        right = works_there.filter(member=OuterRef("lead"), organisation=OuterRef("lead_organisation"))
        return self.annotate(leads_rightly=Exists(right.filter(organisation__in=leading.values("organisation"))))

    def with_ended_lead(self, on: date) -> Self:
        """Keep what is proposed or at work and whose accepted lead may not lead on the day `on`, or is gone."""
        gone = Q(lead__standing=Standing.FORMER) | Q(lead__erased_at__isnull=False) | Q(lead__user__is_active=False)
        led = self.in_states({*PROPOSED_STATES, *ACTIVE_STATES}).filter(lead_accepted_at__isnull=False)
        return led.with_lead_rule(on).filter(Q(leads_rightly=False) | gone)

    def for_page(self) -> Self:
        """Join what a cluster's page needs in the same query."""
        return self.select_related(
            "working_group",
            "lead",
            "lead_organisation",
            "proposer",
            "need",
            "specific_objective",
            "owning_project",
            "merged_into",
            "follows",
        )

    def for_snapshot(self) -> Self:
        """Join and prefetch everything that `clusters.summary.snapshot` reads."""
        return (
            self.for_page()
            .select_related("need__organisation", "need__raised_by")
            .prefetch_related(
                "further_working_groups",
                "levels",
                "objectives",
                "themes",
                "sdgs",
                "territories",
                "participations__organisation",
                "participations__member",
                "solutions__project",
                "solutions__maturity",
                "stages",
                models.Prefetch("stages__evidence", queryset=File.objects.public().order_by("uploaded_at", "pk")),
                "expected_outcomes",
                "outcomes",
                models.Prefetch("outcomes__evidence", queryset=File.objects.public().order_by("uploaded_at", "pk")),
                "meetings__attendance",
                "amendments",
                "conditions",
                "follow_ups",
            )
        )


@lru_cache(maxsize=16)
def able_coordinators(on: date, *, through: str = "") -> models.QuerySet[models.Model]:
    """Return the coordinators of the outer cluster's group who may decide on it that day.

    Not absent, with an active account, and none of `clusters.permissions.parties` (four eyes). `through` is the path
    from the outer row to the cluster ("cluster__"), where it is a part of one. Composed once a day: it is never read
    by itself, and whoever puts it into a query takes a copy.
    """
    wrote = apps.get_model("community", "Event").objects.filter(
        kind="cluster",
        subject_id=OuterRef(OuterRef(f"{through}pk")),
        verb__in=WRITING_VERBS,
        by__member=OuterRef("member"),
    )
    deputies = apps.get_model("clusters", "Participation").objects.filter(
        cluster=OuterRef(OuterRef(f"{through}pk")),
        member=OuterRef("member"),
        status__in=sorted(BINDING_PARTICIPATIONS),
        role__in=sorted(LEADING_ROLES),
    )
    drafted = apps.get_model("clusters", "DraftWriter").objects.filter(
        cluster=OuterRef(OuterRef(f"{through}pk")), member=OuterRef("member")
    )
    return (
        apps.get_model("community", "Appointment")
        .objects.present(on)
        .filter(working_group=OuterRef(f"{through}working_group"), member__user__is_active=True)
        .exclude(member_id=OuterRef(f"{through}proposer_id"))
        .exclude(member_id=Coalesce(OuterRef(f"{through}lead_id"), 0))
        .exclude(member_id=Coalesce(OuterRef(f"{through}acting_lead_id"), 0))
        .exclude(Exists(deputies))
        .exclude(Exists(wrote))
        .exclude(Exists(drafted))
    )
