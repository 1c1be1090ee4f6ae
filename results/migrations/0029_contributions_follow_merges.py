"""A contribution names its record as all pairs do, so that merges find it; what earlier ones left behind is moved."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

KINDS = {"organisation": "Organisation", "member": "Member"}


def follow_merges(apps: Any, schema_editor: Any) -> None:
    """Let rows of merged entries name the entry that stays; of two of one indicator the one counted first stands."""
    contributions = apps.get_model("results", "Contribution").objects
    for kind, model in KINDS.items():
        merged = dict(apps.get_model("community", model).objects.exclude(merged_into=None).values_list(*_PAIR))
        rows = contributions.filter(kind=kind, subject_id__in=list(merged))
        for row in rows.order_by("counted_at", "pk"):
            there = contributions.filter(
                indicator=row.indicator_id, kind=kind, subject_id=_last(merged, row.subject_id)
            )
            rival = there.first()
            if rival is not None and rival.counted_at <= row.counted_at:
                row.delete()
                continue
            there.delete()
            contributions.filter(pk=row.pk).update(subject_id=_last(merged, row.subject_id))


_PAIR = ("pk", "merged_into_id")


def _last(merged: dict[int, int], pk: int) -> int:
    """Return the entry that stays at the end of a row of merges."""
    seen = {pk}
    while pk in merged and merged[pk] not in seen:
        pk = merged[pk]
        seen.add(pk)
    return pk


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0021_withdrawn_appointments"),
        ("results", "0028_words_taken_out"),
    ]

    operations = [
        migrations.RemoveConstraint("contribution", "contribution_once"),
        migrations.RemoveIndex("contribution", "contribution_record"),
        migrations.RenameField("contribution", "record_id", "subject_id"),
        migrations.AddConstraint(
            "contribution",
            models.UniqueConstraint(
                fields=["indicator", "kind", "subject_id"],
                name="contribution_once",
                violation_error_message="This record counts for the indicator already.",
            ),
        ),
        migrations.AddIndex("contribution", models.Index(fields=["kind", "subject_id"], name="contribution_record")),
        migrations.RunPython(follow_merges, migrations.RunPython.noop),
    ]
