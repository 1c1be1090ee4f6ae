"""Set-up of the app `config`: its checks, what connections are told, and whose commands go on."""

import sys

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from config.connections import compile_nothing


class ConfigConfig(AppConfig):
    """Registers the checks of the machine; owns no model."""

    name = "config"

    def ready(self) -> None:
        """Register the checks, and what connections are told."""
        from config import checks  # noqa: F401
        from config.as_root import stop_root_of_django

        stop_root_of_django(sys.argv)
        connection_created.connect(compile_nothing)
