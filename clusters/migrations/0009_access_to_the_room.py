"""What somebody who takes part may do in the cluster's room."""

from django.db import migrations, models
from django.db.models import Q

from clusters.choices import Access


class Migration(migrations.Migration):
    """Add the column; whoever takes part now contributes, as until now."""

    dependencies = [("clusters", "0008_follow_up_answers")]

    operations = [
        migrations.AddField(
            "participation",
            "access",
            models.CharField("access", max_length=10, choices=Access.choices, default=Access.CONTRIBUTE),
        ),
        migrations.AddConstraint(
            "participation",
            models.CheckConstraint(name="participation_access_known", condition=Q(access__in=Access.values)),
        ),
    ]
