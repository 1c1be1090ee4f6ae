"""A backup as an earlier version made it: that of today, with the tables and columns alone that there were then."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from tests.config.drill import Site

#: Where the tables stood in the version of the morning of 27 November 2026; the files of its migrations are unchanged.
THEN = {
    "clusters": "0021_translations",
    "community": "0017_merged_members_keep_a_closed_account",
    "factsheets": "0007_booklets",
    "results": "0025_withdrawn_versions",
}
#: Columns that have another name now.
CALLED_NOW = {("results_contribution", "record_id"): "subject_id"}

#: Makes the tables of then in an empty database; tells its migrations, and the columns of each table.
MIGRATES = """
import json, sys
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from config.backup import versions
from tests.schema import rendered_late
then = json.loads(sys.argv[1])
leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
with rendered_late():
    versions.migrate([(app, then.get(app, name)) for app, name in leaves], connection)
with connection.cursor() as cursor:
    names = connection.introspection.table_names(cursor)
    described = connection.introspection.get_table_description
    tables = {name: [column.name for column in described(cursor, name)] for name in names}
print(json.dumps({"migrations": versions.applied(connection), "tables": tables}))
"""
#: Tells which migrations a site has, and which it wants.
MIGRATIONS = """
import json
import django; django.setup()
from django.db import connection
from config.backup import versions
print(json.dumps([versions.applied(connection), versions.wanted(connection)]))
"""


def make_older(archive: Path, to: Path, then: Site) -> dict[str, Any]:
    """Write the backup again as it was made then; return what it says of itself.

    Args:
        archive: a backup of today.
        to: where the older one is wanted.
        then: a site without tables, in whose database those of then are made, to look at.
    """
    found = json.loads(then.do("-c", MIGRATES, json.dumps(THEN)))
    with ZipFile(archive) as new, ZipFile(to, "w", ZIP_DEFLATED) as old:
        manifest: dict[str, Any] = json.loads(new.read("manifest.json"))
        manifest["migrations"] = found["migrations"]
        today, manifest["tables"] = manifest["tables"], {}
        for table in sorted(today.keys() & found["tables"].keys()):
            called = {CALLED_NOW.get((table, name), name): name for name in found["tables"][table]}
            assert called.keys() <= {*today[table]["columns"]}, f"a column of {table} is gone since: say what it held"
            kept = [(at, called[name]) for at, name in enumerate(today[table]["columns"]) if name in called]
            content = _only(new.read(f"tables/{table}.ndjson"), [at for at, _name in kept])
            about = {"columns": [name for _at, name in kept], "sha256": sha256(content).hexdigest()}
            manifest["tables"][table] = today[table] | about
            old.writestr(f"tables/{table}.ndjson", content)
        for name in manifest["files"]:
            old.writestr(f"files/{name}", new.read(f"files/{name}"))
        old.writestr("manifest.json", json.dumps(manifest))
    return manifest


def _only(lines: bytes, places: list[int]) -> bytes:
    """Return the lines of a table with these of its columns alone, written as a backup writes them."""
    rows = ([row[at] for at in places] for row in map(json.loads, lines.splitlines()))
    return b"".join(
        json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n" for row in rows
    )
