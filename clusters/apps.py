"""Set-up of the app `clusters`."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClustersConfig(AppConfig):
    """Registers what `clusters` contributes to the apps below it."""

    name = "clusters"
    verbose_name = _("Clusters")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register kinds, the life cycle, effects, and what community draws."""
        from clusters import (  # noqa: F401 - they register on import
            amendment_lifecycle,
            amendment_notifications,
            contributed,
            follow_up_mails,
            lifecycle,
            notifications,
        )
        from clusters.actions import (  # noqa: F401 - the effects register on import
            again,
            amendment_effects,
            effects,
            merge_effects,
            needs,
        )

        register_kinds()
        contributed.register()


def register_kinds() -> None:
    """Register the kinds of the work; all events of a cluster and its parts stand in one chain."""
    from community import kinds

    def of_cluster(part: Any) -> str:
        return f"cluster:{part.cluster_id}"

    def page(part: Any) -> dict[str, str]:
        return {"reference": part.cluster.name}

    kinds.register(
        kinds.Kind(
            "cluster",
            "clusters.Cluster",
            _("Cluster"),
            url_name="clusters:detail",
            url_kwargs=lambda cluster: {"reference": cluster.name},
            chain=lambda cluster: f"cluster:{cluster.pk}",
            title=lambda cluster: cluster.title,
        )
    )

    def numbered_page(amendment: Any) -> dict[str, Any]:
        return {**page(amendment), "number": amendment.number}

    for code, model, label, url_name in (
        ("stage", "clusters.Stage", _("Stage"), "clusters:roadmap"),
        ("objective", "clusters.Objective", _("Objective"), "clusters:detail"),
        ("participation", "clusters.Participation", _("Participation"), "clusters:people"),
        ("amendment", "clusters.Amendment", _("Amendment"), "clusters:amendment"),
        ("condition", "clusters.Condition", _("Condition"), "clusters:detail"),
        ("outcome", "clusters.Outcome", _("Outcome"), "clusters:outcomes"),
        ("meeting", "clusters.Meeting", _("Meeting"), "clusters:detail"),
        ("panel_question", "clusters.PanelQuestion", _("Question to a panel"), "clusters:detail"),
        ("follow_up", "clusters.FollowUp", _("Follow-up"), "clusters:outcomes"),
    ):
        address = numbered_page if code == "amendment" else page
        kinds.register(kinds.Kind(code, model, label, url_name=url_name, url_kwargs=address, chain=of_cluster))
