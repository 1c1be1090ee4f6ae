"""Set-up of the app `clusters`."""

from typing import Any

from django.apps import AppConfig, apps
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
            contributed,
            lifecycle,
            panel_contributed,
        )
        from clusters.actions import (  # noqa: F401 - the effects register on import
            again,
            amendment_effects,
            effects,
            merge_effects,
            needs,
            prepared,
        )
        from clusters.notifications import (  # noqa: F401 - so do mails
            amendment,
            answered,
            follow_up,
            meeting,
            pages,
            room,
        )
        from clusters.notifications import lifecycle as told  # noqa: F401

        register_kinds()
        contributed.register()
        panel_contributed.register()


PARTS = (
    ("stage", "clusters.Stage", _("Stage"), "clusters:roadmap"),
    ("objective", "clusters.Objective", _("Objective"), "clusters:detail"),
    ("participation", "clusters.Participation", _("Participation"), "clusters:people"),
    ("invitation", "clusters.Invitation", _("Invitation by address"), "clusters:people"),
    ("condition", "clusters.Condition", _("Condition"), "clusters:detail"),
    ("outcome", "clusters.Outcome", _("Outcome"), "clusters:outcomes"),
    ("follow_up", "clusters.FollowUp", _("Follow-up"), "clusters:outcomes"),
)

#: Parts about which accounts get mails.
TOLD = frozenset({"follow_up", "meeting", "room_message"})


def register_kinds() -> None:
    """Register the kinds of the work; all events of a cluster and its parts stand in one chain."""
    from community.kinds import Kind, register

    register(
        Kind(
            "cluster",
            "clusters.Cluster",
            _("Cluster"),
            url_name="clusters:detail",
            url_kwargs=lambda cluster: {"reference": cluster.name},
            chain=lambda cluster: f"cluster:{cluster.pk}",
            title=lambda cluster: cluster.title,
            is_told=True,
        )
    )
    register(
        Kind(
            "amendment",
            "clusters.Amendment",
            _("Amendment"),
            url_name="clusters:amendment",
            url_kwargs=lambda amendment: {**_page(amendment), "number": amendment.number},
            chain=_chain,
            is_told=True,
        )
    )
    _register_room()
    for code, model, label, url_name in PARTS:
        seen, is_told = _visible_parts(model), code in TOLD
        register(Kind(code, model, label, url_name, _page, _chain, visible_to=seen, is_told=is_told))


def _register_room() -> None:
    """Register what stands in the rooms of clusters, which their readers see."""
    from community.kinds import Kind, register

    register(
        Kind(
            "comment",
            "community.Comment",
            _("Comment"),
            chain=lambda comment: f"cluster:{comment.subject_id}",
            visible_to=_comments,
            is_told=True,
        )
    )
    for code, model, label, url_name, url_kwargs in ROOM_PARTS:
        is_told = code in TOLD
        seen = _in_rooms(model)
        register(Kind(code, model, label, url_name, url_kwargs, _chain, visible_to=seen, is_told=is_told))


def _page(part: Any) -> dict[str, str]:
    return {"reference": part.cluster.name}


def _own_page(part: Any) -> dict[str, Any]:
    return {"reference": part.cluster.name, "pk": part.pk}


#: What stands in rooms, for their readers.
ROOM_PARTS = (
    ("room_file", "clusters.RoomFile", _("File of a room"), "clusters:room_file", _own_page),
    ("meeting", "clusters.Meeting", _("Meeting"), "clusters:room_meeting", _own_page),
    ("room_message", "clusters.RoomMessage", _("Message to all"), "clusters:room", _page),
)


def _chain(part: Any) -> str:
    return f"cluster:{part.cluster_id}"


def _comments(user: Any) -> Any:
    """Return the comments that stand in a room which a user reads."""
    from clusters.models import Cluster
    from community.models import Comment

    rooms = Cluster.objects.with_room_for(user)
    return Comment.objects.filter(kind="cluster", subject_id__in=rooms.values("pk")).select_related("by__member")


def _in_rooms(model: str) -> Any:
    """Return what finds the parts of rooms which a user reads."""

    def visible(user: Any) -> Any:
        from clusters.models import Cluster

        rooms = Cluster.objects.with_room_for(user)
        return apps.get_model(model)._default_manager.filter(cluster__in=rooms)

    return visible


def _visible_parts(model: str) -> Any:
    """Return what finds the parts of clusters that a user may see."""

    def visible(user: Any) -> Any:
        from clusters.models import Cluster

        clusters = Cluster.objects.visible_to(user)
        return apps.get_model(model)._default_manager.filter(cluster__in=clusters)

    return visible
