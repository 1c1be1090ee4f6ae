"""Remembers the checksum of every booklet of a report that was ever made, and guards it as documents are guarded."""

import django.db.models.deletion
from django.db import migrations, models

from community.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("factsheets", "0007_booklets")]

    operations = [
        migrations.CreateModel(
            name="ReportBooklet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="checksum")),
                ("pages", models.PositiveIntegerField(verbose_name="pages")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="booklets_made",
                        to="factsheets.copreport",
                        verbose_name="report",
                    ),
                ),
            ],
            options={
                "verbose_name": "booklet of a report that was made",
                "verbose_name_plural": "booklets of reports that were made",
                "ordering": ["report", "-made_at", "-pk"],
                "constraints": [models.UniqueConstraint(fields=("report", "sha256"), name="reportbooklet_once")],
            },
        ),
        AppendOnly("factsheets_reportbooklet"),
    ]
