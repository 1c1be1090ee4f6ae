"""The texts of versions in further languages, which never change."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from community.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("factsheets", "0005_download_counts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IssueTranslation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("texts", models.JSONField(verbose_name="translated texts")),
                ("taken_at", models.DateTimeField(verbose_name="taken at")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="translations",
                        to="factsheets.issue",
                        verbose_name="issue",
                    ),
                ),
            ],
            options={
                "verbose_name": "translation of an issue",
                "verbose_name_plural": "translations of issues",
                "ordering": ["issue", "language"],
                "constraints": [
                    models.UniqueConstraint(fields=("issue", "language"), name="issuetranslation_once_a_language"),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ("bg", "el", "en", "es", "fr", "hr", "it", "pt", "sl"))),
                        name="issuetranslation_known_language",
                    ),
                ],
            },
        ),
        AppendOnly("factsheets_issuetranslation"),
    ]
