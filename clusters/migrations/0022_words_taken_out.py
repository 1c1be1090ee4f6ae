"""An erasure takes a name out of the titles of a frozen roadmap, with a row of the redaction ledger."""

import django.db.models.deletion
from django.db import migrations, models

from community.triggers import AppendOnly, GuardedAsBefore, words_taken_out

#: Model -> what the redaction ledger calls it, and the columns that nothing changes.
KEPT = {
    "baselinestage": ("stage", "id", "baseline_id", "stage_id", "position", "planned_start_on", "planned_end_on"),
}


class Migration(migrations.Migration):
    dependencies = [("clusters", "0021_translations"), ("community", "0022_words_taken_out_of_documents")]

    operations = [
        *(GuardedAsBefore(f"clusters_{model}") for model in KEPT),
        *(
            migrations.AddField(
                model_name=model,
                name="redaction",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="community.redaction",
                ),
            )
            for model in KEPT
        ),
        *(AppendOnly(f"clusters_{model}", but=words_taken_out(*kept)) for model, kept in KEPT.items()),
    ]
