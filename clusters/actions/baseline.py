"""Freezing the roadmap."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clusters.models import Amendment, Baseline, BaselineStage, Cluster


@transaction.atomic
def freeze_baseline(*, cluster: Cluster, at: datetime, amendment: Amendment | None = None) -> Baseline:
    """Keep the planned dates of all stages as the next baseline of `cluster`.

    The caller holds the lock on the cluster's row; numbers follow each other from 1.
    """
    baseline = Baseline.objects.create(
        cluster=cluster,
        number=cluster.baselines.count() + 1,
        frozen_at=at,
        starts_on=cluster.starts_on,
        ends_on=cluster.ends_on,
        amendment=amendment,
    )
    BaselineStage.objects.bulk_create(
        BaselineStage(
            baseline=baseline,
            stage=stage,
            position=number,
            title=stage.title,
            planned_start_on=stage.planned_start_on,
            planned_end_on=stage.planned_end_on,
        )
        for number, stage in enumerate(cluster.stages.all(), 1)
    )
    return baseline
