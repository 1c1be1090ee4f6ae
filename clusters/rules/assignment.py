"""Who may say who looks at a proposal, and who may be named: those who may decide on it."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import DECIDERS, State
from clusters.models import Cluster
from clusters.permissions import capacities, free_to_decide, parties
from clusters.visibility import viewer
from community.models import Member, User
from community.permissions import ALLOWED, Verdict, refused


def can_assign(user: User | AnonymousUser | None, cluster: Cluster) -> Verdict:
    """Whoever may decide on a proposal says who looks at it, as long as it waits."""
    on = timezone.localdate()
    if not capacities(user or AnonymousUser(), cluster, on) & {*DECIDERS}:
        return refused(_("Only those who may decide on this proposal say who looks at it."), "forbidden")
    if cluster.state != State.SUBMITTED:
        return refused(_("This proposal does not wait for a decision, so nobody has to look at it."), "state")
    if viewer(user, on).member_id in parties(cluster):
        return refused(_("You have a part in this proposal: others say who looks at it."), "forbidden")
    return ALLOWED


def reviewers(cluster: Cluster, on: date) -> list[Member]:
    """Return who may look at a proposal: the coordinators of its group and of the mission, else the stand-ins."""
    free = list(free_to_decide(cluster, on, frozenset()).select_related("member__user").order_by("member__sort_name"))
    own = [row for row in free if row.working_group_id == cluster.working_group_id]
    mission = [row for row in free if row.working_group_id is None]
    return list(dict.fromkeys(row.member for row in ([*own, *mission] if own else free)))
