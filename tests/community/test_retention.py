"""What may go, and when: dated anew at the press, also where it is out of sight, and gone for good."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster
from community.actions.file import hide_file
from community.actions.retention import date_evidence, let_go, remind_of_retention
from community.models import Event, File, Project
from community.permissions import Refusal
from config.backup import files
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.matrix.places import make_file

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

LONG_AGO = date(2015, 3, 1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def evidence(cast: Cast) -> File:
    """Evidence of a cluster whose project got its last payment long ago, dated."""
    cluster = make_cluster(cast, State.RUNNING)
    project = make.make_project("WETLAND", last_payment_on=LONG_AGO)
    Cluster.objects.filter(pk=cluster.pk).update(owning_project=project)
    file = make_file(cast, cluster)
    File.objects.filter(pk=file.pk).update(retain_until=date(2020, 12, 31))
    return File.objects.get(pk=file.pk)


def test_what_is_gone_is_named_by_no_row(cast: Cast, evidence: File, django_capture_on_commit_callbacks: Any) -> None:
    name = str(evidence.content.name)
    assert files.is_named_now(name)
    with django_capture_on_commit_callbacks(execute=True):
        let_go(file=evidence, by=cast.user("admin"), at=NOW)
    row = File.objects.get(pk=evidence.pk)
    assert (row.content.name, row.gone_at, row.removed_at) == ("", NOW, NOW)
    assert not evidence.content.storage.exists(name)
    assert not files.is_named_now(name)
    assert name not in {one.name for one in files.named("default")}
    let_go(file=evidence, by=cast.user("admin"), at=NOW + timedelta(days=2))
    assert Event.objects.filter(verb="let_go_file").count() == 1


def test_the_migration_empties_the_names_of_what_was_let_go_before(cast: Cast, evidence: File) -> None:
    hidden = make_file(cast, make_cluster(cast, State.RUNNING))
    let_go(file=evidence, by=cast.user("admin"), at=NOW)
    File.objects.filter(pk=evidence.pk).update(content="files/ab/abc", gone_at=None)
    File.objects.filter(pk=hidden.pk).update(removed_at=NOW)
    import_module("community.migrations.0025_files_that_are_gone").note_what_is_gone(apps, None)
    row = File.objects.get(pk=evidence.pk)
    assert (row.content.name, row.gone_at) == ("", NOW)
    row = File.objects.get(pk=hidden.pk)
    assert (row.content.name, row.gone_at) == (hidden.content.name, None)


def test_the_press_dates_evidence_anew_and_says_until_when_it_stays(cast: Cast, evidence: File) -> None:
    """Tried: the payment was corrected after the night had dated the file, and the press deleted it."""
    project = Project.objects.get(acronym="WETLAND")
    Project.objects.filter(pk=project.pk).update(last_payment_on=date(2026, 6, 1))
    with pytest.raises(Refusal, match="is kept until 31 December 2031"):
        let_go(file=evidence, by=cast.user("admin"), at=NOW)
    Project.objects.filter(pk=project.pk).update(last_payment_on=None)
    with pytest.raises(Refusal, match="the last payment to the project is not known"):
        let_go(file=evidence, by=cast.user("admin"), at=NOW)
    Project.objects.filter(pk=project.pk).update(last_payment_on=LONG_AGO)
    other = make_cluster(cast, State.RUNNING)  # it came to support another figure since
    other.stages.all()[0].evidence.add(evidence)
    with pytest.raises(Refusal, match="not known"):
        let_go(file=evidence, by=cast.user("admin"), at=NOW)
    row = File.objects.get(pk=evidence.pk)
    assert (row.gone_at, row.content.name) == (None, evidence.content.name)


def test_what_is_in_use_and_no_evidence_stays_whatever_its_row_says(cast: Cast, evidence: File) -> None:
    evidence.stages.clear()  # type: ignore[attr-defined]
    with pytest.raises(Refusal, match="is in use"):
        let_go(file=evidence, by=cast.user("admin"), at=NOW)
    assert date_evidence(NOW) == 1
    assert File.objects.get(pk=evidence.pk).retain_until is None


# -- Out of sight ------------------------------------------------------------------------------------------------------


def test_evidence_out_of_sight_is_dated_listed_and_goes_by_the_same_press(cast: Cast, evidence: File) -> None:
    File.objects.filter(pk=evidence.pk).update(retain_until=None)
    hide_file(evidence, at=NOW)
    assert date_evidence(NOW) == 1
    assert File.objects.get(pk=evidence.pk).retain_until == date(2020, 12, 31)
    assert remind_of_retention(NOW) == 1, "the reminder counts it, and takes no evidence away"
    client = Client()
    client.force_login(cast.accounts["admin"])
    text = client.get("/retention/").content.decode()
    assert (evidence.title in text, "out of sight" in text) == (True, True)
    assert client.post(f"/retention/{evidence.pk}/let-go/").status_code == 302
    assert File.objects.get(pk=evidence.pk).gone_at is not None
    client.get("/retention/")  # reads "Gone: …"
    assert evidence.title not in client.get("/retention/").content.decode()
    assert client.post(f"/retention/{evidence.pk}/let-go/").status_code == 404
    assert client.post(f"/retention/{10**30}/let-go/").status_code == 404


def test_what_never_was_evidence_goes_a_set_time_after_it_was_removed(
    cast: Cast, evidence: File, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.REMOVED_FILE_DAYS = 90
    evidence.stages.clear()  # type: ignore[attr-defined]
    hide_file(evidence, at=NOW)
    remind_of_retention(NOW)
    assert File.objects.get(pk=evidence.pk).retain_until == timezone.localdate(NOW) + timedelta(days=90)
    with pytest.raises(Refusal, match="was taken out of sight, and is kept until"):
        let_go(file=evidence, by=cast.user("admin"), at=NOW)
    remind_of_retention(NOW + timedelta(days=90))
    assert File.objects.get(pk=evidence.pk).gone_at is None
    later = NOW + timedelta(days=91)
    with django_capture_on_commit_callbacks(execute=True):
        remind_of_retention(later)
    assert File.objects.get(pk=evidence.pk).gone_at == later
    assert not evidence.content.storage.exists(str(evidence.content.name))
    assert Event.objects.get(verb="let_go_file").by is None


def test_what_confirms_an_uptake_and_a_solutions_removed_file_are_evidence(cast: Cast, evidence: File) -> None:
    evidence.stages.clear()  # type: ignore[attr-defined]
    project = Project.objects.get(acronym="WETLAND")
    solution = make.make_solution("Wells", project=project)
    File.objects.filter(pk=evidence.pk).update(kind="solution", subject_id=solution.pk, retain_until=None)
    assert date_evidence(NOW) == 0, "the catalogue needs it"
    hide_file(evidence, at=NOW)
    assert date_evidence(NOW) == 1
    assert File.objects.get(pk=evidence.pk).retain_until == date(2020, 12, 31)
    let_go(file=evidence, by=cast.user("admin"), at=NOW)


def test_what_may_go_within_a_year_is_counted_and_listed_whole_page_by_page(cast: Cast, evidence: File) -> None:
    soon = timezone.localdate() + timedelta(days=30)
    rows = []
    for number in range(55):
        row = File.objects.get(pk=evidence.pk)
        row.pk, row.title, row.retain_until = None, f"Minutes, part {number:02d}.", soon
        rows.append(row)
    File.objects.bulk_create(rows)
    client = Client()
    client.force_login(cast.user("admin"))
    pages, query = [], "?page=1"
    while query:
        text = client.get(f"{reverse('community:retention')}{query}").content.decode()
        assert 'Within a year <span class="count">55</span>' in text
        pages.append(text.split('id="h-soon"')[1].split("</section>")[0])
        found = re.search(r'rel="next" href="([^"#]*)#h-soon"', pages[-1])
        query = unescape(found[1]) if found else ""
    assert len(pages) > 1
    assert [sum(row.title in page for page in pages) for row in rows] == [1] * 55
    assert client.get(f"{reverse('community:retention')}?soon=2&untold=9").status_code == 200
