"""What results adds to pages and chores that the apps below draw and run; called by `apps.py`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from community import contributions, kinds
from community.contributions import NavigationEntry
from results.models import Uptake, UptakeConfirmation


def register() -> None:
    """Register the kinds: an uptake and what its adopter says stand in the chain of its cluster."""
    kinds.register(
        kinds.Kind(
            "uptake",
            "results.Uptake",
            _("Uptake"),
            chain=lambda uptake: f"cluster:{uptake.cluster_id}",
            title=lambda uptake: uptake.solution.title,
            is_told=True,
        )
    )
    kinds.register(
        kinds.Kind(
            "confirmation",
            "results.UptakeConfirmation",
            _("Confirmation"),
            chain=lambda row: f"cluster:{row.uptake.cluster_id}",
            title=lambda row: row.uptake.solution.title,
            visible_to=_confirmations,
            is_told=True,
        )
    )

    contributions.navigation.register(
        "coverage", NavigationEntry(_("Coverage"), "results:coverage", order=80, prefixes=("/coverage/",))
    )


def _confirmations(user: Any) -> Any:
    """Return the confirmations of uptakes that a user may read."""
    return UptakeConfirmation.objects.filter(uptake__in=Uptake.objects.visible_to(user))
