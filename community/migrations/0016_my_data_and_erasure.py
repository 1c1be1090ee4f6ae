"""What persons ask about their own data: to be erased, or to have something corrected."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import community.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0015_heartbeats"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("erasure", "Erasure"), ("correction", "Correction")],
                        max_length=10,
                        verbose_name="what is asked",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Waits"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "text",
                    community.models.fields.ProseField(blank=True, max_length=2000, verbose_name="in their words"),
                ),
                ("answer", community.models.fields.ProseField(blank=True, max_length=2000, verbose_name="answer")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked at")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="done by itself at")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_requests",
                        to="community.member",
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "request about personal data",
                "verbose_name_plural": "requests about personal data",
                "ordering": ["asked_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("member", "kind"),
                        name="datarequest_one_open_of_a_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["erasure", "correction"])), name="datarequest_known_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "done", "refused", "withdrawn"])),
                        name="datarequest_known_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("status", "open")),
                            models.Q(models.Q(("status", "open"), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="datarequest_closed_has_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "erasure"), ("due_at__isnull", True), _connector="OR"),
                        name="datarequest_only_erasure_is_due",
                    ),
                ],
            },
        ),
    ]
