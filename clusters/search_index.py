"""The index over `Cluster.search_text`, which the database itself keeps: FTS5 with triggers, or GIN.

The column is the one truth; whoever writes it (an action, an import, `bulk_create`) has the index with it in the same
transaction, and a deleted row leaves nothing behind. SQLite loses the triggers when a later migration rebuilds the
table: repeat the operation there (`tests/clusters/test_search_index.py` finds it).
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_SQLITE: Final = (
    """
    CREATE VIRTUAL TABLE clusters_search USING fts5(
        search_text, content='clusters_cluster', content_rowid='id',
        tokenize='unicode61 remove_diacritics 0', prefix='2 3'
    )
    """,
    "INSERT INTO clusters_search(clusters_search) VALUES ('rebuild')",
    """
    CREATE TRIGGER clusters_search_insert AFTER INSERT ON clusters_cluster BEGIN
        INSERT INTO clusters_search(rowid, search_text) VALUES (new.id, new.search_text);
    END
    """,
    """
    CREATE TRIGGER clusters_search_delete AFTER DELETE ON clusters_cluster BEGIN
        INSERT INTO clusters_search(clusters_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);
    END
    """,
    """
    CREATE TRIGGER clusters_search_update AFTER UPDATE OF search_text ON clusters_cluster
    WHEN old.search_text IS NOT new.search_text BEGIN
        INSERT INTO clusters_search(clusters_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);
        INSERT INTO clusters_search(rowid, search_text) VALUES (new.id, new.search_text);
    END
    """,
)
_POSTGRESQL: Final = (
    "CREATE INDEX clusters_search ON clusters_cluster USING gin (to_tsvector('simple'::regconfig, search_text))",
)
_DO: Final = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
_UNDO: Final = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS clusters_search_insert",
        "DROP TRIGGER IF EXISTS clusters_search_delete",
        "DROP TRIGGER IF EXISTS clusters_search_update",
        "DROP TABLE IF EXISTS clusters_search",
    ),
    "postgresql": ("DROP INDEX IF EXISTS clusters_search",),
}
_PURGE: Final = {"sqlite": "INSERT INTO clusters_search(clusters_search) VALUES ('optimize')"}
TRIGGERS: Final = ("clusters_search_delete", "clusters_search_insert", "clusters_search_update")


def purge() -> None:
    """Take words out of the index that no row holds any more: FTS5 keeps them until it merges its parts."""
    statement = _PURGE.get(connection.vendor)
    if statement is not None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


class KeepSearchIndex(Operation):
    """Make the index over what the column holds now; doing it twice is harmless."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the models' state alone."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Make the index, replacing the one that is there."""
        self._run(schema_editor, _UNDO)
        self._run(schema_editor, _DO)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Take the index away."""
        self._run(schema_editor, _UNDO)

    def describe(self) -> str:
        """Say what this does, in `migrate` and `sqlmigrate`."""
        return "Keep the search index of clusters"

    def _run(self, schema_editor: BaseDatabaseSchemaEditor, scripts: dict[str, tuple[str, ...]]) -> None:
        for statement in scripts[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)
