"""Addresses of the community's pages."""

from django.urls import URLPattern, path

from community.views import (
    desk,
    home,
    member,
    need,
    notification,
    organisation,
    outbox,
    pages,
    project,
    solution,
    solution_contact,
    solution_file,
    solution_write,
    working_group,
)
from community.views.appearance import appearance
from community.views.demo import demo_switch
from community.views.join import JoinView

app_name = "community"

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("desk/", desk.desk, name="desk"),
    path("notifications/", notification.notification_list, name="notifications"),
    path("notifications/read/", notification.NotificationReadView.as_view(), name="notification_read"),
    path("notifications/<int:pk>/open/", notification.NotificationOpenView.as_view(), name="notification_open"),
    path("account/notifications/", notification.RhythmsView.as_view(), name="rhythms"),
    path("account/notifications/<slug:kind>/<int:pk>/", notification.RhythmsView.as_view(), name="rhythms_of"),
    path("needs/", need.NeedListView.as_view(), name="needs"),
    path("needs/raise/", need.NeedCreateView.as_view(), name="need_create"),
    path("needs/<int:pk>/", need.NeedView.as_view(), name="need"),
    path("needs/<int:pk>/reword/", need.NeedUpdateView.as_view(), name="need_update"),
    path("needs/<int:pk>/me-too/", need.NeedMeTooView.as_view(), name="need_me_too"),
    path("needs/<int:pk>/status/", need.NeedStatusView.as_view(), name="need_status"),
    path("solutions/", solution.SolutionListView.as_view(), name="solutions"),
    path("solutions/enter/", solution_write.SolutionCreateView.as_view(), name="solution_create"),
    path("solutions/<int:pk>/", solution.SolutionView.as_view(), name="solution"),
    path("solutions/<int:pk>/edit/", solution_write.SolutionUpdateView.as_view(), name="solution_update"),
    path("solutions/<int:pk>/contact/", solution_contact.SolutionContactView.as_view(), name="solution_contact"),
    path("solutions/<int:pk>/files/", solution_file.SolutionFilesView.as_view(), name="solution_files"),
    path("solutions/<int:pk>/files/<int:file>/", solution_file.SolutionFileView.as_view(), name="solution_file"),
    path(
        "solutions/<int:pk>/files/<int:file>/remove/",
        solution_file.SolutionFileRemoveView.as_view(),
        name="solution_file_remove",
    ),
    path("solutions/<int:pk>/<slug:verb>/", solution_write.SolutionVerbView.as_view(), name="solution_verb"),
    path("projects/", project.ProjectListView.as_view(), name="projects"),
    path("projects/<slug:code>/", project.ProjectView.as_view(), name="project"),
    path("organisations/", organisation.OrganisationListView.as_view(), name="organisations"),
    path("organisations/<int:pk>/", organisation.OrganisationView.as_view(), name="organisation"),
    path("members/", member.MemberListView.as_view(), name="members"),
    path("members/<slug:key>/", member.MemberView.as_view(), name="member"),
    path("working-groups/", working_group.working_group_list, name="working_groups"),
    path("working-groups/<slug:code>/", working_group.WorkingGroupView.as_view(), name="working_group"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<str:ident>/", outbox.outbox_mail, name="outbox_mail"),
    path("outbox/<str:ident>/html/", outbox.OutboxHtmlView.as_view(), name="outbox_html"),
    path("about/", pages.about, name="about"),
    path("help/", pages.help_page, name="help"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("privacy/", pages.privacy, name="privacy"),
    path("join/<str:token>/", JoinView.as_view(), name="join"),
    path("appearance/", appearance, name="appearance"),
    path("demo/switch/", demo_switch, name="demo_switch"),
]
