"""Takes up the booklets of reports that were made before their checksums were kept; those of earlier are lost."""

from django.db import migrations


def take_up(apps, schema_editor):
    """Keep the checksum of each report's booklet, also where its file was removed meanwhile."""
    database = schema_editor.connection.alias
    booklets = apps.get_model("factsheets", "Booklet").objects.using(database)
    made = booklets.filter(report__isnull=False, made_at__isnull=False).exclude(sha256="")
    known = apps.get_model("factsheets", "ReportBooklet")
    known.objects.using(database).bulk_create(
        known(report_id=row.report_id, sha256=row.sha256, pages=row.pages, made_at=row.made_at) for row in made
    )


class Migration(migrations.Migration):
    dependencies = [("factsheets", "0008_booklets_of_reports")]

    operations = [migrations.RunPython(take_up, migrations.RunPython.noop)]
