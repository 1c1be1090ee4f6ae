"""The life of an amendment: the same form of table as a cluster's, through the same door.

An amendment begins as `suggested` (`clusters.actions.amendment.suggest_amendment`); every later state is a row here.
A decision that accepts everything, a part, or nothing is three rows, chosen by what is ticked.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clusters.choices import DECIDERS, AmendmentState, Capacity
from clusters.permissions import LEADS
from clusters.rules import amendment as rights
from clusters.rules.amendment_fields import amendment_hash
from community import lifecycle
from community.lifecycle import Reason, Verb

A = AmendmentState
FORWARDERS = (*LEADS, Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR)
ACCEPTING = (
    rights.cluster_is_active,
    rights.new_lead_agreed,
    rights.new_lead_eligible,
    rights.is_up_to_date,
    rights.fits_together,
)
GROUP = ("suggester", "lead", "participants", "further_coordinators", "new_group_coordinators", "followers")

VERBS: tuple[Verb, ...] = (
    Verb(
        "amendment.proposed",
        _("Put forward"),
        (A.SUGGESTED,),
        A.PROPOSED,
        FORWARDERS,
        heading=_("Put this amendment forward"),
        done=_("Put forward. The coordinators of the working group have it now."),
        requires=(rights.cluster_is_active, rights.is_up_to_date, rights.new_lead_eligible),
        required=_("the cluster is under way and still says what the amendment was written against"),
        tells=("new_lead", "deciders", "further_coordinators", "suggester"),
        effects=("put_amendment_forward",),
        also=_("a lead to be is asked to accept"),
        style="primary",
    ),
    Verb(
        "amendment.turned_down",
        _("Turn down…"),
        (A.SUGGESTED,),
        A.REFUSED,
        FORWARDERS,
        heading=_("Turn this suggestion down"),
        done=_("Turned down. Who suggested it is told why."),
        requires=(rights.somebody_else_suggested,),
        required=_("somebody else suggested it"),
        reason=Reason.REQUIRED,
        tells=("suggester",),
        effects=("settle_amendment",),
        style="final",
    ),
    Verb(
        "amendment.renewed",
        _("Renew…"),
        (A.SUGGESTED, A.PROPOSED),
        None,
        FORWARDERS,
        who_from={A.SUGGESTED: (Capacity.SUGGESTER,)},
        heading=_("Renew this amendment"),
        done=_("Renewed: it is compared with the cluster as it stands now."),
        requires=(rights.cluster_is_active,),
        tells=("new_lead", "deciders_once_proposed"),
        effects=("renew_amendment",),
        also=_("another name voids the answer of the lead to be"),
    ),
    Verb(
        "amendment.lead_accepted",
        _("Accept to lead"),
        (A.PROPOSED,),
        None,
        (Capacity.NEW_LEAD,),
        heading=_("Lead this cluster"),
        done=_("You lead this cluster once a coordinator has accepted the hand-over."),
        requires=(rights.cluster_is_active, rights.new_lead_is_to_answer, rights.new_lead_eligible),
        required=_("still eligible"),
        tells=("deciders", "lead", "suggester"),
        effects=("accept_new_lead",),
        style="primary",
    ),
    Verb(
        "amendment.lead_declined",
        _("Decline to lead…"),
        (A.PROPOSED,),
        A.REFUSED,
        (Capacity.NEW_LEAD,),
        heading=_("Decline to lead this cluster"),
        done=_("Declined. The lead is told."),
        reason=Reason.REQUIRED,
        tells=("lead", "suggester", "deciders"),
        style="final",
        effects=("settle_without_decision",),
    ),
    Verb(
        "amendment.accepted",
        _("Accept"),
        (A.PROPOSED,),
        A.ACCEPTED,
        DECIDERS,
        heading=_("Accept this amendment"),
        done=_("Accepted. The cluster says so now."),
        four_eyes=True,
        requires=ACCEPTING,
        required=_("the lead to be has accepted and is eligible; the cluster still says what it was written against"),
        reason=Reason.OPTIONAL,
        tells=GROUP,
        effects=("apply_amendment", "settle_amendment", "keep_decision"),
        also=_("changed dates freeze the next baseline; next version issued"),
        style="primary",
        checks_seen=True,
    ),
    Verb(
        "amendment.in_part",
        _("Accept in part"),
        (A.PROPOSED,),
        A.PARTLY_ACCEPTED,
        DECIDERS,
        heading=_("Accept this amendment in part"),
        done=_("Accepted in part. The cluster says so now."),
        four_eyes=True,
        requires=(*ACCEPTING, rights.refusal_has_reason),
        required=_("a reason for what is refused; else as above"),
        tells=GROUP,
        effects=("apply_amendment", "settle_amendment", "keep_decision"),
        also=_("changed dates freeze the next baseline; next version issued"),
        checks_seen=True,
    ),
    Verb(
        "amendment.refused",
        _("Refuse…"),
        (A.PROPOSED,),
        A.REFUSED,
        DECIDERS,
        heading=_("Refuse this amendment"),
        done=_("Refused. Who suggested it is told why."),
        four_eyes=True,
        reason=Reason.REQUIRED,
        tells=("suggester", "lead", "new_lead"),
        effects=("settle_amendment", "keep_decision"),
        style="final",
        checks_seen=True,
    ),
    Verb(
        "amendment.withdrawn",
        _("Withdraw…"),
        (A.SUGGESTED, A.PROPOSED),
        A.WITHDRAWN,
        (Capacity.SUGGESTER,),
        who_from={A.PROPOSED: LEADS},
        heading=_("Withdraw this amendment"),
        done=_("Withdrawn."),
        reason=Reason.OPTIONAL,
        tells=("deciders_once_proposed", "lead", "new_lead", "suggester"),
        effects=("settle_without_decision",),
        style="final",
    ),
    Verb(
        "amendment.lapsed",
        _("The cluster ended"),
        (A.SUGGESTED, A.PROPOSED),
        A.WITHDRAWN,
        (Capacity.CLOCK,),
        effects=("settle_without_decision",),
        also=_("with the end of the cluster, of which those who take part are told"),
        has_page=False,
    ),
)


AMENDMENT = lifecycle.register(
    lifecycle.Lifecycle(
        "amendment",
        VERBS,
        capacities=rights.amendment_capacities,
        four_eyes=rights.amendment_four_eyes,
        wrong_state=rights.amendment_wrong_state,
        label_of=lambda code: Capacity(code).label,
        content_hash=amendment_hash,
    )
)
