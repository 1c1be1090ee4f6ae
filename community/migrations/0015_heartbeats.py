"""When programs outside of the web server were asked for a sign of life, and when they gave one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0014_enquiries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("code", models.CharField(max_length=20, primary_key=True, serialize=False, verbose_name="program")),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="asked at")),
                ("at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
            ],
            options={
                "verbose_name": "heartbeat",
                "verbose_name_plural": "heartbeats",
                "ordering": ["code"],
            },
        ),
    ]
