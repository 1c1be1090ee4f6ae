"""Mails have a topic and a rhythm, are gathered into one, and are read in the application as well."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q

from community.choices import MessageState, Rhythm


class Migration(migrations.Migration):
    dependencies = [("community", "0004_needs_set_by_hand")]

    operations = [
        migrations.RemoveConstraint("message", "message_known_state"),
        migrations.AlterField(
            "message",
            "state",
            models.CharField(choices=MessageState.choices, default="queued", max_length=10, verbose_name="state"),
        ),
        migrations.AddField("message", "topic", models.CharField(blank=True, max_length=60, verbose_name="topic")),
        migrations.AddField("message", "about", models.CharField(blank=True, max_length=40, verbose_name="about")),
        migrations.AddField(
            "message",
            "rhythm",
            models.CharField(choices=Rhythm.choices, default="at_once", max_length=10, verbose_name="rhythm"),
        ),
        migrations.AddField(
            "message",
            "led_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="led",
                to="community.message",
                verbose_name="sent with",
            ),
        ),
        migrations.AddField(
            "message",
            "frozen",
            models.JSONField(blank=True, editable=False, null=True, verbose_name="words of the whole"),
        ),
        migrations.AddField(
            "message",
            "replaced_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaces",
                to="community.event",
                verbose_name="replaced by",
            ),
        ),
        migrations.AddField(
            "message",
            "shown_at",
            models.DateTimeField(default=django.utils.timezone.now, verbose_name="shown from"),
        ),
        migrations.AddField("message", "read_at", models.DateTimeField(blank=True, null=True, verbose_name="read at")),
        migrations.AddConstraint(
            "message",
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_known_state"),
        ),
        migrations.AddIndex("message", models.Index(fields=["to", "-shown_at", "-id"], name="message_shown")),
        migrations.AddIndex(
            "message", models.Index(fields=["to"], condition=Q(read_at__isnull=True), name="message_unread")
        ),
        migrations.AddField(
            "notificationpreference",
            "about",
            models.CharField(blank=True, default="", max_length=40, verbose_name="about"),
        ),
        migrations.AlterField(
            "notificationpreference",
            "rhythm",
            models.CharField(choices=Rhythm.choices, default="at_once", max_length=10, verbose_name="rhythm"),
        ),
        migrations.AlterModelOptions(
            "notificationpreference",
            options={
                "ordering": ["user", "topic", "about"],
                "verbose_name": "wish about mails",
                "verbose_name_plural": "wishes about mails",
            },
        ),
        migrations.RemoveConstraint("notificationpreference", "notificationpreference_once_per_topic"),
        migrations.AddConstraint(
            "notificationpreference",
            models.UniqueConstraint(fields=["user", "topic", "about"], name="notificationpreference_once"),
        ),
    ]
