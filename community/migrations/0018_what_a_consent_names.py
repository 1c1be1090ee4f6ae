"""How much of a person the words of a consent name: those kept so far name what the first ones did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("community", "0017_merged_members_keep_a_closed_account")]

    operations = [
        migrations.AddField(
            model_name="consentwording",
            name="extent",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (1, "Name, organisation, function, languages and expertise, in the directory alone"),
                    (2, "All that is shown: also about oneself, earlier work, what one coordinates and takes part in"),
                ],
                default=1,
                help_text=(
                    "Counts for the directory. What the words do not name is not shown of those who agreed to them."
                ),
                verbose_name="what the words name",
            ),
        ),
    ]
