"""Who saved the draft of a peer review last: a draft leaves no event that would say so."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("results", "0026_second_versions_of_rules")]

    operations = [
        migrations.AddField(
            "peerreview",
            "saved_by",
            models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews_saved",
                to="community.member",
                verbose_name="saved by",
            ),
        ),
        migrations.AddField(
            "peerreview",
            "saved_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="saved at"),
        ),
    ]
