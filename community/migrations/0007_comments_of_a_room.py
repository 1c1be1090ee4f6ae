"""Comments have titles where they open a thread, mention people, and are hidden with a reason."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from community.models.fields import LineField, ProseField


class Migration(migrations.Migration):
    dependencies = [("community", "0006_old_mails_are_read")]

    operations = [
        migrations.AddField(
            "comment",
            "title",
            LineField("title", max_length=120, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "comment",
            "mentions",
            models.ManyToManyField(
                "community.member", verbose_name="mentioned", blank=True, related_name="mentioned_in"
            ),
        ),
        migrations.AddField("comment", "hidden_at", models.DateTimeField("hidden at", null=True, blank=True)),
        migrations.AddField(
            "comment",
            "hidden_by",
            models.ForeignKey(
                settings.AUTH_USER_MODEL,
                verbose_name="hidden by",
                null=True,
                blank=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
            ),
        ),
        migrations.AddField(
            "comment",
            "hidden_reason",
            ProseField("reason", max_length=600, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField("comment", "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddConstraint(
            "comment",
            models.CheckConstraint(
                condition=Q(title="") | Q(reply_to__isnull=True, removed_at__isnull=True),
                name="comment_title_of_a_thread",
            ),
        ),
        migrations.AddConstraint(
            "comment",
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True, hidden_by__isnull=True, hidden_reason="")
                | Q(hidden_at__isnull=False, hidden_by__isnull=False) & ~Q(hidden_reason=""),
                name="comment_hidden_with_reason",
            ),
        ),
    ]
