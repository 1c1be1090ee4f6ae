"""Remembers the checksum of the CSV inside a PDF, and guards it as the rest of an edition is guarded."""

from django.db import migrations, models

from community.triggers import AppendOnly

WITHDRAWN_WITH_A_REDACTION = """
    OLD.state = 'current' AND NEW.state = 'withdrawn'
    AND OLD.redaction_id IS NULL AND NEW.redaction_id IS NOT NULL
    AND NEW.article_file = '' AND NEW.pdf_file = '' AND NEW.data_file = ''
    AND NEW.id = OLD.id AND NEW.issue_id = OLD.issue_id
    AND NEW.reference = OLD.reference AND NEW.version = OLD.version
    AND NEW.language = OLD.language AND NEW.revision = OLD.revision
    AND NEW.why = OLD.why AND NEW.made_at = OLD.made_at AND NEW.file_stem = OLD.file_stem
    AND NEW.article_sha256 = OLD.article_sha256 AND NEW.article_size = OLD.article_size
    AND NEW.pdf_sha256 = OLD.pdf_sha256 AND NEW.pdf_size = OLD.pdf_size
    AND NEW.pdf_problem = OLD.pdf_problem AND NEW.pages = OLD.pages
    AND NEW.data_sha256 = OLD.data_sha256 AND NEW.data_size = OLD.data_size
    AND EXISTS (
        SELECT 1 FROM community_redaction r
        WHERE r.id = NEW.redaction_id AND r.target = 'edition' AND r.target_id = OLD.id
    )
"""
WITH_THE_TABLE = f"NEW.table_sha256 = OLD.table_sha256 AND {WITHDRAWN_WITH_A_REDACTION}"


class AsBefore(AppendOnly):
    """Guards a table when the migration is taken back, after what the migration added is gone."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        """Leave it to the last operation."""

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """Make the guard of before."""
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [("factsheets", "0002_frozen_documents")]

    operations = [
        AsBefore("factsheets_edition", but=WITHDRAWN_WITH_A_REDACTION),
        migrations.AddField(
            model_name="edition",
            name="table_sha256",
            field=models.CharField(
                blank=True, db_index=True, default="", max_length=64, verbose_name="checksum of the table"
            ),
        ),
        # SQLite builds the table anew and loses its triggers.
        AppendOnly("factsheets_edition", but=WITH_THE_TABLE),
    ]
