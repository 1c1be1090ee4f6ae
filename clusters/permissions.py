"""Who acts as what on a cluster, and the predicates with reasons that pages and actions ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clusters.choices import (
    ACTIVE_STATES,
    BINDING_PARTICIPATIONS,
    DECIDERS,
    EDITABLE_STATES,
    FINISHED_STATES,
    LEADING_ROLES,
    MERGEABLE_STATES,
    Capacity,
    MergeStatus,
    ParticipationRole,
    ParticipationStatus,
    State,
)
from clusters.models import Cluster
from clusters.querysets.cluster import WRITING_VERBS
from clusters.visibility import Viewer, viewer
from community.access import named_members
from community.choices import Standing
from community.models import Affiliation, Appointment, Event, Member, Organisation, Partnership, User
from community.permissions import ALLOWED, Verdict, refused
from community.visibility import account

#: Who decides in their own group, and so asks for a merge instead of answering.
_OWN_DECIDERS = frozenset({Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR})
#: Capacities that do what the lead does.
LEADS = (Capacity.LEAD, Capacity.DEPUTY)
EXTERNAL = _("External partners are neither lead nor deputy. An administrator can make them members of the community.")


def capacities(
    user: User | AnonymousUser | None, cluster: Cluster, on: date, *, besides: frozenset[int] = frozenset()
) -> frozenset[str]:
    """Return all capacities in which `user` may act on `cluster` on the day `on`; None is the clock.

    Args:
        besides: members who may not decide either, where an amendment is decided on: stand-ins step in sooner.
    """
    if user is None:
        return frozenset({Capacity.CLOCK})
    who = viewer(user, on)
    held: set[str] = set()
    if who.is_administrator:
        held.add(Capacity.ADMINISTRATOR)
    if who.member_id is None:
        return frozenset(held)
    held.add(Capacity.MEMBER if who.is_cop else Capacity.EXTERNAL if who.is_external else "former")
    if cluster.proposer_id == who.member_id and not who.is_former:
        held.add(Capacity.PROPOSER)
    held |= set() if who.has_left(cluster.state) else _leading(who.member_id, cluster)
    if acts_as_lead(who, cluster):
        held |= _standing_in_for_lead(cluster)
    if who.is_mission:
        held.add(Capacity.MISSION_COORDINATOR)
    if cluster.working_group_id in who.group_ids:
        held.add(Capacity.COORDINATOR)
    elif (
        who.is_coordinator and not who.is_mission and cluster.working_group_id and not _known_able(cluster, on, besides)
    ):
        held.add(Capacity.STAND_IN)
    if who.is_coordinator and not held & _OWN_DECIDERS and _is_asked_to_take_in(who.group_ids, cluster, on):
        held.add(Capacity.TAKING_IN)
    return frozenset(held)


def _is_asked_to_take_in(group_ids: frozenset[int], cluster: Cluster, on: date) -> bool:
    """Tell whether a coordinator of these groups answers the open request to merge `cluster` into another one.

    Stand-ins answer where nobody of the other group may. Asked once for an instance.
    """
    if cluster.state not in MERGEABLE_STATES or not getattr(cluster, "has_merge_request", True):
        return False
    known: list[Cluster] | None = cluster.__dict__.get("_known_targets")
    if known is None:
        known = [row.into for row in cluster.merge_requests.all() if row.status == MergeStatus.OPEN]
        cluster.__dict__["_known_targets"] = known
    return any(into.working_group_id in group_ids or not _known_able(into, on, frozenset()) for into in known)


def _leading(member_id: int, cluster: Cluster) -> set[str]:
    """Return lead, named lead, deputy and participant, as far as the person is one of them."""
    held: set[str] = set()
    if cluster.lead_id == member_id:
        held.add(Capacity.NAMED_LEAD)
        if cluster.lead_accepted_at is not None:
            held.add(Capacity.LEAD)
    for role, _access in active_parts(member_id, cluster):
        held.add(Capacity.PARTICIPANT)
        if role == ParticipationRole.DEPUTY:
            held.add(Capacity.DEPUTY)
    return held


def acts_as_lead(who: Viewer, cluster: Cluster) -> bool:
    """Tell whether the person adopted the cluster and still coordinates its group: the end of that ends both."""
    if who.member_id is None or cluster.acting_lead_id != who.member_id:
        return False
    return who.is_mission or cluster.working_group_id in who.group_ids


def _standing_in_for_lead(cluster: Cluster) -> set[str]:
    """Return what the acting lead stands in for: the lead where there is none, the proposer of a proposal."""
    held: set[str] = set() if cluster.has_lead else {Capacity.LEAD}
    return held | ({Capacity.PROPOSER} if cluster.state in EDITABLE_STATES else set())


def active_parts(member_id: int, cluster: Cluster) -> list[tuple[str, str]]:
    """Return as what a person takes part and with which access, asked once for an instance: pages ask it often."""
    known: dict[int, list[tuple[str, str]]] = cluster.__dict__.setdefault("_known_roles", {})
    if member_id not in known and "participations" in getattr(cluster, "_prefetched_objects_cache", {}):
        rows = [row for row in cluster.participations.all() if row.status == ParticipationStatus.ACTIVE]
        known[member_id] = [(row.role, row.access) for row in rows if row.member_id == member_id]
    if member_id not in known:
        mine = cluster.participations.active().filter(member=member_id)
        known[member_id] = list(mine.values_list("role", "access"))
    return known[member_id]


def parties(cluster: Cluster) -> frozenset[int]:
    """Return the members who may not decide on this cluster.

    Proposer, lead, deputies, acting lead, whoever was one of these, and whoever wrote in the draft or the proposal
    or accepted to lead it before: handing the lead on does not make a stranger of who wrote it.
    """
    first, *others = _bound(cluster)
    return _named(cluster) | frozenset(first.union(*others))


def _named(cluster: Cluster) -> frozenset[int]:
    """Return the parties that stand in the cluster's own row."""
    return frozenset(pk for pk in (cluster.proposer_id, cluster.lead_id, cluster.acting_lead_id) if pk is not None)


