"""What the registry does by itself when a day comes or goes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from clusters.actions.parts import each_alone
from clusters.choices import State
from clusters.models import Cluster
from clusters.rules.requirements import IDLE_DAYS
from community.actions.transition import transition
from community.permissions import Refusal

#: One run handles at most so many; the next run goes on.
BATCH = 200


def start_due_clusters(now: datetime) -> int:
    """Start approved one-day clusters whose day has come; one that is refused stays and is seen on the desk.

    Each is a transaction of its own. Returns how many were started.
    """
    due = Cluster.objects.filter(state=State.APPROVED, starts_on__lte=timezone.localdate(now)).one_day()
    rows = due.order_by("starts_on", "pk")[:BATCH]
    return each_alone(rows, lambda cluster: _try(cluster, "start", now), what="starting")


def withdraw_idle_proposals(now: datetime) -> int:
    """Withdraw proposals that were returned and not worked on for 90 days. Returns how many."""
    idle = Cluster.objects.filter(state=State.RETURNED, updated_at__lte=now - timedelta(days=IDLE_DAYS))
    rows = idle.order_by("updated_at", "pk")[:BATCH]
    return each_alone(rows, lambda cluster: _try(cluster, "withdraw", now), what="withdrawing")


def _try(cluster: Cluster, verb: str, now: datetime) -> bool:
    """Do `verb` as the clock; a refusal is no error, the requirement may be met at the next run."""
    try:
        transition(cluster, verb, by=None, at=now)
    except Refusal:
        return False
    return True
