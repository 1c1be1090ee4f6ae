"""A decision may be prepared and announced later: a table of its own, read by those who may decide."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import community.validators


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0014_who_looks_at_a_proposal"),
        ("community", "0008_files_of_rooms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PreparedDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verb",
                    models.CharField(
                        choices=[("approve", "Approve"), ("return", "Return for changes"), ("decline", "Decline")],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits to be announced"),
                            ("held", "Not announced: to be looked at again"),
                            ("announced", "Announced"),
                            ("withdrawn", "Taken back"),
                            ("superseded", "Replaced by another decision"),
                            ("void", "Void: the proposal waits for no decision any more"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        blank=True, max_length=2000, validators=[community.validators.plain_text], verbose_name="reason"
                    ),
                ),
                ("conditions", models.JSONField(blank=True, default=list)),
                ("checklist", models.JSONField(blank=True, default=list)),
                ("content_hash", models.CharField(max_length=64)),
                ("prepared_at", models.DateTimeField(verbose_name="prepared at")),
                ("announce_at", models.DateTimeField(blank=True, null=True, verbose_name="to be announced at")),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("held_why", models.TextField(blank=True, verbose_name="why it was not announced")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prepared_decisions",
                        to="clusters.cluster",
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prepared",
                        to="clusters.decision",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.member"
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prepared_decisions",
                        to="community.member",
                    ),
                ),
                (
                    "proposer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.member"
                    ),
                ),
            ],
            options={
                "verbose_name": "prepared decision",
                "verbose_name_plural": "prepared decisions",
                "ordering": ("-prepared_at", "-pk"),
                "indexes": [
                    models.Index(condition=models.Q(("status", "waiting")), fields=["announce_at"], name="prepared_due")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["held", "waiting"])),
                        fields=("cluster",),
                        name="prepared_one_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["waiting", "held", "announced", "withdrawn", "superseded", "void"])
                        ),
                        name="prepared_known_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verb__in", ["approve", "return", "decline"])), name="prepared_known_verb"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("prepared_by", models.F("proposer")), _negated=True),
                        name="prepared_not_by_proposer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lead__isnull", True),
                            models.Q(("prepared_by", models.F("lead")), _negated=True),
                            _connector="OR",
                        ),
                        name="prepared_not_by_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(models.Q(("status__in", ["held", "waiting"]), _negated=True), ("reason", "")),
                            models.Q(
                                ("status__in", ["held", "waiting"]),
                                models.Q(("verb", "approve"), models.Q(("reason", ""), _negated=True), _connector="OR"),
                            ),
                            _connector="OR",
                        ),
                        name="prepared_reason_while_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["held", "waiting"]), ("closed_at__isnull", True)),
                            models.Q(
                                models.Q(("status__in", ["held", "waiting"]), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="prepared_live_is_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "held"), _negated=True),
                            models.Q(("held_at__isnull", False), models.Q(("held_why", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="prepared_held_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "announced"), _negated=True),
                            ("decision__isnull", False),
                            _connector="OR",
                        ),
                        name="prepared_announced_has_decision",
                    ),
                ],
            },
        ),
    ]
