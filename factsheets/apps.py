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
        from factsheets import (  # noqa: F401 - importing connects and names them
            contributed,
            downloads,
            interim_contributed,
            receivers,
            report_contributed,
            report_lifecycle,
            tasks,
        )
        from factsheets.actions import report_effects  # noqa: F401 - so do effects
        from factsheets.rendering import factsheet, report, statement  # noqa: F401 - and kinds of documents

        contributed.register()
        downloads.write_in_time()
        report_contributed.register()
        interim_contributed.register()
