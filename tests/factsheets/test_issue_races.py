"""Two at once: an event leads to one issue, a version exists once, also when all is drawn at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from clusters.choices import State
from clusters.models import Cluster, Translation
from community import events, jobs
from community.models import Event, Job
from factsheets.actions import issue as module
from factsheets.actions import language
from factsheets.actions.interim import issue_interim
from factsheets.actions.issue import draw_first, issue_factsheet, take_version
from factsheets.actions.language import issue_in_language
from factsheets.choices import Face
from factsheets.models import Edition, Issue, IssueTranslation
from tests.cast import make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Run the steps in threads of their own; return what each returned or raised."""
    results: list[object] = [None] * len(steps)

    def run(number: int) -> None:
        try:
            results[number] = steps[number]()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@contextmanager
def all_drawn_before_any_is_written(parties: int = 2) -> Iterator[None]:
    """Let every party draw its first version before one of them writes."""
    barrier = threading.Barrier(parties)
    compose = module.compose_edition

    def compose_and_wait(*args: Any, **more: Any) -> Any:
        result = compose(*args, **more)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(5)
        return result

    with patch.object(module, "compose_edition", compose_and_wait):
        yield


def issue(cluster: Cluster, **more: Any) -> Issue:
    return issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="x", by=None, at=NOW, **more)


def test_issuing_twice_at_once_for_one_event_gives_one_issue() -> None:
    cluster = make_cluster(make_cast(), State.RUNNING)
    with transaction.atomic():
        event = events.record(verb="stage.done", subject=cluster, by=None)
    with all_drawn_before_any_is_written():
        first, second = at_once(*[lambda: issue(cluster, event=event)] * 2)
    assert first == second == Issue.objects.get()
    assert Edition.objects.count() == 1


def test_two_events_at_once_give_versions_1_and_2() -> None:
    cluster = make_cluster(make_cast(), State.RUNNING)
    results = at_once(*[lambda: issue(cluster)] * 2)
    assert sorted(result.version for result in results if isinstance(result, Issue)) == [1, 2], results
    assert list(Edition.objects.values_list("revision", flat=True)) == [1, 1]


def test_two_workers_with_the_same_job_issue_once() -> None:
    cluster = make_cluster(make_cast(), State.RUNNING)
    with transaction.atomic(), patch("community.jobs.wake_on_commit"):
        events.record(verb="approve", subject=cluster, by=None)
    job = Job.objects.get()
    results = at_once(*[lambda: jobs.run(job.pk)] * 2)
    assert sorted(map(bool, results)) == [False, True]
    assert Issue.objects.get().version == 1
    assert Edition.objects.count() == 1


def test_control_without_the_lock_the_second_one_hits_the_constraint() -> None:
    """The race is real: with the lock taken away, one of the two fails on the unique version."""
    cluster = make_cluster(make_cast(), State.RUNNING)
    barrier = threading.Barrier(2)
    next_version = type(Issue.objects.all()).next_version

    def next_and_wait(rows: Any) -> int:
        found: int = next_version(rows)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(5)
        return found

    with (
        patch.object(QuerySet, "select_for_update", lambda rows, **_more: rows),
        patch.object(type(Issue.objects.all()), "next_version", next_and_wait),
    ):
        results = at_once(*[lambda: issue(cluster)] * 2)
    assert [type(result).__name__ for result in results if not isinstance(result, Issue)] == ["IntegrityError"]


def test_two_who_ask_for_a_factsheet_in_between_at_once_get_one() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.RUNNING)
    take_version(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    Cluster.objects.filter(pk=cluster.pk).update(title="Wetlands as flood storage")

    def press(name: str) -> Callable[[], object]:
        return lambda: issue_interim(cluster=cluster, by=cast.user(name), reason="The regions ask.")

    results = at_once(press("lead"), press("coordinator"), press("deputy_lead"))
    assert sorted(type(result).__name__ for result in results) == ["Issue", "Refusal", "Refusal"]
    assert list(Issue.objects.values_list("version", flat=True).order_by("version")) == [1, 2]


def test_two_who_issue_the_same_language_at_once_get_one() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.RUNNING)
    with patch("community.jobs.wake_on_commit"):
        version = take_version(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
        Translation.objects.create(
            cluster=cluster,
            language="el",
            part="cluster",
            part_id=0,
            field="title",
            source=cluster.title,
            text="Έλη",
            at=NOW,
        )
        press = [
            lambda role=role: issue_in_language(issue=version, language="el", by=cast.user(role), without=99)
            for role in ("lead", "coordinator")
        ]
        first, second = at_once(*press)
    assert first == second == IssueTranslation.objects.get()
    assert Event.objects.filter(verb="factsheet.translated").count() == 1
    assert Job.objects.filter(task="factsheets.issue", arguments__language="el").count() == 1
    with all_drawn_before_any_is_written():
        drawn = at_once(*[lambda: draw_first(issue=version, language="el")] * 2)
    assert drawn == [Edition.objects.get()] * 2


def test_control_without_the_lock_the_second_language_hits_the_constraint() -> None:
    """The race is real: with the lock taken away, one of the two fails on the language that exists once."""
    cast = make_cast()
    cluster = make_cluster(cast, State.RUNNING)
    version = take_version(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    Translation.objects.create(
        cluster=cluster,
        language="el",
        part="cluster",
        part_id=0,
        field="title",
        source=cluster.title,
        text="Έλη",
        at=NOW,
    )
    barrier, fitting = threading.Barrier(2), language.fitting

    def fit_and_wait(*args: Any) -> dict[str, str]:
        found = fitting(*args)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(5)
        return found

    with (
        patch("community.jobs.wake_on_commit"),
        patch.object(QuerySet, "select_for_update", lambda rows, **_more: rows),
        patch.object(language, "fitting", fit_and_wait),
    ):
        press = partial(issue_in_language, issue=version, language="el", by=cast.user("lead"), without=99)
        results = at_once(press, press)
    failed = [type(result).__name__ for result in results if not isinstance(result, IssueTranslation)]
    assert failed == ["IntegrityError"]
