"""A file that was deleted for good is told apart from one out of sight, and names no bytes any more."""

from typing import Any

from django.db import migrations, models
from django.db.models import F, Q


def note_what_is_gone(apps: Any, _editor: Any) -> None:
    """Empty the name of each file that history says was deleted for good."""
    gone = apps.get_model("community", "Event").objects.filter(verb="let_go_file", kind="file").values("subject_id")
    rows = apps.get_model("community", "File").objects.filter(pk__in=gone, removed_at__isnull=False)
    rows.update(gone_at=F("removed_at"), content="")


class Migration(migrations.Migration):
    """Adds the moment, fills it from history, and holds the two together."""

    dependencies = [("community", "0024_rights_that_are_known")]

    operations = [
        migrations.AddField(
            model_name="file",
            name="gone_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="deleted for good at"),
        ),
        migrations.RunPython(note_what_is_gone, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="file",
            constraint=models.CheckConstraint(
                condition=Q(gone_at__isnull=True) | Q(removed_at__isnull=False, content=""),
                name="file_gone_is_removed_and_empty",
            ),
        ),
        migrations.AlterField(
            model_name="consent",
            name="how",
            field=models.CharField(
                choices=[
                    ("form", "Form of the registry"),
                    ("paper", "On paper"),
                    ("mail", "By mail"),
                    ("demo", "Demonstration"),
                ],
                default="form",
                max_length=10,
                verbose_name="how",
            ),
        ),
    ]
