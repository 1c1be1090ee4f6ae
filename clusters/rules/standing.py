"""How a cluster stands, in one sentence: who waits, what is due."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters.choices import State
from clusters.models import Cluster


def how_it_stands(cluster: Cluster, on: date) -> str:
    """Return one sentence on how a cluster stands: who waits, what is due, or how it ended."""
    if cluster.state == State.SUBMITTED:
        group = cluster.working_group.code if cluster.working_group else ""
        if cluster.lead_id and not cluster.lead_accepted_at:
            return _("waits for the named lead to accept")
        return _("waits for a coordinator of %(group)s") % {"group": group}
    if cluster.state == State.RETURNED:
        return _("waits for the proposer")
    if cluster.is_lead_wanted:
        return _("a lead is wanted")
    if cluster.state == State.PAUSED and cluster.state_since is not None:
        return _("paused since %(day)s") % {"day": date_format(timezone.localdate(cluster.state_since), "j F Y")}
    left = cluster.days_left(on)
    if cluster.state in (State.RUNNING, State.APPROVED) and left is not None and left < 0:
        return _("its planned end is %(days)d days past") % {"days": -left}
    return ""
