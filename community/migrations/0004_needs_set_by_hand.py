"""Needs that a person called answered or closed stay so; the others follow their clusters from now on."""

from django.db import migrations


def keep_what_was_said(apps, schema_editor):
    """Mark every need whose status somebody set: until now nothing else did."""
    apps.get_model("community", "Need").objects.exclude(status="open").update(is_set_by_hand=True)


def forget_what_follows(apps, schema_editor):
    """Go back to the statuses of before: what is taken up was open."""
    apps.get_model("community", "Need").objects.filter(status="taken_up").update(status="open")


class Migration(migrations.Migration):
    dependencies = [("community", "0003_needs_follow_clusters")]

    operations = [migrations.RunPython(keep_what_was_said, forget_what_follows)]
