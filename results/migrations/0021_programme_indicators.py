"""The programme's indicators under its names; what an administrator wrote stays."""

from __future__ import annotations

from typing import Any

from django.db import migrations

#: Code -> (the programme's name, types of solution that do not count), in the order of the list.
INDICATORS: dict[str, tuple[str, list[str]]] = {
    "RCR104": ("Solutions taken up or up-scaled by organisations", ["policy"]),
    "RCO116": ("Jointly developed solutions", []),
    "RCO87": ("Organisations cooperating across borders", []),
    "RCR84": ("Organisations cooperating across borders after project completion", []),
    "RCO83": ("Strategies and action plans jointly developed", []),
    "RCR79": ("Joint strategies and action plans taken up by organisations", []),
    "RCO84": ("Pilot actions developed jointly and implemented in projects", []),
    "RCO81": ("Participations in joint actions across borders", []),
    "RCO85": ("Participations in joint training schemes", []),
    "RCR81": ("Completion of joint training schemes", []),
    "RCO115": ("Public events across borders jointly organised", []),
}


def fill(apps: Any, schema_editor: Any) -> None:
    """Enter the indicators that are not there yet."""
    model = apps.get_model("results", "Indicator")
    for order, (code, (name, types)) in enumerate(INDICATORS.items(), 1):
        given = {"labels": {"en": name}, "left_out_types": types, "order": order * 10}
        model.objects.get_or_create(code=code, defaults=given)


def empty(apps: Any, schema_editor: Any) -> None:
    """Leave the rows to the migration before, which takes the table away."""


class Migration(migrations.Migration):
    dependencies = [
        ("results", "0020_indicators"),
    ]

    operations = [migrations.RunPython(fill, empty)]
