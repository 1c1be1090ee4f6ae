"""Uptakes of solutions, and what adopting organisations say of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import community.models.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clusters", "0017_comments_until"),
        ("community", "0008_files_of_rooms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Uptake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("aware", "Aware"),
                            ("interested", "Interested"),
                            ("mentoring", "Mentoring"),
                            ("committed", "Committed"),
                            ("in_use", "In use"),
                            ("stopped", "Stopped"),
                        ],
                        default="aware",
                        max_length=10,
                        verbose_name="step",
                    ),
                ),
                (
                    "state_before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("aware", "Aware"),
                            ("interested", "Interested"),
                            ("mentoring", "Mentoring"),
                            ("committed", "Committed"),
                            ("in_use", "In use"),
                            ("stopped", "Stopped"),
                        ],
                        default="",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("state_since", models.DateTimeField(editable=False, null=True, verbose_name="on this step since")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("as_is", "As it is"),
                            ("adapted", "Adapted"),
                            ("scaled_up", "Up-scaled"),
                            ("in_policy", "In policy"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "adaptation",
                    community.models.fields.ProseField(
                        blank=True, max_length=1000, verbose_name="what was adapted, and why"
                    ),
                ),
                (
                    "tailoring",
                    community.models.fields.ProseField(
                        blank=True, max_length=1000, verbose_name="what the territory's context needs"
                    ),
                ),
                ("in_use_on", models.DateField(blank=True, null=True, verbose_name="in use since")),
                ("stopped_on", models.DateField(blank=True, null=True, verbose_name="stopped on")),
                ("is_disclosed", models.BooleanField(default=True, verbose_name="disclosed")),
                ("evidence_url", models.URLField(blank=True, max_length=500, verbose_name="address of the evidence")),
                ("declared_at", models.DateTimeField(verbose_name="declared at")),
                ("statement", models.PositiveIntegerField(default=1, editable=False, verbose_name="statement")),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="entered at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uptakes",
                        to="clusters.cluster",
                        verbose_name="cluster",
                    ),
                ),
                (
                    "declared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uptakes_declared",
                        to="community.member",
                        verbose_name="declared by",
                    ),
                ),
                (
                    "evidence",
                    models.ManyToManyField(
                        blank=True, related_name="uptakes", to="community.file", verbose_name="evidence"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uptakes",
                        to="community.organisation",
                        verbose_name="adopting organisation",
                    ),
                ),
                (
                    "outcome",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uptakes",
                        to="clusters.outcome",
                        verbose_name="outcome it came with",
                    ),
                ),
                (
                    "solution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uptakes",
                        to="community.solution",
                        verbose_name="solution",
                    ),
                ),
                (
                    "territory",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uptakes",
                        to="community.territory",
                        verbose_name="territory",
                    ),
                ),
            ],
            options={
                "verbose_name": "uptake",
                "verbose_name_plural": "uptakes",
                "ordering": ("cluster_id", "pk"),
                "indexes": [
                    models.Index(fields=["solution", "state"], name="uptake_of_solution"),
                    models.Index(fields=["state", "in_use_on"], name="uptake_in_use"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["aware", "committed", "in_use", "interested", "mentoring"])),
                        fields=("cluster", "solution", "organisation", "territory"),
                        name="uptake_one_live",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["aware", "committed", "in_use", "interested", "mentoring"]),
                            ("territory__isnull", True),
                        ),
                        fields=("cluster", "solution", "organisation"),
                        name="uptake_one_live_anywhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["aware", "interested", "mentoring", "committed", "in_use", "stopped"])
                        ),
                        name="uptake_known_step",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["", "as_is", "adapted", "scaled_up", "in_policy"])),
                        name="uptake_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["aware", "interested", "mentoring"]), ("kind", "")),
                            models.Q(("state__in", ["committed", "in_use"]), models.Q(("kind", ""), _negated=True)),
                            ("state", "stopped"),
                            _connector="OR",
                        ),
                        name="uptake_kind_from_committed_on",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "adapted"), _negated=True),
                            models.Q(("adaptation", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="uptake_adapted_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "in_use"), ("in_use_on__isnull", False)),
                            ("state", "stopped"),
                            models.Q(
                                models.Q(("state__in", ["in_use", "stopped"]), _negated=True),
                                ("in_use_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="uptake_in_use_has_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "stopped"), ("stopped_on__isnull", False)),
                            models.Q(models.Q(("state", "stopped"), _negated=True), ("stopped_on__isnull", True)),
                            _connector="OR",
                        ),
                        name="uptake_stopped_has_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stopped_on__isnull", True),
                            ("in_use_on__isnull", True),
                            ("stopped_on__gte", models.F("in_use_on")),
                            _connector="OR",
                        ),
                        name="uptake_stopped_after_use",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UptakeConfirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", community.models.fields.AddressField(blank=True, max_length=254, verbose_name="address")),
                (
                    "address_key",
                    community.models.fields.FoldedKeyField(
                        blank=True, max_length=254, source="address", verbose_name="folded address"
                    ),
                ),
                ("message", community.models.fields.ProseField(blank=True, max_length=600, verbose_name="message")),
                ("statement", models.PositiveIntegerField(verbose_name="statement")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Waits for an answer"),
                            ("confirmed", "Confirmed"),
                            ("refused", "Refused"),
                            ("corrected", "Corrected"),
                            ("expired", "Ended without an answer"),
                            ("taken_back", "Taken back"),
                        ],
                        db_index=True,
                        default="open",
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("person_name", community.models.fields.LineField(blank=True, max_length=120, verbose_name="name")),
                ("function", community.models.fields.LineField(blank=True, max_length=120, verbose_name="function")),
                (
                    "organisation_name",
                    community.models.fields.LineField(blank=True, max_length=200, verbose_name="organisation"),
                ),
                ("document_url", models.URLField(blank=True, max_length=500, verbose_name="address of the document")),
                (
                    "document_number",
                    community.models.fields.LineField(
                        blank=True, max_length=120, verbose_name="registry number of the document"
                    ),
                ),
                ("said", community.models.fields.ProseField(blank=True, max_length=1000, verbose_name="what was said")),
                (
                    "corrected_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("as_is", "As it is"),
                            ("adapted", "Adapted"),
                            ("scaled_up", "Up-scaled"),
                            ("in_policy", "In policy"),
                        ],
                        max_length=10,
                        verbose_name="kind as corrected",
                    ),
                ),
                ("corrected_on", models.DateField(blank=True, null=True, verbose_name="in use since, as corrected")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled at")),
                ("is_taken_over", models.BooleanField(blank=True, null=True, verbose_name="taken over")),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="community.file",
                        verbose_name="document",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.member",
                        verbose_name="settled by",
                    ),
                ),
                (
                    "uptake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="confirmations", to="results.uptake"
                    ),
                ),
            ],
            options={
                "verbose_name": "confirmation",
                "verbose_name_plural": "confirmations",
                "ordering": ("-asked_at", "-pk"),
                "indexes": [
                    models.Index(fields=["asked_by", "asked_at"], name="confirmation_asked"),
                    models.Index(fields=["address_key"], name="confirmation_address"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("uptake", "address_key"),
                        name="confirmation_one_open_per_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["open", "confirmed", "refused", "corrected", "expired", "taken_back"])
                        ),
                        name="confirmation_known_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("corrected_kind__in", ["", "as_is", "adapted", "scaled_up", "in_policy"])),
                        name="confirmation_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "open"), _negated=True),
                            models.Q(models.Q(("address", ""), _negated=True), ("answered_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="confirmation_open_has_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["confirmed", "corrected", "refused"]), _negated=True),
                            ("answered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="confirmation_answered_has_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "confirmed"), _negated=True),
                            ("document__isnull", False),
                            models.Q(("document_url", ""), _negated=True),
                            models.Q(("document_number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="confirmation_rests_on_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_taken_over__isnull", True), ("settled_at__isnull", True)),
                            models.Q(
                                ("is_taken_over__isnull", False), ("settled_at__isnull", False), ("status", "corrected")
                            ),
                            _connector="OR",
                        ),
                        name="confirmation_settled_says_how",
                    ),
                ],
            },
        ),
    ]
