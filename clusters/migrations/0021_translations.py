"""Texts of clusters in other languages."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0020_advice_panels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Translation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("part", models.CharField(max_length=20)),
                ("part_id", models.PositiveBigIntegerField()),
                ("field", models.CharField(max_length=30)),
                ("source", models.TextField(max_length=2000, verbose_name="translated from")),
                ("text", models.TextField(max_length=2000, verbose_name="translation")),
                ("at", models.DateTimeField(verbose_name="translated at")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="translations", to="clusters.cluster"
                    ),
                ),
            ],
            options={
                "verbose_name": "translation",
                "verbose_name_plural": "translations",
                "ordering": ("cluster_id", "language", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cluster", "language", "part", "part_id", "field"), name="translation_once_a_text"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ("bg", "el", "en", "es", "fr", "hr", "it", "pt", "sl"))),
                        name="translation_known_language",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", ""), _negated=True), models.Q(("source", ""), _negated=True)
                        ),
                        name="translation_says_something",
                    ),
                ],
            },
        ),
    ]
