"""A job says when somebody had it tried again: who asked waits from then on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the moment; jobs of before have none."""

    dependencies = [("community", "0025_files_that_are_gone")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="asked_again_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="asked again at"),
        ),
    ]
