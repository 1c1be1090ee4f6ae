"""A link of a solution says who holds the rights to what stands there, and under which licence."""

from django.db import migrations

import community.models.fields


class Migration(migrations.Migration):
    """Adds the two columns, empty: what they hold follows in a migration of its own."""

    dependencies = [("community", "0022_words_taken_out_of_documents")]

    operations = [
        migrations.AddField(
            model_name="solutionlink",
            name="rights_holder",
            field=community.models.fields.LineField(
                blank=True, default="", max_length=160, verbose_name="rights holder"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="solutionlink",
            name="licence",
            field=community.models.fields.LineField(blank=True, default="", max_length=120, verbose_name="licence"),
            preserve_default=False,
        ),
    ]
