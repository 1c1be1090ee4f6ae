"""No two terms, territories, working groups or projects whose codes differ in case and accents only.

What stands in two spellings already is left as it is: the one that was entered first has the key, the other one has
none, and `migrate` names the pair. No third one is entered beside them.
"""

import sys
from typing import Any

from django.db import migrations, models

import community.models.fields
from community.folding import fold

#: model, what its code is unique within, the length of a key, and the constraint.
CODES = (
    ("Term", ("vocabulary",), 60, "term_code_key_unique"),
    ("Territory", ("nuts_version",), 720, "territory_code_key_unique"),
    ("WorkingGroup", (), 20, "working_group_code_key_unique"),
    ("Project", (), 60, "project_code_key_unique"),
)
TWICE = (
    "{what}: “{first}” and “{second}” differ in case and accents only. Both stay as they are, and each is found by its"
    " own letters. Use one of them from now on; see “Upgrades without downtime” in docs/operations.md.\n"
)


def fill(apps: Any, schema_editor: Any) -> None:
    """Give each row its key; of several with one key the first has it, and the others are named."""
    for name, within, _length, _constraint in CODES:
        model = apps.get_model("community", name)
        first: dict[tuple[str, ...], str] = {}
        for pk, code, *about in model.objects.order_by("pk").values_list("pk", "code", *within):
            key = (*about, fold(code))
            if first.setdefault(key, code) == code:
                model.objects.filter(pk=pk).update(code_key=fold(code))
            else:
                words = {"what": model._meta.verbose_name, "first": first[key], "second": code}
                sys.stderr.write(TWICE.format(**words))


class Migration(migrations.Migration):
    """Adds the keys, fills them, and holds them apart."""

    dependencies = [("community", "0026_jobs_that_are_asked_for_again")]

    operations = [
        *(
            migrations.AddField(
                model_name=name.lower(),
                name="code_key",
                field=community.models.fields.CodeKeyField(
                    blank=True, max_length=length, null=True, source="code", verbose_name="folded code"
                ),
            )
            for name, _within, length, _constraint in CODES
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        *(
            migrations.AddConstraint(
                model_name=name.lower(),
                constraint=models.UniqueConstraint(fields=[*within, "code_key"], name=constraint),
            )
            for name, within, _length, constraint in CODES
        ),
    ]
