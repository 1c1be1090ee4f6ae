"""Remembers which version of a policy statement was withdrawn, so that writing on does not bring it back."""

from typing import Any

from django.db import migrations, models


def remember(apps: Any, schema_editor: Any) -> None:
    """Fill both columns from the withdrawals on record; a statement that was written on since is told by its events."""
    statements = apps.get_model("results", "PolicyStatement").objects
    versions = apps.get_model("results", "StatementVersion").objects
    events = apps.get_model("community", "Event").objects.filter(kind="statement", verb="statement.withdrawn")
    for row in statements.filter(adopted_version__gte=1).order_by("pk"):
        number = row.adopted_version if row.state == "withdrawn" else 0
        at = row.state_since if number else None
        for event in events.filter(subject_id=row.pk).order_by("at", "pk"):
            before = versions.filter(statement=row, adopted_at__lte=event.at).aggregate(most=models.Max("number"))
            if (before["most"] or 0) > number:
                number, at = before["most"], event.at
        if number:
            statements.filter(pk=row.pk).update(withdrawn_version=number, withdrawn_at=at)


class Migration(migrations.Migration):
    dependencies = [("community", "0012_review_criteria_vocabulary"), ("results", "0024_peer_reviews")]

    operations = [
        migrations.AddField(
            "policystatement",
            "withdrawn_version",
            models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="withdrawn version"),
        ),
        migrations.AddField(
            "policystatement",
            "withdrawn_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn at"),
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]