def _bound(cluster: Cluster) -> list[QuerySet[Any, Any]]:
    """Return the keys of the parties that stand in other rows: deputies, and who wrote in the proposal or draft."""
    writers = Event.objects.about(cluster).filter(verb__in=WRITING_VERBS, by__member__isnull=False)
    deputies = cluster.participations.filter(
        role__in=sorted(LEADING_ROLES), status__in=sorted(BINDING_PARTICIPATIONS), member__isnull=False
    )
    return [
        deputies.order_by().values_list("member_id", flat=True),
        writers.order_by().values_list("by__member", flat=True),
        cluster.draft_writers.order_by().values_list("member_id", flat=True),
    ]


def free_to_decide(cluster: Cluster, on: date, besides: frozenset[int]) -> QuerySet[Appointment]:
    """Return the appointments of those who may decide on the cluster as far as four eyes go: none of `parties`."""
    free = Appointment.objects.present(on).filter(member__user__is_active=True)
    free = free.exclude(member__in=_named(cluster) | besides)
    for keys in _bound(cluster):
        free = free.exclude(member__in=keys)
    return free


def _able(cluster: Cluster, on: date, besides: frozenset[int]) -> bool:
    """Tell whether some coordinator of the responsible group may decide that day."""
    return free_to_decide(cluster, on, besides).filter(working_group=cluster.working_group_id).exists()


def know_able(clusters: Iterable[Cluster], on: date) -> None:
    """Remember of each cluster whether its group's coordinators may decide that day; one query for all of them."""
    rows = list(clusters)
    able = set()
    if rows:
        asked = Cluster.objects.filter(pk__in=[cluster.pk for cluster in rows])
        able = set(asked.for_own_coordinators(on).values_list("pk", flat=True))
    for cluster in rows:
        cluster.__dict__.setdefault("_known_able", {})[_able_key(cluster, on, frozenset())] = cluster.pk in able


def _able_key(cluster: Cluster, on: date, besides: frozenset[int]) -> tuple[object, ...]:
    """Return what the answer of `_able` depends on in the instance itself."""
    return (on, cluster.working_group_id, cluster.proposer_id, cluster.lead_id, cluster.acting_lead_id, besides)


def _known_able(cluster: Cluster, on: date, besides: frozenset[int]) -> bool:
    """Tell the same as `_able`, asked once for an instance, its people and day: pages ask it again and again."""
    known: dict[tuple[object, ...], bool] = cluster.__dict__.setdefault("_known_able", {})
    key = _able_key(cluster, on, besides)
    if key not in known:
        known[key] = _able(cluster, on, besides)
    return known[key]


