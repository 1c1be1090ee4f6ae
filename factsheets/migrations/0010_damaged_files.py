"""Remembers which stored files are missing or damaged, and how far the look at all of them is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("factsheets", "0009_booklets_known_before")]

    operations = [
        migrations.CreateModel(
            name="DamagedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True, verbose_name="name in the storage")),
                (
                    "problem",
                    models.CharField(
                        choices=[("missing", "missing"), ("damaged", "damaged")], max_length=10, verbose_name="problem"
                    ),
                ),
                ("found_at", models.DateTimeField(verbose_name="found at")),
                ("seen_at", models.DateTimeField(verbose_name="last looked at")),
            ],
            options={
                "verbose_name": "damaged file",
                "verbose_name_plural": "damaged files",
                "ordering": ["found_at", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("problem__in", ["missing", "damaged"])), name="damagedfile_known_problem"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FileRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begun_at", models.DateTimeField(verbose_name="begun at")),
                ("after", models.CharField(blank=True, max_length=120, verbose_name="read up to")),
                ("files", models.PositiveIntegerField(default=0, verbose_name="files")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
            ],
            options={
                "verbose_name": "look at the stored files",
                "verbose_name_plural": "looks at the stored files",
                "ordering": ["-begun_at", "-pk"],
            },
        ),
    ]
