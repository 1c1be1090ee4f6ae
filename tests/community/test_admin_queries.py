"""Change pages of the admin ask the database as often with three parts as with one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.choices import ParticipationStatus, State
from clusters.models import Cluster, Decision, Objective, Outcome, Participation, Stage
from community.events import record
from community.models import Event, Job, JobItem, Member, Organisation, Project, WorkingGroup
from factsheets.actions.issue import take_version
from factsheets.choices import Face, PdfProblem
from factsheets.models import Edition, Issue
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.community.admin_pages import own_models, page_of
from tests.factories import NOW

pytestmark = [pytest.mark.django_db]

#: A row, and what adds one part of each kind to it.
Grown = tuple[Any, Callable[[], object]]


def a_member(_cast: Cast) -> Grown:
    """Somebody with work, appointments and consents."""
    row = make.make_member("Anna Perić")

    def add() -> None:
        make.make_affiliation(row, make.make_organisation())
        make.make_appointment(row, make.make_working_group())
        make.make_consent(row, withdrawn_at=NOW)

    return row, add


def an_organisation(_cast: Cast) -> Grown:
    """A partner of projects."""
    row = make.make_organisation("Park")
    return row, lambda: make.make_partnership(row)


def a_project(_cast: Cast) -> Grown:
    """A project with partners."""
    row = make.make_project("One")
    return row, lambda: make.make_partnership(project=row)


def a_group(cast: Cast) -> Grown:
    """A working group with earlier titles and coordinators."""
    row = cast.group

    def add() -> None:
        year = 1990 + row.titles.count()
        row.titles.create(title=f"In {year}", from_on=date(year, 1, 1), until_on=date(year, 2, 1))
        make.make_coordinator(row)

    return row, add


def a_cluster(cast: Cast) -> Grown:
    """A cluster with all that belongs to it."""
    row = make_cluster(cast, State.RUNNING)

    def add() -> None:
        said = {"verb": "approve", "decided_at": NOW, "working_group": make.make_working_group(), "capacity": "group"}
        decided_by = make.make_member()
        number = row.objectives.count() + 10
        Objective.objects.create(cluster=row, text="Less", criterion="Half", position=number)
        Stage.objects.create(cluster=row, title="More", position=number)
        Participation.objects.create(
            cluster=row,
            member=make.make_member(),
            organisation=make.make_organisation(),
            status=ParticipationStatus.DECLINED,
        )
        event = record(verb="approve", subject=row, by=None)
        Decision.objects.create(cluster=row, decided_by=decided_by, proposer=make.make_member(), event=event, **said)
        Outcome.objects.create(cluster=row, kind="networking", title=f"Day {number}")

    return row, add


def an_event(cast: Cast) -> Grown:
    """An event, which has one detail at most."""
    return record(verb="invite", subject=cast.member("member"), by=None, detail={"words": "one"}), lambda: None


def a_job(cast: Cast) -> Grown:
    """A job with items."""
    row = Job.objects.create(task="community.erase", key="x", by=cast.accounts["admin"])
    return row, lambda: JobItem.objects.create(job=row, number=row.items.count() + 1, label="One")


def an_issue(cast: Cast) -> Grown:
    """A version of a document with editions in further languages."""
    cluster = make_cluster(cast, State.RUNNING)
    take_version(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    row = Issue.objects.get()
    languages = iter(("en", "el", "it", "fr", "es"))
    sizes = {"made_at": NOW, "article_size": 1, "data_size": 1, "pdf_problem": PdfProblem.values[0]}
    sums = {"article_sha256": "a", "data_sha256": "b", "article_file": "one", "data_file": "two"}
    said = {"issue": row, "reference": row.reference, "version": row.version, **sizes, **sums}
    return row, lambda: Edition.objects.create(language=next(languages), **said)


GROWN: dict[type[Any], Callable[[Cast], Grown]] = {
    Member: a_member,
    Organisation: an_organisation,
    Project: a_project,
    WorkingGroup: a_group,
    Cluster: a_cluster,
    Event: an_event,
    Job: a_job,
    Issue: an_issue,
}


def test_every_page_with_parts_is_asked_for() -> None:
    assert {model for model, page in admin.site._registry.items() if page.inlines} == set(GROWN)
    assert set(GROWN) <= set(own_models())


@pytest.mark.parametrize("model", GROWN, ids=lambda model: str(model.__name__))
def test_a_change_page_takes_as_many_queries_with_three_parts_as_with_one(model: type[Any]) -> None:
    cast, client = make_cast(), Client()
    client.force_login(cast.accounts["admin"])
    row, add = GROWN[model](cast)
    add()
    asked = []
    for _time in range(2):
        client.get(page_of(row))
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(page_of(row))
        assert answer.status_code == 200
        asked.append([query["sql"] for query in captured.captured_queries])
        add()
        add()
    one, three = asked
    assert len(three) == len(one), [statement for statement in three if statement not in one]
    assert len(three) <= 30
