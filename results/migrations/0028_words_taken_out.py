"""An erasure takes a name out of adopted statements, with a row of the redaction ledger."""

import django.db.models.deletion
from django.db import migrations, models

from community.triggers import AppendOnly, GuardedAsBefore, words_taken_out

#: Model -> what the redaction ledger calls it, and the columns that nothing changes.
KEPT = {
    "statementversion": (
        "statement",
        "id",
        "statement_id",
        "number",
        "adopted_at",
        "adopted_by_id",
        "role",
        "event_id",
    ),
    "adoptedline": ("line", "id", "version_id", "number"),
}


class Migration(migrations.Migration):
    dependencies = [("results", "0027_review_saved_by"), ("community", "0022_words_taken_out_of_documents")]

    operations = [
        *(GuardedAsBefore(f"results_{model}") for model in KEPT),
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
        *(AppendOnly(f"results_{model}", but=words_taken_out(*kept)) for model, kept in KEPT.items()),
    ]
