"""An amendment goes through the same door as a cluster: where it stood before, since when, and four eyes."""

import django.utils.timezone
from django.db import migrations, models
from django.db.models import F, Q

import clusters.choices
import community.validators

STATES = [
    ("suggested", "Suggested"),
    ("proposed", "Put forward"),
    ("accepted", "Accepted"),
    ("partly_accepted", "Accepted in part"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
]


class Migration(migrations.Migration):
    dependencies = [("clusters", "0006_merges_and_further_needs")]

    operations = [
        migrations.AddField(
            "amendment",
            "state_before",
            models.CharField(blank=True, choices=STATES, default="", editable=False, max_length=15),
        ),
        migrations.AlterField(
            "decision", "capacity", models.CharField(choices=clusters.choices.Capacity.choices, max_length=20)
        ),
        migrations.AddField("amendment", "state_since", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "amendment",
            "updated_at",
            models.DateTimeField(auto_now=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AlterField(
            "amendment",
            "reason",
            models.TextField(
                blank=True, max_length=1000, validators=[community.validators.plain_text], verbose_name="reason"
            ),
        ),
        migrations.AddConstraint(
            "amendment",
            models.CheckConstraint(
                name="amendment_not_by_put_forward",
                condition=Q(decided_by__isnull=True)
                | Q(put_forward_by__isnull=True)
                | ~Q(decided_by=F("put_forward_by")),
            ),
        ),
        migrations.AddConstraint(
            "amendment",
            models.CheckConstraint(
                name="amendment_not_by_new_lead",
                condition=Q(decided_by__isnull=True) | Q(new_lead__isnull=True) | ~Q(decided_by=F("new_lead")),
            ),
        ),
        migrations.AddConstraint(
            "amendment",
            models.CheckConstraint(name="amendment_known_state", condition=Q(state__in=[code for code, _ in STATES])),
        ),
    ]
