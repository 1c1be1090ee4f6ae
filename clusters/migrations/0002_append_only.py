"""Guards decisions and frozen roadmaps: no change, no deletion."""

from django.db import migrations

from community.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("clusters", "0001_initial"), ("community", "0002_append_only")]

    operations = [
        AppendOnly("clusters_decision"),
        AppendOnly("clusters_baseline"),
        AppendOnly("clusters_baselinestage"),
    ]
