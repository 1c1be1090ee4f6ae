"""Set-up of the app `config`: its checks, and what connections are told."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from config.connections import compile_nothing


class ConfigConfig(AppConfig):
    """Registers the checks of the machine; owns no model."""

    name = "config"

    def ready(self) -> None:
        """Register the checks, and what connections are told."""
        from config import checks  # noqa: F401

        connection_created.connect(compile_nothing)
