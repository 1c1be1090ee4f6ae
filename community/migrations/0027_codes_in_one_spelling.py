"""Columns for the codes of terms, territories, working groups and projects as search compares them, empty at first.

Three migrations, none of them a single transaction: the version that runs goes on meanwhile. In one, each page would
wait until all keys are filled, and who has read a project and wants a term could wait for a migration that has the
terms and wants the projects. What the version that runs enters meanwhile has no key, which collides with nothing.
"""

from typing import Any

from django.db import migrations

import community.models.fields

#: Model and the length of a key.
CODES = (("Term", 60), ("Territory", 720), ("WorkingGroup", 20), ("Project", 60))


class AddColumn(migrations.AddField):
    """A column that is added in a transaction of its own, unless it is there: so a run that broke off is given again."""

    atomic = True

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Add it."""
        database = schema_editor.connection
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        with database.cursor() as cursor:
            there = {column.name for column in database.introspection.get_table_description(cursor, table)}
        if self.name not in there:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    """Adds the columns, a table at a time."""

    atomic = False

    dependencies = [("community", "0026_jobs_that_are_asked_for_again")]

    operations = [
        AddColumn(
            model_name=name.lower(),
            name="code_key",
            field=community.models.fields.CodeKeyField(
                blank=True, max_length=length, null=True, source="code", verbose_name="folded code"
            ),
        )
        for name, length in CODES
    ]
