"""An erasure takes a name out of the words of issues and their translations, with a row of the redaction ledger."""

import django.db.models.deletion
from django.db import migrations, models

from community.triggers import AppendOnly, GuardedAsBefore, words_taken_out

#: Model -> what the redaction ledger calls it, and the columns that nothing changes.
KEPT = {
    "issue": (
        "issue",
        "id",
        "kind",
        "subject_kind",
        "subject_id",
        "reference",
        "version",
        "face",
        "issued_at",
        "by_id",
        "role",
        "event_id",
        "snapshot_sha256",
        "history_chain",
        "history_number",
        "history_hash",
    ),
    "issuetranslation": ("translation", "id", "issue_id", "language", "taken_at", "by_id"),
}


class Migration(migrations.Migration):
    dependencies = [("factsheets", "0012_damaged_booklets"), ("community", "0022_words_taken_out_of_documents")]

    operations = [
        *(GuardedAsBefore(f"factsheets_{model}") for model in KEPT),
        *(
            migrations.AddField(
                model_name=model,
                name="redaction",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="community.redaction",
                    verbose_name="redaction",
                ),
            )
            for model in KEPT
        ),
        *(AppendOnly(f"factsheets_{model}", but=words_taken_out(*kept)) for model, kept in KEPT.items()),
    ]
