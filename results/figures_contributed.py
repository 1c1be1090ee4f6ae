"""What indicators and the chain add to pages and chores that the apps below draw and run; called by `apps.py`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community import contributions, kinds
from community.contributions import ClockJob, NavigationEntry
from results.actions.contribution import record_contributions


def register() -> None:
    """Register kinds, the menu's entry and the chore that writes down for whom each record counts."""
    kinds.register(kinds.Kind("indicator", "results.Indicator", _("Indicator")))
    kinds.register(kinds.Kind("target", "results.Target", _("Target")))
    kinds.register(kinds.Kind("contribution", "results.Contribution", _("Contribution")))
    contributions.navigation.register(
        "indicators", NavigationEntry(_("Indicators"), "results:indicators", order=65, prefixes=("/indicators/",))
    )
    contributions.clock_jobs.register(
        "results.contributions",
        ClockJob(_("Write down for which project each record counts"), 24 * 60, record_contributions, lease_minutes=15),
    )
