"""Set-up of the app `clusters`."""

from django.apps import AppConfig


class ClustersConfig(AppConfig):
    """Registers what `clusters` contributes to the apps below it."""

    name = "clusters"
    default_auto_field = "django.db.models.BigAutoField"
