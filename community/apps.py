"""Set-up of the app `community`."""

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    """Registers what `community` contributes to the apps below it."""

    name = "community"
    default_auto_field = "django.db.models.BigAutoField"
