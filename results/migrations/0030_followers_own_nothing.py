"""Indicators that go by the contributions of another one keep none of their own: they changed no figure."""

from __future__ import annotations

from typing import Any

from django.db import migrations

FOLLOWERS = ("RCR79", "RCR84")


def drop_rows(apps: Any, schema_editor: Any) -> None:
    """Delete the rows of followers."""
    apps.get_model("results", "Contribution").objects.filter(indicator__code__in=FOLLOWERS).delete()


class Migration(migrations.Migration):
    dependencies = [("results", "0029_contributions_follow_merges")]

    operations = [migrations.RunPython(drop_rows, migrations.RunPython.noop)]
