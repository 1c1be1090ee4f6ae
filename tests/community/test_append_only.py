"""The database refuses to change or delete what was recorded."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from community.chain import seal_chains
from community.choices import RedactionReason, RedactionTarget
from community.events import record, redact
from community.models import Event, EventDetail, Redaction, Seal
from tests import factories as make
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def event() -> Event:
    """An event with a detail, its chain sealed, and a row in the ledger."""
    made = record(verb="rename", subject=make.make_organisation(), by=None, detail={"old": "A", "new": "B"})
    seal_chains(NOW)
    Redaction.objects.create(target=RedactionTarget.EDITION, target_id=1, reason=RedactionReason.CONSENT)
    return made


@pytest.mark.parametrize("model", [Event, Seal, Redaction, EventDetail])
def test_no_row_of_the_record_is_changed_or_deleted(event: Event, model: type[Model]) -> None:
    row = model._default_manager.get()
    for field in (field for field in model._meta.concrete_fields if not field.primary_key):
        other = {"null": None} if field.null else {}
        with pytest.raises(IntegrityError), transaction.atomic():
            model._default_manager.filter(pk=row.pk).update(
                **{field.attname: other.get("null", getattr(row, field.attname))}
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.filter(pk=row.pk)._raw_delete("default")
    assert model._default_manager.get() == row


def test_a_detail_is_emptied_only_with_its_row_in_the_ledger(event: Event) -> None:
    detail = event.detail
    other = Redaction.objects.create(
        target=RedactionTarget.EVENT_DETAIL, target_id=detail.pk + 1, reason=RedactionReason.ERASURE
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        EventDetail.objects.filter(pk=detail.pk).update(body=None, salt="", redaction=other)
    row = redact(detail, reason=RedactionReason.ERASURE, by=None, at=NOW, erasure="er-1")
    detail.refresh_from_db()
    assert (detail.body, detail.salt, detail.redaction) == (None, "", row)
    assert redact(detail, reason=RedactionReason.ERASURE, by=None, at=NOW) == row
    with pytest.raises(IntegrityError), transaction.atomic():
        EventDetail.objects.filter(pk=detail.pk).update(body={"new": "C"}, salt="x", redaction=None)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_a_table_of_the_record_cannot_be_truncated(event: Event) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE community_seal")


def test_every_guarded_table_still_has_its_triggers() -> None:
    """SQLite drops triggers when a later migration rebuilds a table."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        names = {row[0] for row in cursor.fetchall()}
    endings = ("update", "delete") if connection.vendor == "sqlite" else ("row", "truncate")
    for table in guarded_tables():
        assert {f"{table}_guard_{ending}" for ending in endings} <= names


def guarded_tables() -> set[str]:
    """Return the tables that any migration guards, so that a forgotten repeat shows."""
    from django.db.migrations.loader import MigrationLoader

    from community.triggers import AppendOnly

    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {
        operation.table
        for (app, _name), migration in loader.disk_migrations.items()
        if apps.is_installed(app)
        for operation in migration.operations
        if isinstance(operation, AppendOnly)
    }
