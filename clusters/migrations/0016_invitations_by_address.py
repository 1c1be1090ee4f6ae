"""Addresses are asked to take part: one open invitation for each address and cluster."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import community.models.fields
import community.validators


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0015_prepared_decisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", community.models.fields.AddressField(blank=True, max_length=254, verbose_name="address")),
                (
                    "address_key",
                    community.models.fields.FoldedKeyField(
                        blank=True, max_length=254, source="address", verbose_name="folded address"
                    ),
                ),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("view", "Reads along"),
                            ("comment", "Reads and writes comments"),
                            ("contribute", "Writes comments and adds files and notes"),
                        ],
                        default="comment",
                        max_length=10,
                        verbose_name="access",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        max_length=200, validators=[community.validators.plain_line], verbose_name="purpose"
                    ),
                ),
                (
                    "message",
                    models.TextField(
                        blank=True, max_length=600, validators=[community.validators.plain_text], verbose_name="message"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Waits for an answer"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("expired", "Ended without an answer"),
                            ("taken_back", "Taken back"),
                        ],
                        db_index=True,
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answer_reason",
                    models.TextField(
                        blank=True, max_length=600, validators=[community.validators.plain_text], verbose_name="reason"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="clusters.cluster"
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitations",
                        to="clusters.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation by address",
                "verbose_name_plural": "invitations by address",
                "ordering": ("-asked_at", "-pk"),
                "indexes": [
                    models.Index(fields=["asked_by", "asked_at"], name="invitation_asked"),
                    models.Index(fields=["address_key"], name="invitation_address"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("cluster", "address_key"),
                        name="invitation_one_open_per_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "accepted", "declined", "expired", "taken_back"])),
                        name="invitation_known_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("access__in", ["view", "comment", "contribute"])),
                        name="invitation_known_access",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "open"), _negated=True),
                            models.Q(models.Q(("address", ""), _negated=True), ("answered_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="invitation_open_has_address",
                    ),
                ],
            },
        ),
    ]
