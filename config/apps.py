"""Set-up of the app `config`: its checks."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Registers the checks of the machine; owns no model."""

    name = "config"

    def ready(self) -> None:
        """Register the checks."""
        from config import checks  # noqa: F401
