"""What waits because of documents: ended clusters that stand in no report yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from clusters.models import Cluster
from clusters.notifications.silences import appointments_on, coordinators_of
from clusters.rules.reminders import Silence
from factsheets.choices import Face, IssueKind
from factsheets.models import Issue

#: Of what ended longer ago than this nobody is reminded any more.
REPORTED_WITHIN = timedelta(days=366)
#: Reports to the community are not made in the registry yet, so nobody is mailed: the plan says so.
CAN_REPORT = False


def unreported(on: date) -> Iterator[Silence]:
    """Yield the clusters that ended by the day `on` and whose final factsheet no report names; two queries.

    It waits for the coordinators of the responsible group from the end on; what was entered later, from then on.
    """
    told = Issue.objects.filter(
        kind=IssueKind.CLUSTER,
        face=Face.BACKWARD,
        subject_kind="cluster",
        subject_id=OuterRef("pk"),
        reported_in__isnull=False,
    )
    ended = Cluster.objects.finished().filter(ended_on__range=(on - REPORTED_WITHIN, on)).exclude(Exists(told))
    rows, appointments = list(ended.order_by("pk")), appointments_on(on)
    for cluster in rows:
        yield Silence(
            "report",
            key=f"cluster:{cluster.pk}",
            anchor=cluster.ended_on or on,
            people={"coordinators": coordinators_of(appointments, cluster.working_group_id)},
            cluster_id=cluster.pk,
            group_id=cluster.working_group_id,
            since=timezone.localdate(cluster.state_since) if cluster.state_since else date.min,
            is_answerable=CAN_REPORT,
        )
