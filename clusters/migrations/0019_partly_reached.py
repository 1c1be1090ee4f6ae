"""An objective may be reached in part: it is not reached then, and says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0018_answers_to_meetings"),
    ]

    operations = [
        migrations.AddField(
            model_name="objective",
            name="is_partly",
            field=models.BooleanField(default=False, verbose_name="partly reached"),
        ),
        migrations.AddConstraint(
            model_name="objective",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_partly", False), ("is_reached", False), _connector="OR"),
                name="objective_partly_is_not_reached",
            ),
        ),
    ]
