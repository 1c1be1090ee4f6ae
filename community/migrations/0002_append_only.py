"""Guards the record: no change and no deletion but the one that erasure needs."""

from django.db import migrations

from community.triggers import AppendOnly

EMPTIED_WITH_A_REDACTION = """
    OLD.redaction_id IS NULL AND NEW.redaction_id IS NOT NULL
    AND NEW.body IS NULL AND NEW.salt = ''
    AND NEW.id = OLD.id AND NEW.event_id = OLD.event_id
    AND EXISTS (
        SELECT 1 FROM community_redaction r
        WHERE r.id = NEW.redaction_id AND r.target = 'event_detail' AND r.target_id = OLD.id
    )
"""


class Migration(migrations.Migration):
    dependencies = [("community", "0001_initial")]

    operations = [
        AppendOnly("community_event"),
        AppendOnly("community_seal"),
        AppendOnly("community_redaction"),
        AppendOnly("community_eventdetail", but=EMPTIED_WITH_A_REDACTION),
    ]
