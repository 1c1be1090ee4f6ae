"""Exchanges of before say who opened them, and are found by their words."""

from django.db import migrations

from community.folding import fold


def say_who_opened(apps, schema_editor):
    """Tell what was asked for from what was offered, name the days of states, and fold the words."""
    exchange = apps.get_model("community", "PeerExchange")
    for row in exchange.objects.order_by("pk").iterator():
        row.is_offer = row.status != "asked" and row.offered_by_id is not None
        row.state_since = row.created_at
        row.search_text = fold(f"{row.topic} {row.description}")
        row.save(update_fields=["is_offer", "state_since", "search_text"])


class Migration(migrations.Migration):
    """Fill the new columns; going back leaves them to the migration that made them."""

    dependencies = [("community", "0010_exchanges_and_liaisons")]

    operations = [migrations.RunPython(say_who_opened, migrations.RunPython.noop)]
