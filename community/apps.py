"""Set-up of the app `community`: the kinds it owns and what it contributes to its own pages."""

from django.apps import AppConfig, apps
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from community import kinds
from community.kinds import Kind
from community.tasks_api import title_of

KINDS = (
    Kind("user", "community.User", _("account")),
    Kind(
        "member", "community.Member", _("member"), "community:member", lambda member: {"key": member.key}, is_told=True
    ),
    Kind("organisation", "community.Organisation", _("organisation"), "community:organisation"),
    Kind("project", "community.Project", _("project"), "community:project", lambda project: {"code": project.code}),
    Kind(
        "working_group",
        "community.WorkingGroup",
        _("working group"),
        "community:working_group",
        lambda group: {"code": group.code},
    ),
    Kind("need", "community.Need", _("need"), "community:need"),
    Kind("solution", "community.Solution", _("solution"), "community:solution", is_told=True),
    Kind("enquiry", "community.Enquiry", _("question from outside")),
    Kind(
        "peer_exchange",
        "community.PeerExchange",
        _("peer exchange"),
        "community:exchange",
        visible_to=lambda user: apps.get_model("community.PeerExchange")._default_manager.told_to(user),
        is_told=True,
    ),
    Kind("liaison", "community.Liaison", _("liaison")),
    Kind(
        "appointment",
        "community.Appointment",
        _("appointment"),
        visible_to=lambda user: apps.get_model("community.Appointment")._default_manager.told_to(user),
        is_told=True,
    ),
    Kind("partnership", "community.Partnership", _("partnership")),
    Kind("territory", "community.Territory", _("territory")),
    Kind("term", "community.Term", _("term")),
    Kind("text", "community.Text", _("text")),
    Kind("file", "community.File", _("file")),
    Kind("job", "community.Job", _("job"), "community:job", title=lambda job: title_of(job.task), is_told=True),
)


class CommunityConfig(AppConfig):
    """Registers the kinds of `community`."""

    name = "community"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the registries once, at start-up, and load every app's tasks, which jobs name."""
        from community import contributed, exchange_lifecycle, request_time  # noqa: F401 - a life registers on import
        from community.actions import exchange, solution  # noqa: F401 - lives and effects register on import

        for kind in KINDS:
            kinds.register(kind)
        contributed.register()
        autodiscover_modules("tasks")
        request_time.listen()
