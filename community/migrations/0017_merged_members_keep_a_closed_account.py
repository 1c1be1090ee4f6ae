"""Let a merged member keep the account that was closed: its events are told, exported and erased as the person's."""

from django.db import migrations


class Migration(migrations.Migration):
    """Take the constraint away."""

    dependencies = [("community", "0016_my_data_and_erasure")]

    operations = [migrations.RemoveConstraint(model_name="member", name="member_merged_has_no_account")]
