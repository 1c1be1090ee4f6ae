"""A full cluster has a waiting list: one more status, live like a request."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0012_messages_to_all"),
        ("community", "0008_files_of_rooms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="participation",
            name="participation_live_once",
        ),
        migrations.RemoveConstraint(
            model_name="participation",
            name="participation_status_known",
        ),
        migrations.AlterField(
            model_name="participation",
            name="status",
            field=models.CharField(
                choices=[
                    ("wanted", "Wanted, no person yet"),
                    ("interested", "Would join"),
                    ("requested", "Asked to join"),
                    ("waiting", "On the waiting list"),
                    ("invited", "Invited"),
                    ("active", "Takes part"),
                    ("declined", "Declined"),
                    ("left", "Left"),
                    ("expired", "Expired"),
                ],
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="participation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["active", "interested", "invited", "requested", "waiting"])),
                fields=("cluster", "member"),
                name="participation_live_once",
                violation_error_message="This person is in this cluster already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "wanted",
                            "interested",
                            "requested",
                            "waiting",
                            "invited",
                            "active",
                            "declined",
                            "left",
                            "expired",
                        ],
                    )
                ),
                name="participation_status_known",
            ),
        ),
    ]
