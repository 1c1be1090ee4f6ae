"""Messages to all who take part in a cluster."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import community.validators


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0011_meetings_are_called"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RoomMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.CharField(
                        blank=True, max_length=120, validators=[community.validators.plain_line], verbose_name="subject"
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        max_length=4000,
                        validators=[community.validators.plain_text],
                        verbose_name="message",
                    ),
                ),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="sent at")),
                ("told", models.PositiveIntegerField(verbose_name="recipients")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="room_messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="room_messages", to="clusters.cluster"
                    ),
                ),
            ],
            options={
                "verbose_name": "message to all",
                "verbose_name_plural": "messages to all",
                "ordering": ("cluster_id", "-sent_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("told__gte", 1)), name="room_message_told_somebody"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("subject", ""), ("text", "")),
                            models.Q(models.Q(("subject", ""), _negated=True), models.Q(("text", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="room_message_whole_or_erased",
                    ),
                ],
            },
        ),
    ]
