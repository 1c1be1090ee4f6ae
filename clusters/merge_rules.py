"""What becomes of the rows of `clusters` that collide when two members or two organisations are merged."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import LIVE_PARTICIPATIONS, OPEN_PLACES, PanelPlace, ParticipationRole, ParticipationStatus
from clusters.models import Cluster, PanelAnswer, Participation
from community.contributions import MergeRule

_ONE = _("Both have the same one: that of the entry that stays is enough.")
_ROLES: Final = (
    ParticipationRole.LEAD,
    ParticipationRole.DEPUTY,
    ParticipationRole.PEER_REVIEWER,
    ParticipationRole.PARTICIPANT,
    ParticipationRole.OBSERVER,
)
_STATUSES: Final = (
    ParticipationStatus.ACTIVE,
    ParticipationStatus.INVITED,
    ParticipationStatus.REQUESTED,
    ParticipationStatus.WAITING,
    ParticipationStatus.INTERESTED,
)


def _live_of(row: Participation, kept: int) -> Participation | None:
    rows = Participation.objects.filter(cluster=row.cluster_id, member=kept, status__in=sorted(LIVE_PARTICIPATIONS))
    return rows.first()


def _greater(row: Participation) -> int:
    """Rank who takes part above who was only asked, and the lead above everybody else."""
    status = _STATUSES.index(ParticipationStatus(row.status)) if row.status in _STATUSES else len(_STATUSES)
    return -(status * len(_ROLES) + _ROLES.index(ParticipationRole(row.role)))


def _left(row: Participation, on: date) -> dict[str, Any]:
    """End it: who took part left on that day; who was asked or had asked is asked no more."""
    if row.status != ParticipationStatus.ACTIVE:
        return {"status": ParticipationStatus.EXPIRED}
    return {"status": ParticipationStatus.LEFT, "until_on": max(on, row.from_on) if row.from_on else on}


def _asked_by_each_other(merged: int, kept: int) -> Any:
    """Return the places in which the one is still to answer what the other one asks.

    Who suggested a question to the lead of a cluster does not ask it, and may be asked.
    """
    pair = (merged, kept)
    clusters = Cluster.objects.kept_by(merged) | Cluster.objects.kept_by(kept)
    asks = Q(question__need__isnull=False) | Q(question__cluster__in=clusters.order_by().values("pk"))
    return PanelAnswer.objects.filter(asks, question__asked_by__in=pair, asked__in=pair, status__in=OPEN_PLACES)


def _asked_no_more(row: PanelAnswer, on: date) -> dict[str, Any]:
    return {
        "status": PanelPlace.WITHDRAWN,
        "state_before": row.status,
        "state_since": timezone.now(),
        "version": row.version + 1,
    }


RULES: Final[dict[str, MergeRule]] = {
    "clusters.Cluster.lead": MergeRule(grants=_("leads a cluster, or is asked to")),
    "clusters.Cluster.acting_lead": MergeRule(grants=_("acts as lead of a cluster")),
    "clusters.Cluster.proposer": MergeRule(grants=_("proposed a cluster, and edits it while it is a proposal")),
    "clusters.Participation.member": MergeRule(
        "end",
        _("Both take part in the same cluster: the greater part goes on (lead, deputy, reviewer), the other one ends."),
        _("takes part in a cluster, and reads its room"),
        rival=_live_of,
        rank=_greater,
        ended=_left,
    ),
    "clusters.Participation.organisation": MergeRule("drop", _ONE),
    "clusters.Amendment.new_lead": MergeRule(grants=_("is asked to take over the lead of a cluster")),
    "clusters.Stage.responsible": MergeRule(grants=_("is responsible for a stage of a roadmap")),
    "clusters.FollowUp.asked": MergeRule(grants=_("is asked, after the end, what came of a cluster")),
    "clusters.PanelAnswer.asked": MergeRule(
        grants=_("is asked by an advice panel, and answers"),
        between=MergeRule(
            "end",
            _("The one asks what the other one is asked to answer: nobody is asked for advice on their own question."),
            ended=_asked_no_more,
            find=_asked_by_each_other,
        ),
    ),
    "clusters.DraftShare.member": MergeRule("drop", _ONE, _("reads a draft that was shared")),
    "clusters.DraftWriter.member": MergeRule("drop", _ONE),
    "clusters.Meeting_organisers.organisation": MergeRule("drop", _ONE),
    "clusters.PreparedDecision.prepared_by": MergeRule(
        "block", _("The one entry prepared a decision on what the other one proposed or leads. Take it back first.")
    ),
    "clusters.PreparedDecision.proposer": MergeRule(
        "block", _("The one entry prepared a decision on what the other one proposed. Take it back first.")
    ),
    "clusters.PreparedDecision.lead": MergeRule(
        "block", _("The one entry prepared a decision on what the other one leads. Take it back first.")
    ),
}
