"""A file may be for those who take part in a cluster."""

from django.db import migrations, models
from django.db.models import Q

from community.choices import FileVisibility

KNOWN = ["public", "cop", "room", "restricted"]


class Migration(migrations.Migration):
    dependencies = [("community", "0007_comments_of_a_room")]

    operations = [
        migrations.RemoveConstraint("file", "file_known_visibility"),
        migrations.AlterField(
            "file",
            "visibility",
            models.CharField(
                "who may fetch it", max_length=10, choices=FileVisibility.choices, default=FileVisibility.COP
            ),
        ),
        migrations.AddConstraint(
            "file", models.CheckConstraint(condition=Q(visibility__in=KNOWN), name="file_known_visibility")
        ),
    ]
