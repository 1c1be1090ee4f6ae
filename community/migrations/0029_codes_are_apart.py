"""No two terms, territories, working groups or projects whose codes differ in case and accents only."""

from typing import Any

from django.db import migrations, models

#: Model, what its code is unique within, and the constraint.
CODES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Term", ("vocabulary",), "term_code_key_unique"),
    ("Territory", ("nuts_version",), "territory_code_key_unique"),
    ("WorkingGroup", (), "working_group_code_key_unique"),
    ("Project", (), "project_code_key_unique"),
)


class HoldApart(migrations.AddConstraint):
    """A constraint that is added in a transaction of its own, unless it is there: a run that broke off is given again."""

    atomic = True

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Add it."""
        database = schema_editor.connection
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        with database.cursor() as cursor:
            there = database.introspection.get_constraints(cursor, table)
        if self.constraint.name not in there:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    """Holds the keys apart, a table at a time."""

    atomic = False

    dependencies = [("community", "0028_codes_are_folded")]

    operations = [
        HoldApart(
            model_name=name.lower(),
            constraint=models.UniqueConstraint(fields=[*within, "code_key"], name=constraint),
        )
        for name, within, constraint in CODES
    ]
