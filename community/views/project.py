"""Projects and their consortia."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from community.access import get_visible
from community.contributions import sections_of
from community.filters import ProjectFilter
from community.models import Member, Project, Solution
from community.querysets.cut import cut
from community.tables import Rows
from community.views.listing import NounListView

#: So many people of its partners are named on a project's page.
PEOPLE = 12


@method_decorator(login_not_required, name="dispatch")
class ProjectListView(NounListView):
    """Projects, the governance ones first."""

    template_name = "community/project/list.html"
    filter_class = ProjectFilter

    def rows(self, request: HttpRequest) -> Rows:
        """Return the projects that the reader may see."""
        return Project.objects.visible_to(request.user)

    def fetch(self, rows: Rows) -> Rows:
        """Load the objective and the lead partner's name."""
        return rows.for_page()  # type: ignore[attr-defined, no-any-return]


@method_decorator(login_not_required, name="dispatch")
class ProjectView(View):
    """One project: facts, consortium, solutions, and the people of its partners whom the reader may see."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Draw the page."""
        project = get_visible(Project.objects.for_page(), request.user, code=code)
        people = Member.objects.shown_to(request.user).in_community().of_project(project.code)
        context = {
            "project": project,
            "people": cut(people.for_page(timezone.localdate()), PEOPLE),
            "partnerships": project.partnerships.for_page(),
            "solutions": Solution.objects.visible_to(request.user).of_project(project),
            "sections": sections_of("project", request, project),
        }
        return render(request, "community/project/detail.html", context)
