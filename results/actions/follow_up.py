"""What a follow-up after the end says of each uptake of the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from clusters.choices import FollowUpAnswer
from clusters.models import Cluster
from community.models import User
from results.actions.parts import record
from results.actions.uptake import change_step
from results.choices import UptakeStep
from results.models import Uptake
from results.rules.uptake import can_record


@transaction.atomic
def follow_up_uptakes(
    *, cluster: Cluster, by: User | None, answers: Mapping[int, str], note: str = "", at: datetime
) -> None:
    """Note what was said of each uptake, by its key, in the transaction that answers the follow-up; one event each.

    What somebody who keeps the record says has stopped is set to that step. Without an account (`by` is None, a link
    that may have been passed on) it is only noted: the lead reads it in the history and presses the step.
    """
    rows = Uptake.objects.of_cluster(cluster).filter(pk__in=answers).select_related("solution", "organisation")
    for uptake in rows.order_by("pk"):
        uptake.cluster, answer = cluster, answers[uptake.pk]
        if by is None and not uptake.is_disclosed:
            continue
        is_over = answer == FollowUpAnswer.STOPPED and uptake.state != UptakeStep.STOPPED
        record(uptake, f"found_{answer}", by=by, at=at, data={"answer": answer}, reason=note)
        if is_over and by is not None and can_record(by, cluster):
            change_step(uptake=uptake, verb="uptake.stopped", by=by, reason=note, at=at)
