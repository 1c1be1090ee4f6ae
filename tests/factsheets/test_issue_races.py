"""Two at once: an event leads to one issue, a version exists once, also when all is drawn at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction

from clusters.choices import State
from clusters.models import Cluster, Translation
from community import events, jobs
from community.actions.consent import withdraw_consent
from community.choices import ConsentPurpose, RedactionReason
from community.models import Event, Job, Member
from factsheets import storage
from factsheets.actions import interim, language
from factsheets.actions import issue as module
from factsheets.actions import revise as revising
from factsheets.actions.issue import draw_first, issue_factsheet, take_version
from factsheets.actions.language import issue_in_language
from factsheets.actions.revise import revise, withdraw_naming
from factsheets.choices import Face, RevisionReason
from factsheets.models import Edition, Issue, IssueTranslation
from factsheets.querysets.issue import IssueQuerySet
from tests.cast import make_cast, make_cluster
from tests.factories import NOW, make_consent
from tests.races import at_once, meanwhile, meeting, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def issue(cluster: Cluster, **more: Any) -> Issue:
    return issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="x", by=None, at=NOW, **more)


def test_issuing_twice_at_once_for_one_event_gives_one_issue() -> None:
    cluster = make_cluster(make_cast(), State.RUNNING)
    with transaction.atomic():
        event = events.record(verb="stage.done", subject=cluster, by=None)
    with meeting((IssueQuerySet, "next_version")), meeting((module, "compose_edition")):
        first, second = at_once(*[lambda: issue(cluster, event=event)] * 2)
    assert first == second == Issue.objects.get()
    assert Edition.objects.count() == 1


def test_two_events_at_once_give_versions_1_and_2() -> None:
    cluster = make_cluster(make_cast(), State.RUNNING)
    with meeting((IssueQuerySet, "next_version")):
        results = at_once(*[lambda: issue(cluster)] * 2)
    assert sorted(result.version for result in results if isinstance(result, Issue)) == [1, 2], results
    assert list(Edition.objects.values_list("revision", flat=True)) == [1, 1]


def test_two_workers_with_the_same_job_issue_once() -> None:
    cluster = make_cluster(make_cast(), State.RUNNING)
    with transaction.atomic(), patch("community.jobs.wake_on_commit"):
        events.record(verb="approve", subject=cluster, by=None)
    job = Job.objects.get()
    with meeting(Job, gives_way=True):
        results = at_once(*[lambda: jobs.run(job.pk)] * 2)
    assert sorted(map(bool, results)) == [False, True]
    assert Issue.objects.get().version == 1
    assert Edition.objects.count() == 1


def test_control_without_the_lock_the_second_one_hits_the_constraint() -> None:
    """The race is real: with the lock taken away, one of the two fails on the unique version."""
    cluster = make_cluster(make_cast(), State.RUNNING)
    with without_locks("clusters"), meeting((IssueQuerySet, "next_version")):
        results = at_once(*[lambda: issue(cluster)] * 2)
    assert [type(result).__name__ for result in results if not isinstance(result, Issue)] == ["IntegrityError"]


def test_two_who_ask_for_a_factsheet_in_between_at_once_get_one() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.RUNNING)
    take_version(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    Cluster.objects.filter(pk=cluster.pk).update(title="Wetlands as flood storage")

    def press(name: str) -> Callable[[], object]:
        return lambda: interim.issue_interim(cluster=cluster, by=cast.user(name), reason="The regions ask.")

    with meeting((interim, "news_of")):
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
        with meeting((language, "fitting")):
            first, second = at_once(*press)
    assert first == second == IssueTranslation.objects.get()
    assert Event.objects.filter(verb="factsheet.translated").count() == 1
    assert Job.objects.filter(task="factsheets.issue", arguments__language="el").count() == 1
    with meeting((module, "compose_edition")):
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
    with patch("community.jobs.wake_on_commit"), without_locks("clusters"), meeting((language, "fitting")):
        press = partial(issue_in_language, issue=version, language="el", by=cast.user("lead"), without=99)
        results = at_once(press, press)
    failed = [type(result).__name__ for result in results if not isinstance(result, IssueTranslation)]
    assert failed == ["IntegrityError"]


def withdrawn_before_the_edition_is_committed(where: Any, member: Member) -> Any:
    """Let a person withdraw the consent after an edition was written by `where` and before it is committed."""
    withdraw = partial(withdraw_consent, member=member, purpose=ConsentPurpose.NAMED, by=None, at=NOW)
    return meanwhile((where, "write_edition"), withdraw)


def named_twice() -> tuple[Member, Issue]:
    """Return a person whom the next revision of an issue will name, too, and the issue: another one withdrew."""
    cast = make_cast()
    cluster = make_cluster(cast, State.RUNNING)
    lead, other = cast.member("lead"), cast.member("participant")
    for person in (lead, other):
        make_consent(person, ConsentPurpose.NAMED)
    made = issue(cluster)
    with patch("community.jobs.wake_on_commit"):
        withdraw_consent(member=lead, purpose=ConsentPurpose.NAMED, by=None, at=NOW)
        withdraw_naming(member=lead, reason=RedactionReason.CONSENT, by=None, at=NOW)
    return other, made


def revised(made: Issue) -> Edition | None:
    return revise(issue=made, language="en", why=RevisionReason.NAME_REMOVED, at=NOW)


def test_a_consent_withdrawn_at_the_moment_of_a_revision_finds_it() -> None:
    other, made = named_twice()
    with withdrawn_before_the_edition_is_committed(revising, other):
        second = revised(made)
    assert second is not None
    assert list(made.editions.order_by("revision").values_list("revision", "state")) == [
        (1, "withdrawn"),
        (2, "withdrawn"),
        (3, "current"),
    ]
    assert not Edition.objects.naming(other).exists()
    assert other.name not in storage.read(made.editions.get(revision=3).article_file).decode()


def test_a_consent_withdrawn_at_the_moment_of_a_first_edition_finds_it() -> None:
    cast = make_cast()
    cluster, lead = make_cluster(cast, State.RUNNING), cast.member("lead")
    make_consent(lead, ConsentPurpose.NAMED)
    with withdrawn_before_the_edition_is_committed(module, lead):
        made = issue(cluster)
    assert list(made.editions.order_by("revision").values_list("revision", "state")) == [
        (1, "withdrawn"),
        (2, "current"),
    ]
    assert not Edition.objects.naming(lead).exists()


def test_control_without_the_lock_of_the_person_the_name_stays() -> None:
    """The race is real: with the lock taken away, the withdrawal finds nothing and the revision names the person."""
    other, made = named_twice()
    with (
        patch.object(module, "hold_people", lambda ids: None),
        patch.object(revising, "hold_people", lambda ids: None),
        withdrawn_before_the_edition_is_committed(revising, other),
    ):
        second = revised(made)
    assert list(Edition.objects.naming(other)) == [second]
