"""Set-up of the app `results`: its kinds and contributions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResultsConfig(AppConfig):
    """Registers what `results` contributes to the apps below it."""

    name = "results"
    verbose_name = _("Results")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register kinds, the life cycle with its effects, and what the apps below draw."""
        from results import (  # noqa: F401 - they register on import
            contributed,
            figures_contributed,
            lifecycle,
            policy_contributed,
            policy_lifecycle,
            review_contributed,
            review_lifecycle,
        )
        from results.actions import policy_effects, review_effects, step_effects  # noqa: F401 - so do effects and mails

        contributed.register()
        figures_contributed.register()
        policy_contributed.register()
        review_contributed.register()
