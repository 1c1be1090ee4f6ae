"""A lead who may not lead any more: which clusters that concerns, and who does what about it."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters.choices import ACTIVE_STATES, PROPOSED_STATES, Capacity
from clusters.models import Cluster
from clusters.permissions import LEADS, Leads, capacities, is_gone
from community.models import User
from community.permissions import Obstacle

#: Who coordinates the cluster's group.
_COORDINATORS = frozenset({Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR})


def is_lead_ended(cluster: Cluster, leads: Leads) -> bool:
    """Tell whether the accepted lead of a proposal or of a cluster at work may not lead on the day of `leads`.

    Says the same of one as `ClusterQuerySet.with_ended_lead` of many.
    """
    if cluster.state not in PROPOSED_STATES | ACTIVE_STATES or not cluster.has_lead:
        return False
    return is_gone(cluster.lead) or not leads.verdict(cluster.lead, cluster.lead_organisation)


def lead_page(cluster: Cluster, *, may_adopt: bool = False) -> str:
    """Return where another lead is named: by a hand-over, or in the proposal.

    Where the lead is gone, a coordinator (`may_adopt`) stands in first.
    """
    if cluster.state not in ACTIVE_STATES:
        return reverse("clusters:update", kwargs={"reference": cluster.name})
    if may_adopt and is_gone(cluster.lead):
        return _verb(cluster, "adopt")
    return reverse("clusters:amendment_hand_over", kwargs={"reference": cluster.name})


def reminder_page(cluster: Cluster) -> str:
    """Return where a reminder leads; of a lead who is gone to the cluster, which offers each reader a button."""
    return cluster.get_absolute_url() if is_gone(cluster.lead) else lead_page(cluster)


def remedies(user: User | AnonymousUser, cluster: Cluster, on: date) -> list[Obstacle]:
    """Return what this person may do about a lead who may not lead, each with the page of its button."""
    held = capacities(user, cluster, on)
    if cluster.state not in ACTIVE_STATES:
        mine = held & {Capacity.PROPOSER, Capacity.NAMED_LEAD}
        return [Obstacle(_("Name another lead in the proposal"), lead_page(cluster))] if mine else []
    if not held & {*LEADS, *_COORDINATORS}:
        return []
    found = [Obstacle(_("Hand over the lead"), reverse("clusters:amendment_hand_over", args=[cluster.name]))]
    if held & _COORDINATORS and cluster.acting_lead_id is None and (cluster.is_lead_wanted or is_gone(cluster.lead)):
        found.insert(0, Obstacle(_("Adopt it until a lead is found"), _verb(cluster, "adopt")))
    found.append(Obstacle(_("Discontinue the cluster"), _verb(cluster, "discontinue")))
    return found


def _verb(cluster: Cluster, verb: str) -> str:
    return reverse("clusters:transition", args=[cluster.name, verb])
