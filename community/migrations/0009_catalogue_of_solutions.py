"""The catalogue: a solution has a life of its own, languages, links, and a number of its published version."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import community.models.fields
from community.choices import Language, SolutionStatus

LANGUAGES = [
    "ar",
    "bs",
    "bg",
    "ca",
    "hr",
    "cs",
    "da",
    "nl",
    "en",
    "et",
    "fi",
    "fr",
    "de",
    "el",
    "he",
    "hu",
    "ga",
    "it",
    "lv",
    "lt",
    "mk",
    "mt",
    "cnr",
    "pl",
    "pt",
    "ro",
    "sr",
    "sk",
    "sl",
    "sq",
    "es",
    "sv",
    "tr",
]


def back_to_drafts(apps, schema_editor):
    """Going back, what waits or was retired becomes a draft: there is no other word for it."""
    rows = apps.get_model("community", "Solution").objects
    rows.filter(status__in=["submitted", "retired"]).update(status="draft")


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0008_files_of_rooms"),
    ]

    operations = [
        migrations.CreateModel(
            name="SolutionLanguage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        choices=Language.choices,
                        max_length=3,
                        verbose_name="language",
                    ),
                ),
            ],
            options={
                "verbose_name": "language",
                "verbose_name_plural": "languages",
                "ordering": ["code", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SolutionLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("label", community.models.fields.LineField(max_length=120, verbose_name="what it is")),
                ("address", models.URLField(max_length=500, verbose_name="address")),
            ],
            options={
                "verbose_name": "link",
                "verbose_name_plural": "links",
                "ordering": ["solution", "position", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="solution",
            name="solution_known_status",
        ),
        migrations.RemoveConstraint(
            model_name="solution",
            name="solution_published_has_date",
        ),
        migrations.AddField(
            model_name="solution",
            name="published_version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="published version"),
        ),
        migrations.AddField(
            model_name="solution",
            name="state_before",
            field=models.CharField(blank=True, editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name="solution",
            name="state_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="solution",
            name="status_note",
            field=community.models.fields.LineField(
                blank=True, editable=False, max_length=300, verbose_name="note on the status"
            ),
        ),
        migrations.AddField(
            model_name="solution",
            name="submitted_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="submitted by",
            ),
        ),
        migrations.AddField(
            model_name="solution",
            name="updated_at",
            field=models.DateTimeField(auto_now=True, verbose_name="changed at"),
        ),
        migrations.AddField(
            model_name="solution",
            name="written_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="written by",
            ),
        ),
        migrations.AlterField(
            model_name="solution",
            name="status",
            field=models.CharField(
                choices=SolutionStatus.choices,
                default="draft",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="solution",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "submitted", "published", "retired"])),
                name="solution_known_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="solution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["published", "retired"]), _negated=True),
                    ("published_at__isnull", False),
                    _connector="OR",
                ),
                name="solution_published_has_date",
            ),
        ),
        migrations.AddField(
            model_name="solutionlanguage",
            name="solution",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="languages",
                to="community.solution",
                verbose_name="solution",
            ),
        ),
        migrations.AddField(
            model_name="solutionlink",
            name="solution",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="links",
                to="community.solution",
                verbose_name="solution",
            ),
        ),
        migrations.AddConstraint(
            model_name="solutionlanguage",
            constraint=models.UniqueConstraint(fields=("solution", "code"), name="solutionlanguage_once"),
        ),
        migrations.AddConstraint(
            model_name="solutionlanguage",
            constraint=models.CheckConstraint(
                condition=models.Q(code__in=LANGUAGES),
                name="solutionlanguage_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="solutionlink",
            constraint=models.UniqueConstraint(fields=("solution", "position"), name="solutionlink_one_position"),
        ),
        migrations.RunPython(migrations.RunPython.noop, back_to_drafts),
    ]
