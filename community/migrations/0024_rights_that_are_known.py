"""What the registry knows already: the rights of links, and that letters of adopting organisations hold names."""

from typing import Any

from django.db import migrations


def fill(apps: Any, schema_editor: Any) -> None:
    """Give links the licence of their solution, and the rights holder that all files of it name, where it says one.

    The rest stays empty, and is asked for at the next edit.
    """
    links = apps.get_model("community", "SolutionLink").objects.filter(rights_holder="", licence="")
    files = apps.get_model("community", "File").objects.filter(kind="solution", removed_at=None)
    holders: dict[int, set[str]] = {}
    for pk, name in files.values_list("subject_id", "rights_holder"):
        holders.setdefault(pk, set()).add(name)
    for link in links.select_related("solution").iterator(chunk_size=500):
        known = holders.get(link.solution_id, set())
        link.rights_holder, link.licence = next(iter(known)) if len(known) == 1 else "", link.solution.licence
        link.save(update_fields=["rights_holder", "licence"])


def mark(apps: Any, schema_editor: Any) -> None:
    """Mark the letters that are not for everybody as holding names, as those that come from now on."""
    letters = apps.get_model("community", "File").objects.filter(kind="confirmation", visibility="restricted")
    letters.update(holds_names=True)


class Migration(migrations.Migration):
    """Changes rows, no tables."""

    dependencies = [("community", "0023_links_say_their_rights")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
