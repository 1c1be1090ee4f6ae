"""A proposal that is not complete yet may hold an outside deadline before it says what sets it."""

from django.db import migrations, models
from django.db.models import Q

from clusters.search_index import KeepSearchIndex


class Migration(migrations.Migration):
    dependencies = [("clusters", "0004_draft_writer")]

    operations = [
        migrations.RemoveConstraint("cluster", "cluster_deadline_has_reason"),
        migrations.AddConstraint(
            "cluster",
            models.CheckConstraint(
                name="cluster_deadline_has_reason",
                condition=Q(deadline_on__isnull=True)
                | ~Q(deadline_reason="")
                | Q(state__in=["declined", "draft", "merged", "returned", "withdrawn"]),
            ),
        ),
        # SQLite makes the table anew for a constraint, and its triggers with it.
        KeepSearchIndex(),
    ]
