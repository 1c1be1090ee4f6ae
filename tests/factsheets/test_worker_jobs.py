"""A job with items on every runner with processes of its own: how far it is, stopped, tried again, told by mail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from clusters.choices import State
from community import job_mails
from community.actions.job import stop_job
from community.choices import ItemState, JobState, MessageState
from community.models import Job, JobItem, Message, User
from factsheets.models import Edition
from tests.cast import make_cast, make_cluster
from tests.factsheets.workers import site, wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

CLUSTERS = 4
RUNNERS = ["database", *(pytest.param(name, marks=pytest.mark.slow) for name in ("redis", "rabbitmq"))]


def is_stopped_after_one(by: User) -> bool:
    """Ask a job to stop once it has done an item; its row is locked meanwhile, so that it cannot end before."""
    with transaction.atomic():
        job = Job.objects.in_state(JobState.RUNNING).filter(done_count__gte=1).select_for_update().first()
        if job is None:
            return False
        assert (job.done_count in (1, 2), job.total_count) == (True, CLUSTERS), "how far it is"
        stop_job(job=job, by=by)
    return True


def is_in(state: str, job: Job) -> bool:
    return Job.objects.in_state(state).filter(pk=job.pk).exists()


def took_long(job: Job) -> bool:
    """Let a job that runs have been asked for anew, and begun, two minutes ago."""
    running = Job.objects.in_state(JobState.RUNNING).filter(pk=job.pk, begun_at__isnull=False)
    begun = timezone.now() - 2 * job_mails.LONG
    return running.update(asked_again_at=begun, begun_at=begun) == 1


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_job_is_stopped_tried_again_and_told_of(runner: str, tmp_path: Path) -> None:
    cast = make_cast()
    by = cast.user("admin")
    for _number in range(CLUSTERS):
        make_cluster(cast, State.RUNNING)
    with site(runner, tmp_path) as running:
        running.ask("complete", by.pk)
        wait_for(lambda: is_stopped_after_one(by), lambda: list(Job.objects.values()))
        job = Job.objects.get(task="factsheets.complete")
        wait_for(lambda: is_in(JobState.CANCELLED, job), lambda: list(Job.objects.values()))
        done = job.items.filter(state=ItemState.DONE).count()
        assert done in (2, 3), "what it was at when it was stopped was done, and no more"
        assert Edition.objects.count() == done

        last = job.items.filter(state=ItemState.WAITING).latest("number")
        JobItem.objects.filter(pk=last.pk).update(subject_id=0)
        running.ask("retry", job.pk, by.pk)
        wait_for(lambda: took_long(job) or is_in(JobState.DONE, job))
        wait_for(lambda: is_in(JobState.DONE, job), lambda: list(Job.objects.values()))
        assert list(job.items.exclude(state=ItemState.DONE).values_list("pk", "state")) == [(last.pk, "failed")]

        JobItem.objects.filter(pk=last.pk).update(subject_id=last.subject_id)
        running.ask("retry", job.pk, by.pk)
        wait_for(lambda: not job.items.exclude(state=ItemState.DONE).exists(), lambda: list(job.items.values()))
        wait_for(lambda: is_in(JobState.DONE, job))
        wait_for(lambda: not Message.objects.exclude(state=MessageState.SENT).exists())
    job.refresh_from_db()
    assert (job.done_count, job.total_count, job.result) == (CLUSTERS, CLUSTERS, {"done": CLUSTERS, "failed": 0})
    assert list(Edition.objects.values_list("revision", "pdf_problem")) == [(1, "")] * CLUSTERS
    told = Message.objects.filter(template=job_mails.DONE)
    assert [(row.to, row.state) for row in told] == [(by, MessageState.SENT)], "the one run that took long is told"
    assert job.begun_at is not None
    assert timezone.now() - job.begun_at < timedelta(hours=1)
