"""Follow-ups keep when they were asked, the evidence, and who answered: an account, or whoever held the link."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the columns, and hold the answers to those that are known."""

    dependencies = [
        ("clusters", "0007_amendment_life"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("followup", "asked_at", models.DateTimeField("asked at", blank=True, null=True)),
        migrations.AddField(
            "followup",
            "evidence_url",
            models.URLField("address of the evidence", max_length=500, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "followup",
            "answered_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("followup", "is_by_link", models.BooleanField(default=False)),
        migrations.AddField("followup", "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddConstraint(
            "followup",
            models.CheckConstraint(
                name="follow_up_known_answer",
                condition=models.Q(("answer__in", ["", "confirmed", "adapted", "stopped", "unknown"])),
            ),
        ),
        migrations.AddConstraint(
            "followup",
            models.CheckConstraint(
                name="follow_up_by_link_or_account",
                condition=models.Q(("is_by_link", False), ("answered_by__isnull", True), _connector="OR"),
            ),
        ),
    ]
