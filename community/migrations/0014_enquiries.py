"""Questions to contacts of solutions from people without an account."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import community.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0013_jobs_that_are_watched"),
    ]

    operations = [
        migrations.CreateModel(
            name="Enquiry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", community.models.fields.AddressField(blank=True, max_length=254, verbose_name="address")),
                (
                    "address_key",
                    community.models.fields.FoldedKeyField(
                        blank=True, max_length=254, source="address", verbose_name="folded address"
                    ),
                ),
                ("name", community.models.fields.LineField(blank=True, max_length=120, verbose_name="name")),
                (
                    "organisation",
                    community.models.fields.LineField(blank=True, max_length=200, verbose_name="organisation"),
                ),
                ("text", community.models.fields.ProseField(blank=True, max_length=3000, verbose_name="question")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits for its writer"),
                            ("passed_on", "Passed on"),
                            ("dropped", "Taken back"),
                            ("expired", "Not confirmed in time"),
                        ],
                        db_index=True,
                        default="waiting",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "solution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enquiries",
                        to="community.solution",
                        verbose_name="solution",
                    ),
                ),
            ],
            options={
                "verbose_name": "question from outside",
                "verbose_name_plural": "questions from outside",
                "ordering": ("-asked_at", "-pk"),
                "indexes": [
                    models.Index(fields=["address_key", "asked_at"], name="enquiry_address"),
                    models.Index(fields=["solution", "asked_at"], name="enquiry_solution"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "passed_on", "dropped", "expired"])),
                        name="enquiry_known_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "waiting"), _negated=True),
                            models.Q(
                                models.Q(("address", ""), _negated=True),
                                models.Q(("name", ""), _negated=True),
                                models.Q(("text", ""), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="enquiry_waiting_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "waiting"), models.Q(("ended_at__isnull", False), ("text", "")), _connector="OR"
                        ),
                        name="enquiry_ended_holds_no_words",
                    ),
                ],
            },
        ),
    ]
