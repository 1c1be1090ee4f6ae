"""Set-up of the app `factsheets`."""

from django.apps import AppConfig


class FactsheetsConfig(AppConfig):
    """Registers what `factsheets` contributes to the apps below it."""

    name = "factsheets"
    default_auto_field = "django.db.models.BigAutoField"
