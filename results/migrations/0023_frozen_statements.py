"""Guards adopted versions of policy statements: what was adopted is never changed and never deleted."""

from django.db import migrations

from community.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("results", "0022_policy_statements")]

    operations = [
        AppendOnly("results_statementversion"),
        AppendOnly("results_adoptedline"),
        AppendOnly("results_adoptedevidence"),
    ]
