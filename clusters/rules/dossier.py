"""Who takes the whole record of a cluster in one file, and who names everybody in it: predicates with reasons."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import Capacity, State
from clusters.models import Cluster
from clusters.permissions import LEADS, capacities
from clusters.visibility import viewer
from community.models import User
from community.permissions import ALLOWED, Verdict, refused

Anybody = User | AnonymousUser | None

READERS = frozenset({*LEADS, Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR, Capacity.ADMINISTRATOR})
NOT_YOURS = _("Lead, deputy, the coordinators of its working group and administrators take the dossier of a cluster.")
OF_A_DRAFT = _("A draft has no dossier: its record begins when it is proposed.")
NO_NAMES = _("Administrators take a dossier that names everybody, for auditors.")


def can_take_dossier(user: Anybody, cluster: Cluster) -> Verdict:
    """Who keeps a cluster, decides on it or looks after the registry takes its whole record."""
    if cluster.state == State.DRAFT:
        return refused(OF_A_DRAFT, "state")
    held = capacities(user or AnonymousUser(), cluster, timezone.localdate())
    return ALLOWED if held & READERS else refused(NOT_YOURS, "forbidden")


def can_name_in_dossier(user: Anybody) -> Verdict:
    """Administrators answer to auditors, who have to know the persons."""
    if viewer(user, timezone.localdate()).is_administrator:
        return ALLOWED
    return refused(NO_NAMES, "forbidden")
