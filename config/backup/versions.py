"""Migrations: what an archive stands on, and whether this version of the registry can read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from config.backup.problem import Problem
from config.backup.rows import LEFT_OUT_APPS

Names = dict[str, list[str]]


def applied(connection: BaseDatabaseWrapper) -> Names:
    """Return the names of the migrations that a database has, by app; empty where it has no tables."""
    recorder = MigrationRecorder(connection)
    with connection.cursor() as cursor:
        if recorder.Migration._meta.db_table not in connection.introspection.table_names(cursor):
            return {}
    rows = recorder.Migration.objects.using(connection.alias).order_by("app", "name").values_list("app", "name")
    found: Names = {}
    for app, name in rows:
        if app not in LEFT_OUT_APPS:
            found.setdefault(app, []).append(name)
    return found


def wanted(connection: BaseDatabaseWrapper) -> Names:
    """Return the names of the migrations that this version of the registry has, by app."""
    found: Names = {}
    for app, name in sorted(MigrationExecutor(connection).loader.disk_migrations):
        if app not in LEFT_OUT_APPS:
            found.setdefault(app, []).append(name)
    return found


def check_can_read(archived: Mapping[str, list[str]], connection: BaseDatabaseWrapper) -> None:
    """Find out whether this version knows every migration that an archive stands on.

    Raises:
        Problem: the archive is from a newer version.
    """
    known = wanted(connection)
    strange = sorted(f"{app}.{name}" for app in archived for name in set(archived[app]) - set(known.get(app, [])))
    if strange:
        raise Problem(
            f"The backup is of a newer version of the registry: this one does not know {', '.join(strange[:5])}. "
            "Install the version that made the backup, or a newer one, and restore with it."
        )


def targets(archived: Mapping[str, list[str]], connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Return the newest migrations that an archive stands on, for `migrate` to go to."""
    graph = MigrationExecutor(connection).loader.graph
    there = {(app, name) for app, names in archived.items() for name in names}
    return sorted(
        key
        for key in there & graph.nodes.keys()
        if not any(child.key in there and child.key[0] == key[0] for child in graph.node_map[key].children)
    )


def migrate(goal: list[tuple[str, str]], connection: BaseDatabaseWrapper) -> None:
    """Bring the tables to where `goal` is, without what `migrate` enters afterwards."""
    executor = MigrationExecutor(connection)
    executor.migrate(goal)


def models_at(goal: list[tuple[str, str]], connection: BaseDatabaseWrapper) -> Any:
    """Return the registry of models as they were at `goal`."""
    return MigrationExecutor(connection).loader.project_state(goal).apps
