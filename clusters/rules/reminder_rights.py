"""Who may read the reminders, and who may not decide on each of many clusters."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import BINDING_PARTICIPATIONS, LEADING_ROLES
from clusters.models import Cluster, DraftWriter, Participation
from clusters.querysets.cluster import WRITING_VERBS
from clusters.visibility import viewer
from community.models import Event, User
from community.permissions import ALLOWED, Verdict, refused


def can_see_reminders(user: User | AnonymousUser | None) -> Verdict:
    """Coordinators read who is reminded in their group, administrators everything but drafts."""
    who = viewer(user, timezone.localdate())
    if who.is_coordinator or who.is_administrator:
        return ALLOWED
    return refused(_("Who is reminded of what is for coordinators of a working group and for administrators."))


def parties_of(clusters: Iterable[Cluster]) -> dict[int, frozenset[int]]:
    """Return the same as `parties` of many clusters, by their keys; three queries."""
    rows = {cluster.pk: cluster for cluster in clusters}
    bound = {pk: {row.proposer_id, row.lead_id, row.acting_lead_id} for pk, row in rows.items()}
    deputies = Participation.objects.filter(
        cluster__in=rows, role__in=sorted(LEADING_ROLES), status__in=sorted(BINDING_PARTICIPATIONS)
    )
    wrote = Event.objects.filter(kind="cluster", subject_id__in=rows, verb__in=WRITING_VERBS)
    drafted = DraftWriter.objects.filter(cluster__in=rows)
    for found in (
        deputies.order_by().values_list("cluster_id", "member_id"),
        wrote.order_by().values_list("subject_id", "by__member"),
        drafted.order_by().values_list("cluster_id", "member_id"),
    ):
        for pk, member_id in found:
            bound[pk].add(member_id)
    return {pk: frozenset(key for key in keys if key is not None) for pk, keys in bound.items()}
