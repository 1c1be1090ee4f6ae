"""What a coordinator reminds those who lead of: the gravest thing that waits for them in a cluster, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.choices import DECIDERS, LEADING_ROLES, ParticipationStatus, State
from clusters.models import Cluster
from clusters.permissions import capacities, is_gone
from clusters.rules.roadmap import OLD_DAYS, age_of_roadmap
from community.choices import Standing
from community.models import Member, User
from community.permissions import ALLOWED, Verdict, refused


@dataclass(frozen=True)
class Asked:
    """One thing that waits for some people, as a rule of the reminders names it; or `why_not`, and nobody is asked."""

    rule: str = ""
    day: date = date.min
    audience: str = "lead"
    people: tuple[Member, ...] = ()
    part: str = ""
    part_id: int = 0
    why_not: str | Promise = ""


def can_remind_lead(user: User | AnonymousUser | None, cluster: Cluster) -> Verdict:
    """Whoever may decide on a cluster reminds those who lead it."""
    if capacities(user or AnonymousUser(), cluster, timezone.localdate()) & {*DECIDERS}:
        return ALLOWED
    return refused(_("Only the coordinators of its working group remind those who lead a cluster."), "forbidden")


def asked_of_lead(cluster: Any, on: date) -> Asked:
    """Return the gravest thing that waits for those who lead on the day `on`.

    Reads stages, conditions and participations with their people; where these are prefetched no query is made.
    """
    if cluster.state == State.SUBMITTED:
        return _of_proposal(cluster)
    if cluster.state == State.RETURNED:
        return _of_returned(cluster)
    if cluster.state == State.PAUSED:
        return Asked(why_not=_("The cluster is paused, so nobody is reminded."))
    people = tuple(member for member in _leading(cluster) if member.standing != Standing.FORMER)
    if not people:
        return Asked(why_not=_("Nobody leads it: adopt it, or find a lead."))
    found = next(_of_work(cluster, on), None)
    if found is None:
        return Asked(why_not=_("Nothing waits for its lead: all is in time, and the roadmap was confirmed lately."))
    rule, day, part, part_id = found
    return Asked(rule, day, "lead", people, part, part_id)


def _of_returned(cluster: Any) -> Asked:
    """Ask the proposer to go on, or the named lead where the proposer is no longer there."""
    day = timezone.localdate(cluster.updated_at)
    if not is_gone(cluster.proposer):
        return Asked("idle", day, "proposer", (cluster.proposer,))
    if cluster.lead is not None and not is_gone(cluster.lead):
        return Asked("idle", day, "lead", (cluster.lead,))
    return Asked(why_not=_("Proposer and lead are no longer there: adopt it, and go on with it."))


def _of_proposal(cluster: Any) -> Asked:
    if cluster.lead is None or cluster.lead_accepted_at is not None:
        return Asked(why_not=_("The proposal waits for a coordinator, not for its lead."))
    if is_gone(cluster.lead):
        return Asked(why_not=_("The named lead is no longer there: the proposer names another one."))
    asked_at = cluster.lead_asked_at or cluster.submitted_at
    return Asked("lead_asked", timezone.localdate(asked_at), "asked", (cluster.lead,))


def _leading(cluster: Any) -> Iterator[Member]:
    """Yield lead and deputies; where nobody leads, who acts as lead."""
    rows = [row for row in cluster.participations.all() if row.role in LEADING_ROLES and row.member is not None]
    yield from (row.member for row in rows if row.status == ParticipationStatus.ACTIVE)
    if not cluster.has_lead and cluster.acting_lead is not None:
        yield cluster.acting_lead


def _of_work(cluster: Any, on: date) -> Iterator[tuple[str, date, str, int]]:
    """Yield what is due as (rule, day, words and key of the part), the gravest first."""
    if cluster.state == State.APPROVED:
        if cluster.starts_on is not None and cluster.starts_on <= on:
            yield "start", cluster.starts_on, "", 0
    elif cluster.ends_on is not None and cluster.ends_on <= on:
        yield "end", cluster.ends_on, "", 0
    late = [row for row in cluster.stages.all() if row.is_open and row.is_late(on)]
    if late and cluster.state == State.RUNNING:
        first = min(late, key=lambda row: (row.planned_end_on, row.pk))
        yield "stage", first.planned_end_on, first.title, first.pk
    for condition in cluster.conditions.all():
        if condition.met_at is None and condition.waived_at is None and condition.is_late(on):
            yield "condition", condition.due_on, condition.text, condition.pk
    age = age_of_roadmap(cluster, on) if cluster.state == State.RUNNING else None
    if age is not None and age >= OLD_DAYS:
        yield "roadmap", on - timedelta(days=age), "", 0