def deciding_members(cluster: Cluster, on: date, *, besides: frozenset[int] = frozenset()) -> list[Member]:
    """Return who may decide on this cluster: its group's coordinators, else the stand-ins; nobody of `besides`."""
    free = free_to_decide(cluster, on, besides).select_related("member")
    own = [a.member for a in free if a.working_group_id == cluster.working_group_id]
    return list(dict.fromkeys(own or [a.member for a in free]))


def is_gone(member: Member | None) -> bool:
    """Tell whether a person is no longer there: former, erased, or with a closed account.

    Who never had an account is there, and a lead who is not named is no person.
    """
    if member is None:
        return False
    closed = member.user is not None and not member.user.is_active
    return closed or member.standing == Standing.FORMER or member.erased_at is not None


@dataclass(frozen=True)
class Stake:
    """A partnership of an organisation for which a lead works, as far as the rule of leads reads it."""

    role: str | None
    until_on: date | None
    project: str
    project_end: date | None
    is_leading: bool


class Leads:
    """Whether named leads may lead on the day `on`, of one cluster or of many: one query for all, once it is needed.

    Source: DESIGN section 2, "Eligible lead": affiliated with the organisation that day and no external partner; the
    organisation is in one of `LEAD_ROLES` of a governance or transfer project that has not ended more than
    `LEAD_AFTER_END_MONTHS` months ago; a partnership's own end counts at once. From today on the person must be
    there besides; of a day that is past nobody can tell.
    """

    def __init__(self, pairs: Iterable[tuple[Member | None, Organisation | None]], on: date) -> None:
        """Look at each person with the organisation that would lead."""
        self.pairs = {(who.pk, place.pk) for who, place in pairs if who is not None and place is not None}
        self.on = on

    @cached_property
    def stakes(self) -> dict[tuple[int, int], list[Stake]]:
        """The partnerships by member and organisation; no entry where the person does not work there that day."""
        partnership = "organisation__partnerships"
        leading = Partnership.objects.leading(self.on).filter(pk=OuterRef(f"{partnership}__pk"))
        members, places = {who for who, _place in self.pairs}, {place for _who, place in self.pairs}
        rows = Affiliation.objects.current(self.on).entitling().filter(member__in=members, organisation__in=places)
        found: dict[tuple[int, int], list[Stake]] = {}
        for who, place, *stake in rows.order_by(f"{partnership}__pk").values_list(
            "member",
            "organisation",
            f"{partnership}__role",
            f"{partnership}__until_on",
            f"{partnership}__project__acronym",
            Coalesce(f"{partnership}__project__completed_on", f"{partnership}__project__ends_on"),
            Exists(leading),
        ):
            found.setdefault((who, place), []).append(Stake(*stake))
        return found

    def verdict(self, member: Member | None, organisation: Organisation | None) -> Verdict:
        """Tell whether `member` may lead a cluster for `organisation`, and why not."""
        if member is None or organisation is None:
            return refused(_("Name a lead and the organisation that leads."))
        if self.on >= timezone.localdate() and is_gone(member):
            return refused(_("The named lead is no longer there. Name another lead."))
        if member.standing == Standing.EXTERNAL:
            return refused(EXTERNAL)
        stakes = self.stakes.get((member.pk, organisation.pk))
        if stakes is None:
            return refused(
                _("%(organisation)s is not an organisation of the named lead today. Choose one where the lead works.")
                % {"organisation": organisation.name}
            )
        if any(stake.is_leading for stake in stakes):
            return ALLOWED
        return refused(_why_not_leading(organisation, stakes))

    def care(self, member: Member | None, organisation: Organisation | None) -> str:
        """Return what deserves care about an eligible lead: an unknown end, or one that has passed; else ""."""
        if member is None or organisation is None:
            return ""
        known = [stake for stake in self.stakes.get((member.pk, organisation.pk), []) if stake.is_leading]
        if not known or any(stake.project_end is not None and stake.project_end >= self.on for stake in known):
            return ""
        if any(stake.project_end is None for stake in known):
            return str(_("the end of its project is unknown and counts as open"))
        last = max(known, key=lambda stake: stake.project_end or date.min)
        return str(
            _("%(project)s ended on %(day)s and counts for %(months)s months more")
            % {
                "project": last.project,
                "day": date_format(last.project_end, "j F Y") if last.project_end else "",
                "months": settings.LEAD_AFTER_END_MONTHS,
            }
        )


