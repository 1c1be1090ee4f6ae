"""Rules whose facts are read anew apply in their second version: organisations that left, and documents of solutions."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import F

CODES = ("RCO116", "RCO87", "RCR84", "RCO83", "RCR79", "RCO84")


def choose_second(apps: Any, schema_editor: Any) -> None:
    """Let version 2 apply where version 1 did, which was the only one there was."""
    _choose(apps, 1, 2)


def choose_first(apps: Any, schema_editor: Any) -> None:
    """Let version 1 apply again."""
    _choose(apps, 2, 1)


def _choose(apps: Any, before: int, after: int) -> None:
    rows = apps.get_model("results", "Indicator").objects.filter(code__in=CODES, rule_version=before)
    rows.update(rule_version=after, version=F("version") + 1)


class Migration(migrations.Migration):
    dependencies = [
        ("results", "0025_withdrawn_versions"),
    ]

    operations = [migrations.RunPython(choose_second, choose_first)]
