"""The register's indexes, and the search index that the database keeps (see `clusters.search_index`)."""

from django.db import migrations, models
from django.db.models.functions import Length, Substr

from clusters.search_index import KeepSearchIndex


class Migration(migrations.Migration):
    dependencies = [("clusters", "0002_append_only")]

    operations = [
        migrations.RemoveIndex("cluster", "cluster_updated"),
        migrations.RemoveIndex("cluster", "cluster_title"),
        migrations.AddIndex(
            "cluster",
            models.Index(
                fields=["-updated_at", "-id", "state", "state_before", "proposer", "lead", "working_group"],
                name="cluster_changed",
            ),
        ),
        migrations.AddIndex(
            "cluster",
            models.Index(
                fields=["state", "working_group", "focus", "state_before", "proposer", "lead"], name="cluster_facts"
            ),
        ),
        migrations.AddIndex(
            "cluster", models.Index(Substr("search_text", 1, 80), models.F("id"), name="cluster_title_order")
        ),
        migrations.AddIndex(
            "cluster",
            models.Index(
                Substr("reference", 1, 11), Length("reference"), models.F("reference"), name="cluster_reference_order"
            ),
        ),
        migrations.AddIndex("cluster", models.Index(fields=["starts_on", "id"], name="cluster_starts")),
        KeepSearchIndex(),
    ]
