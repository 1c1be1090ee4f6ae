"""What was changed in the record of a cluster that is over, and stands in no issued factsheet yet."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Max, Subquery
from django.db.models.functions import Coalesce

from clusters import contributions
from clusters.choices import FINISHED_STATES
from clusters.models import Cluster
from community import kinds
from community.models import Event

#: Verbs whose factsheet looks back: what was recorded before one of them stands in it.
REPORTING_VERBS: Final = ("conclude", "discontinue", "correct")
#: Events that change what came of a cluster, besides those of upper apps.
RESULT_VERBS: Final = (
    "outcome.recorded",
    "outcome.changed",
    "outcome.removed",
    "outcome.file_added",
    "outcome.file_removed",
    "objective.measured",
)


def changed_since_report(cluster: Cluster) -> datetime | None:
    """Return when what came of an ended cluster was last changed, if that was after its last factsheet.

    None while it is not over. One query: events of a chain are numbered in the order of what happened.
    """
    if cluster.state not in FINISHED_STATES:
        return None
    chain = Event.objects.filter(chain=kinds.of(cluster).chain(cluster)).order_by()
    reports = chain.filter(verb__in=REPORTING_VERBS, kind="cluster").order_by("-number").values("number")[:1]
    verbs = [*RESULT_VERBS, *contributions.result_verbs()]
    later = chain.filter(verb__in=verbs, number__gt=Coalesce(Subquery(reports), 0))
    newest: datetime | None = later.aggregate(at=Max("at"))["at"]
    return newest
