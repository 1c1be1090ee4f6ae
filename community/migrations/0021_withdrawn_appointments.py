"""An appointment that was a mistake is withdrawn: it holds on no day, and its row stays."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Adds the moment of the withdrawal."""

    dependencies = [("community", "0020_erasures_asked_by_letter")]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn"),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(until_on__isnull=False),
                name="appointment_withdrawn_is_not_open",
            ),
        ),
    ]
