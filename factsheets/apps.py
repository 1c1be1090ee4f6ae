"""Set-up of the app `factsheets`: its kinds, receivers, tasks and contributions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FactsheetsConfig(AppConfig):
    """Registers what `factsheets` contributes to the apps below it."""

    name = "factsheets"
    verbose_name = _("Factsheets")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register kinds, connect the receivers, name the tasks, fill the registries."""
        from factsheets import contributed, receivers, tasks  # noqa: F401  importing connects and names them
        from factsheets.rendering import factsheet, statement  # noqa: F401  so do kinds of documents

        contributed.register()
