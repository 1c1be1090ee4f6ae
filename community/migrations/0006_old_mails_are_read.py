"""Mails from before the list of notifications stand in it from when they were written, as read."""

from django.db import migrations
from django.db.models import F


def show_as_written(apps, schema_editor):
    """Let what was written before be shown from then on; nobody is told of old mails as unread."""
    messages = apps.get_model("community", "Message").objects
    messages.update(shown_at=F("created_at"), read_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("community", "0005_rhythms_of_mails")]

    operations = [migrations.RunPython(show_as_written, migrations.RunPython.noop)]
