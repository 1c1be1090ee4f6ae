"""Until which day comments on a proposal are asked for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0016_invitations_by_address"),
    ]

    operations = [
        migrations.AddField(
            model_name="cluster",
            name="comments_until",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="comments asked for until"),
        ),
    ]
