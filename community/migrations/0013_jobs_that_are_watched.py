"""A job that is watched: when it was begun, that it is to be stopped, and when each of its items was finished."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0012_review_criteria_vocabulary"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="begun_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="begun at"),
        ),
        migrations.AddField(
            model_name="job",
            name="is_cancel_wanted",
            field=models.BooleanField(default=False, verbose_name="to be stopped"),
        ),
        migrations.AddField(
            model_name="jobitem",
            name="finished_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="finished at"),
        ),
        migrations.AlterField(
            model_name="job",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Waiting"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("cancelled", "Stopped"),
                ],
                default="queued",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.RemoveConstraint(model_name="job", name="job_known_state"),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=Q(state__in=["queued", "running", "done", "failed", "cancelled"]), name="job_known_state"
            ),
        ),
    ]