def eligible_to_lead(member: Member | None, organisation: Organisation | None, on: date) -> Verdict:
    """Tell whether `member` may lead a cluster for `organisation` on the day `on`, and why not; see `Leads`."""
    return Leads([(member, organisation)], on).verdict(member, organisation)


def _why_not_leading(organisation: Organisation, stakes: Iterable[Stake]) -> str:
    """Return the sentence that names the partnership that fell away, or says that there is none."""
    entitled = [stake for stake in stakes if stake.role in settings.LEAD_ROLES]
    known = [[day for day in (stake.until_on, stake.project_end) if day is not None] for stake in entitled]
    ends = [min(days) for days in known if days]
    if ends:
        return str(
            _(
                "The partnership of %(organisation)s ended on %(day)s, too long ago to lead a cluster. "
                "Name another lead."
            )
            % {"organisation": organisation.name, "day": date_format(max(ends), "j F Y")}
        )
    return str(
        _(
            "%(organisation)s is neither lead partner nor project partner of a project of the community, "
            "so it can take part but not lead. Name another lead."
        )
        % {"organisation": organisation.name}
    )


def can_propose(user: User | AnonymousUser | None) -> Verdict:
    """Members of the community propose; externals and visitors do not."""
    who = viewer(user, timezone.localdate())
    if who.is_cop:
        return ALLOWED
    return refused(_("Only members of the community of practice propose clusters."), "forbidden")


def can_edit_proposal(user: User | AnonymousUser | None, cluster: Cluster) -> Verdict:
    """Proposer and named lead write in a draft, a proposal and a returned one."""
    on = timezone.localdate()
    if cluster.state not in EDITABLE_STATES:
        return refused(
            _("This cluster is decided on. Its roadmap has a page of its own, the rest is changed by an amendment."),
            "forbidden",
        )
    who = viewer(user, on)
    if who.is_former:
        return refused(_("You left the community: you read what you proposed, and others write in it."), "forbidden")
    is_theirs = who.member_id is not None and who.member_id in (cluster.proposer_id, cluster.lead_id)
    if is_theirs or acts_as_lead(who, cluster):
        return ALLOWED
    return refused(_("Only the proposer and the named lead write in a proposal."), "forbidden")


def can_work(user: User | AnonymousUser | None, cluster: Cluster) -> Verdict:
    """Lead and deputy keep roadmap, outcomes and people of an approved or running cluster."""
    return _as_lead(user, cluster, ACTIVE_STATES, _("This cluster is over. Its record is changed by a correction."))


def can_correct(user: User | AnonymousUser | None, cluster: Cluster) -> Verdict:
    """Lead, deputy and coordinators write outcomes and lessons while the work goes on, and to correct it after."""
    return _as_lead(
        user, cluster, ACTIVE_STATES | FINISHED_STATES, _("Outcomes are recorded once the cluster is approved.")
    )


def _as_lead(
    user: User | AnonymousUser | None, cluster: Cluster, states: frozenset[State], wrong_state: object
) -> Verdict:
    """Allow the lead's side, and coordinators of the group, in one of `states`."""
    held = capacities(user or AnonymousUser(), cluster, timezone.localdate())
    if not held & {*LEADS, Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR}:
        return refused(_("Only the lead, the deputy and the coordinators keep this."), "forbidden")
    if cluster.state not in states:
        return refused(str(wrong_state), "state")
    return ALLOWED


def sees_names(user: User | AnonymousUser | None, cluster: Cluster) -> bool:
    """Tell whether `user` works on this cluster and so sees names without consent (DESIGN section 3)."""
    if account(user) is None:
        return False
    held = capacities(user, cluster, timezone.localdate())
    return bool(
        held & {Capacity.PROPOSER, Capacity.NAMED_LEAD, Capacity.PARTICIPANT, Capacity.ADMINISTRATOR, *LEADS, *DECIDERS}
    )


def names_of(user: User | AnonymousUser | None, cluster: Cluster, member_ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names among `member_ids` that `user` may read on this cluster's pages, by id; one query.

    Those who work on the cluster read all names on its signed-in pages, everybody else those with consent.
    """
    ids = {pk for pk in member_ids if pk is not None}
    shown = ids if sees_names(user, cluster) else named_members(user, ids)
    if shown == {cluster.lead_id} and cluster.lead is not None:
        return {cluster.lead.pk: cluster.lead.name}
    return dict(Member.objects.filter(pk__in=shown).values_list("pk", "name")) if shown else {}
