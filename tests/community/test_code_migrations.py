"""The migrations that keep codes apart, on a site that goes on answering: no page waits for more than one table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.migrations import AddConstraint, AddField, AddIndex, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from community.choices import Vocabulary
from community.models import Project, Term
from tests import factories as make
from tests.races import beside
from tests.test_architecture import APPS

pytestmark = [pytest.mark.django_db(transaction=True)]

BEFORE = "0026_jobs_that_are_asked_for_again"
STEPS = ("0027_codes_in_one_spelling", "0028_codes_are_folded", "0029_codes_are_apart")
#: Fill and change the same small table in one transaction; each came before this test.
MIXED = {
    "community.0009_catalogue_of_solutions",
    "community.0025_files_that_are_gone",
    "results.0025_withdrawn_versions",
    "results.0029_contributions_follow_merges",
}


def migrate(to: str = STEPS[-1]) -> None:
    MigrationExecutor(connection).migrate([("community", to)])


def keys() -> dict[str, str | None]:
    return dict(Term.objects.values_list("code", "code_key"))


@pytest.fixture
def _restored() -> Iterator[None]:
    yield
    migrate()


@pytest.mark.postgres
@pytest.mark.usefixtures("_restored")
def test_a_request_that_has_read_a_project_reads_a_term_while_the_site_is_brought_up_to_date() -> None:
    """In one transaction it held the terms and waited for the projects: each waited for the other one."""
    make.make_term(Vocabulary.CHALLENGE, "Dunes")
    make.make_project("WETLAND")
    for step, start in ((STEPS[0], BEFORE), (STEPS[-1], STEPS[1])):
        migrate(start)
        with transaction.atomic():
            assert Project.objects.values_list("acronym", flat=True).get() == "WETLAND"
            upgrade = beside(lambda step=step: migrate(step))  # type: ignore[misc]
            assert not upgrade.is_done, "it waits for the projects"
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '500ms'")
            assert Term.objects.values_list("code", flat=True).get() == "Dunes"
        assert upgrade.join() is None
    migrate(STEPS[1])
    migrate()
    assert keys() == {"Dunes": "dunes"}


@pytest.mark.postgres
@pytest.mark.usefixtures("_restored")
def test_the_keys_are_filled_while_others_write_to_the_same_tables() -> None:
    term = make.make_term(Vocabulary.CHALLENGE, "Dunes")
    other = make.make_term(Vocabulary.CHALLENGE, "Reeds")
    migrate(STEPS[0])
    Term.objects.update(code_key=None)
    with transaction.atomic():
        Term.objects.select_for_update().get(pk=other.pk)
        fill = beside(lambda: migrate(STEPS[1]))
        assert not fill.is_done, "it waits for this row"
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
        assert Term.objects.select_for_update().get(pk=term.pk).code_key == "dunes", "and holds no other one"
    assert fill.join() is None
    assert keys() == {"Dunes": "dunes", "Reeds": "reeds"}


@pytest.mark.both
def test_what_broke_off_half_way_is_given_again() -> None:
    """No transaction takes the steps before back: what stands there already is passed over."""
    make.make_term(Vocabulary.CHALLENGE, "Dunes")
    recorder = MigrationRecorder(connection)
    for step in STEPS:
        recorder.record_unapplied("community", step)
    try:
        migrate()
    finally:
        for step in set(STEPS) - {name for app, name in recorder.applied_migrations() if app == "community"}:
            recorder.record_applied("community", step)
    assert keys() == {"Dunes": "dunes"}


def test_no_migration_fills_a_table_while_it_holds_it() -> None:
    found = {
        f"{app}.{name}"
        for (app, name), one in MigrationLoader(None).disk_migrations.items()
        if app in APPS
        and one.atomic
        and any(isinstance(step, RunPython) for step in one.operations)
        and any(isinstance(step, AddField | AddConstraint | AddIndex) for step in one.operations)
    }
    assert found == MIXED
