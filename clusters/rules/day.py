"""When the day of a one-day cluster may be reported, and by whom."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import State
from clusters.models import Cluster
from clusters.permissions import can_work
from community.models import User
from community.permissions import Verdict, refused


def can_report_day(user: User | AnonymousUser | None, cluster: Cluster) -> Verdict:
    """Who leads or coordinates a one-day cluster reports it from its day on, while it runs."""
    verdict = can_work(user, cluster)
    if not verdict:
        return verdict
    if not cluster.is_one_day:
        return refused(_("This cluster lasts longer than a day: keep its roadmap, then conclude it."), "state")
    if cluster.state != State.RUNNING:
        return refused(_("The day is reported while the cluster runs: see how it stands."), "state")
    if cluster.starts_on is not None and cluster.starts_on > timezone.localdate():
        return refused(_("The day has not come yet."), "state")
    return verdict
