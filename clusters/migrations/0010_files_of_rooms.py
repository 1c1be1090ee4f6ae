"""Files of rooms, with their versions."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import community.validators


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0009_access_to_the_room"),
        ("community", "0008_files_of_rooms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RoomFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "title",
                    models.CharField(
                        max_length=160, validators=[community.validators.plain_line], verbose_name="title"
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("public", "Public"),
                            ("cop", "Community of practice"),
                            ("room", "Who takes part"),
                            ("restricted", "Restricted"),
                        ],
                        default="room",
                        max_length=10,
                        verbose_name="who may fetch it",
                    ),
                ),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="added at")),
                ("removed_at", models.DateTimeField(blank=True, null=True, verbose_name="removed at")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="room_files",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="room_files", to="clusters.cluster"
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a room",
                "verbose_name_plural": "files of a room",
                "ordering": ("cluster_id", "title", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ("room", "cop", "public"))),
                        name="room_file_visibility_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoomFileVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        max_length=200,
                        validators=[community.validators.plain_line],
                        verbose_name="what is new",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="room_version", to="community.file"
                    ),
                ),
                (
                    "room_file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="clusters.roomfile"
                    ),
                ),
            ],
            options={
                "ordering": ("room_file_id", "-number"),
                "constraints": [
                    models.UniqueConstraint(fields=("room_file", "number"), name="room_file_version_once"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="room_file_version_from_one"),
                ],
            },
        ),
    ]
