"""The redaction ledger knows rows of documents out of which an erasure took words. Choices alone change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("community", "0021_withdrawn_appointments")]

    operations = [
        migrations.AlterField(
            model_name="redaction",
            name="target",
            field=models.CharField(
                choices=[
                    ("event_detail", "Detail of an event"),
                    ("edition", "Edition"),
                    ("issue", "Issue"),
                    ("translation", "Translation of an issue"),
                    ("statement", "Version of a policy statement"),
                    ("line", "Line of an adopted statement"),
                    ("stage", "Stage of a frozen roadmap"),
                ],
                max_length=20,
                verbose_name="what",
            ),
        ),
    ]
