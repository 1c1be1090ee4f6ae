"""Triggers that keep rows from being changed or deleted, on SQLite and PostgreSQL.

Used in migrations of every app that holds history. SQLite loses a table's triggers when
a later migration rebuilds the table: repeat the operation in that migration
(`tests/community/test_append_only.py` finds the table that was forgotten).
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_SQLITE = """
CREATE TRIGGER {name}_update BEFORE UPDATE ON {table}
WHEN NOT ({but})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
CREATE TRIGGER {name}_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""

_POSTGRESQL = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'UPDATE' AND ({but}) THEN RETURN NEW; END IF;
    RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $body$;
CREATE TRIGGER {name}_row BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
CREATE FUNCTION {name}_truncate() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $body$;
CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}_truncate();
"""

_WITH_A_REDACTION = """
    NEW.redaction_id IS NOT NULL AND (OLD.redaction_id IS NULL OR NEW.redaction_id > OLD.redaction_id)
    AND {same}
    AND EXISTS (
        SELECT 1 FROM community_redaction r
        WHERE r.id = NEW.redaction_id AND r.target = '{target}' AND r.target_id = OLD.id
    )
"""

_UNDO = {
    "sqlite": "DROP TRIGGER IF EXISTS {name}_update; DROP TRIGGER IF EXISTS {name}_delete;",
    "postgresql": "DROP FUNCTION IF EXISTS {name}() CASCADE; DROP FUNCTION IF EXISTS {name}_truncate() CASCADE;",
}
_DO = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


class AppendOnly(Operation):
    """Refuse UPDATE and DELETE on a table, except an UPDATE for which `but` holds.

    `but` is SQL over OLD and NEW that both databases understand; empty refuses every update.
    Doing it twice is harmless.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, but: str = "") -> None:
        """Guard `table`."""
        self.table = table
        self.but = but

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what a migration needs to build this operation again."""
        return type(self).__name__, [self.table], {"but": self.but} if self.but else {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the models' state alone."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Make the triggers, replacing those of the same name."""
        self._run(schema_editor, _UNDO)
        self._run(schema_editor, _DO)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Take the triggers away."""
        self._run(schema_editor, _UNDO)

    def describe(self) -> str:
        """Say what this does, in `migrate` and `sqlmigrate`."""
        return f"Refuse update and delete on {self.table}"

    def _run(self, schema_editor: BaseDatabaseSchemaEditor, scripts: dict[str, str]) -> None:
        script = scripts[schema_editor.connection.vendor]
        text = script.format(name=f"{self.table}_guard", table=self.table, but=self.but or "FALSE")
        for statement in _statements(text, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)


class GuardedAsBefore(AppendOnly):
    """Guards a table again when a migration is taken back that let more of it change; put it before the others."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Leave it to the last operation."""

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Make the guard of before."""
        super().database_forwards(app_label, schema_editor, from_state, to_state)


def words_taken_out(target: str, *kept: str) -> str:
    """Return when words of a row may change: with a new row of the redaction ledger, and every column of `kept` as is.

    A comparison with NULL is neither true nor false, and SQLite would let such a change pass: so both are said.
    """
    same = " AND ".join(
        f"(NEW.{one} IS NULL) = (OLD.{one} IS NULL) AND COALESCE(NEW.{one} = OLD.{one}, TRUE)" for one in kept
    )
    return _WITH_A_REDACTION.format(same=same, target=target)


def guarded_tables() -> set[str]:
    """Return the tables whose rows the database keeps from being changed; one query."""
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB '*_guard_update'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%\\_guard\\_row'",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        return {row[0].partition("_guard_")[0] for row in cursor.fetchall()}


def _statements(text: str, vendor: str) -> list[str]:
    """Split a script into statements: drivers take one at a time, and trigger bodies hold semicolons."""
    if vendor == "postgresql" or "CREATE" not in text:
        parts = [text] if vendor == "postgresql" else text.split(";")
    else:
        parts = [part + "END" for part in text.split("END;")]
        parts = [part for part in parts if "CREATE" in part]
    return [part.strip() for part in parts if part.strip()]
