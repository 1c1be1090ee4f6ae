"""Who takes part says whether they come to a meeting."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0017_comments_until"),
    ]

    operations = [
        migrations.CreateModel(
            name="MeetingAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_coming", models.BooleanField(verbose_name="comes")),
                ("answered_at", models.DateTimeField(verbose_name="answered at")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="clusters.meeting"
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meeting_answers",
                        to="clusters.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer to a meeting",
                "verbose_name_plural": "answers to meetings",
                "ordering": ("meeting_id", "pk"),
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "participation"), name="meeting_answer_once")
                ],
            },
        ),
    ]
