"""Why a booklet is not kept: its file was damaged."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("factsheets", "0011_corrected_names"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="booklet",
            name="booklet_removed_with_a_reason",
        ),
        migrations.AlterField(
            model_name="booklet",
            name="removed_why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("expired", "It was kept for some days and then removed."),
                    ("withdrawn", "It was removed, because a factsheet in it was withdrawn."),
                    ("damaged", "Its file was damaged. Ask for the booklet once more: nothing in it is lost."),
                ],
                max_length=10,
                verbose_name="why it was removed",
            ),
        ),
        migrations.AddConstraint(
            model_name="booklet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at__isnull", True), ("removed_why", "")),
                    models.Q(("removed_at__isnull", False), ("removed_why__in", ["expired", "withdrawn", "damaged"])),
                    _connector="OR",
                ),
                name="booklet_removed_with_a_reason",
            ),
        ),
    ]
