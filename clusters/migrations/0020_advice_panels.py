"""Advice panels: questions of clusters and needs, and one row for each person whom a question asks."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import community.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0019_partly_reached"),
        ("community", "0011_exchanges_say_who_opened"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="panelanswer",
            options={
                "ordering": ("question_id", "pk"),
                "verbose_name": "place on an advice panel",
                "verbose_name_plural": "places on advice panels",
            },
        ),
        migrations.AlterModelOptions(
            name="panelquestion",
            options={
                "ordering": ("-asked_at", "-pk"),
                "verbose_name": "question to an advice panel",
                "verbose_name_plural": "questions to advice panels",
            },
        ),
        migrations.AddField(
            model_name="panelanswer",
            name="credit",
            field=models.CharField(
                choices=[("named", "My name and my organisation"), ("organisation", "My organisation only")],
                default="organisation",
                max_length=12,
                verbose_name="credit",
            ),
        ),
        migrations.AddField(
            model_name="panelanswer",
            name="invited_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name="panelanswer",
            name="invited_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="panelanswer",
            name="is_helpful",
            field=models.BooleanField(default=False, verbose_name="helped"),
        ),
        migrations.AddField(
            model_name="panelanswer",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="panel_answers",
                to="community.organisation",
            ),
        ),
        migrations.AddField(
            model_name="panelanswer",
            name="reason",
            field=community.models.fields.ProseField(blank=True, max_length=300, verbose_name="why not"),
        ),
        migrations.AddField(
            model_name="panelanswer",
            name="state_before",
            field=models.CharField(blank=True, editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name="panelanswer",
            name="state_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="panelanswer",
            name="status",
            field=models.CharField(
                choices=[
                    ("invited", "Asked"),
                    ("accepted", "Accepted"),
                    ("declined", "Declined"),
                    ("expired", "Did not say"),
                    ("answered", "Answered"),
                    ("withdrawn", "No longer asked"),
                ],
                default="invited",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="panelanswer",
            name="updated_at",
            field=models.DateTimeField(auto_now=True),
        ),
        migrations.AddField(
            model_name="panelanswer",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="expertise",
            field=models.ManyToManyField(
                blank=True,
                limit_choices_to={"vocabulary": "expertise"},
                related_name="panel_questions",
                to="community.term",
                verbose_name="expertise",
            ),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="languages",
            field=models.JSONField(blank=True, default=list, verbose_name="languages"),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="need",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="panel_questions",
                to="community.need",
            ),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="published_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="state",
            field=models.CharField(
                choices=[
                    ("suggested", "Suggested"),
                    ("open", "Waits for answers"),
                    ("answered", "Answered"),
                    ("closed", "Closed"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="open",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="state_before",
            field=models.CharField(blank=True, editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="state_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="territories",
            field=models.ManyToManyField(
                blank=True, related_name="panel_questions", to="community.territory", verbose_name="territories"
            ),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="updated_at",
            field=models.DateTimeField(auto_now=True),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="wanted_on",
            field=models.DateField(blank=True, null=True, verbose_name="answer wanted by"),
        ),
        migrations.AddField(
            model_name="panelquestion",
            name="what_came",
            field=community.models.fields.ProseField(blank=True, max_length=1500, verbose_name="what was made of it"),
        ),
        migrations.AlterField(
            model_name="panelanswer",
            name="text",
            field=community.models.fields.ProseField(blank=True, max_length=3000, verbose_name="answer"),
        ),
        migrations.AlterField(
            model_name="panelquestion",
            name="asked_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AlterField(
            model_name="panelquestion",
            name="cluster",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="panel_questions",
                to="clusters.cluster",
            ),
        ),
        migrations.AlterField(
            model_name="panelquestion",
            name="text",
            field=community.models.fields.ProseField(max_length=600, verbose_name="question"),
        ),
        migrations.AddIndex(
            model_name="panelanswer",
            index=models.Index(fields=["asked", "status"], name="panelanswer_asked"),
        ),
        migrations.AddIndex(
            model_name="panelquestion",
            index=models.Index(fields=["state", "wanted_on"], name="panelquestion_due"),
        ),
        migrations.AddConstraint(
            model_name="panelanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["invited", "accepted", "declined", "expired", "answered", "withdrawn"])
                ),
                name="panelanswer_known_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "answered"), _negated=True),
                    models.Q(models.Q(("text", ""), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="panelanswer_answered_with_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cluster__isnull", False), ("need__isnull", True)),
                    models.Q(("cluster__isnull", True), ("need__isnull", False)),
                    _connector="OR",
                ),
                name="panelquestion_of_cluster_or_need",
                violation_error_message="A question is asked by a cluster or for a need.",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["suggested", "open", "answered", "closed", "withdrawn"])),
                name="panelquestion_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("published_at__isnull", True), ("state", "closed"), _connector="OR"),
                name="panelquestion_published_once_closed",
            ),
        ),
    ]
