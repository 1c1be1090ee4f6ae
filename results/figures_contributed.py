"""What indicators and the chain add to pages and chores that the apps below draw and run; called by `apps.py`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clusters.choices import PUBLIC_STATES
from community import contributions, kinds
from community.contributions import ClockJob, NavigationEntry, PageSection
from results.actions.contribution import record_contributions
from results.chain import kinds as links
from results.tables.exported import sources


def register() -> None:
    """Register kinds, the menu's entries, files, and the chore that writes down for whom each record counts."""
    kinds.register(kinds.Kind("indicator", "results.Indicator", _("Indicator")))
    kinds.register(kinds.Kind("target", "results.Target", _("Target")))
    kinds.register(kinds.Kind("contribution", "results.Contribution", _("Contribution")))
    links.register()
    _register_exports()
    for page in ("need", "solution"):
        section = PageSection(page, "results/sections/chain.html", _chain_of(page), order=105)
        contributions.page_sections.register(f"results.chain.{page}", section)
    section = PageSection(
        "cluster", "results/sections/chain.html", _chain_of_cluster, order=200, standing=lambda cluster: cluster.pk
    )
    contributions.page_sections.register("results.chain.cluster", section)
    contributions.navigation.register(
        "dashboard", NavigationEntry(_("Dashboard"), "results:dashboard", order=62, prefixes=("/dashboard/",))
    )
    contributions.navigation.register(
        "indicators", NavigationEntry(_("Indicators"), "results:indicators", order=65, prefixes=("/indicators/",))
    )
    contributions.clock_jobs.register(
        "results.contributions",
        ClockJob(_("Write down for which project each record counts"), 24 * 60, record_contributions, lease_minutes=15),
    )


def _register_exports() -> None:
    for code, source in sources():
        contributions.export_sources.register(code, source)


def _chain_of(kind: str) -> Any:
    """Return what leads to the chain of a need or solution."""

    def build(request: HttpRequest, subject: Any) -> dict[str, Any]:
        return {"kind": kind, "pk": subject.pk}

    return build


def _chain_of_cluster(request: HttpRequest, cluster: Any) -> dict[str, Any] | None:
    """Return what leads to the chain of a cluster; nothing before it is approved."""
    return {"kind": "cluster", "pk": cluster.pk} if cluster.state in PUBLIC_STATES else None
