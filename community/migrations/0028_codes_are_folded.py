"""Each term, territory, working group and project has the key of its code.

What stands in two spellings already is left as it is: the one that was entered first has the key, the other one has
none, and `migrate` names the pair. No third one is entered beside them.
"""

import sys
from typing import Any

from django.db import migrations

from community.folding import fold

#: Model, and what its code is unique within.
CODES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Term", ("vocabulary",)),
    ("Territory", ("nuts_version",)),
    ("WorkingGroup", ()),
    ("Project", ()),
)
TWICE = (
    "{what}: “{first}” and “{second}” differ in case and accents only. Both stay as they are, and each is found by its"
    " own letters. Use one of them from now on; see “Upgrades without downtime” in docs/operations.md.\n"
)


def fill(apps: Any, schema_editor: Any) -> None:
    """Give each row its key, each by itself; of several with one key the first has it, and the others are named."""
    for name, within in CODES:
        model = apps.get_model("community", name)
        first: dict[tuple[str, ...], str] = {}
        for pk, code, *about in model.objects.order_by("pk").values_list("pk", "code", *within):
            key = (*about, fold(code))
            if first.setdefault(key, code) == code:
                model.objects.filter(pk=pk, code=code).update(code_key=fold(code))
            else:
                words = {"what": model._meta.verbose_name, "first": first[key], "second": code}
                sys.stderr.write(TWICE.format(**words))


class Migration(migrations.Migration):
    """Fills the keys; a row is locked for its own update only, and given again it does the same."""

    atomic = False

    dependencies = [("community", "0027_codes_in_one_spelling")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, atomic=False)]
