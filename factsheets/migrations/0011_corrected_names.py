"""Lets a revision say that a name was corrected. Choices alone change: the table is not built anew, its guard stays."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("factsheets", "0010_damaged_files")]

    operations = [
        migrations.AlterField(
            model_name="edition",
            name="why",
            field=models.CharField(
                choices=[
                    ("first", "First issue"),
                    ("name_removed", "A name was taken out"),
                    ("name_corrected", "A name was corrected"),
                    ("pdf_added", "The PDF was added"),
                ],
                default="first",
                max_length=20,
                verbose_name="why",
            ),
        ),
    ]
