"""Figures and rows that the home page shows of the community."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from community.access import named_members
from community.models import Need, Organisation, Project, Solution, User
from community.rights import can_raise_need

NEEDS_SHOWN = 3


def figures(user: User | AnonymousUser | None) -> list[str]:
    """Return what there is, as short texts: needs, solutions, projects, organisations and their countries."""
    partners = Organisation.objects.visible_to(user).in_community(timezone.localdate())
    needs, solutions = Need.objects.open().count(), Solution.objects.published().count()
    projects, organisations, countries = Project.objects.count(), partners.count(), len(partners.countries())
    return [
        ngettext("%(count)d open need", "%(count)d open needs", needs) % {"count": needs},
        ngettext("%(count)d solution", "%(count)d solutions", solutions) % {"count": solutions},
        ngettext("%(count)d project", "%(count)d projects", projects) % {"count": projects},
        ngettext("%(count)d partner organisation", "%(count)d partner organisations", organisations)
        % {"count": organisations},
        ngettext("%(count)d country", "%(count)d countries", countries) % {"count": countries},
    ]


def open_needs(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """Return the newest open needs, for the section of the home page."""
    rows = list(Need.objects.visible_to(request.user).open().for_page()[:NEEDS_SHOWN])
    return {
        "needs": rows,
        "count": Need.objects.open().count(),
        "named": named_members(request.user, [need.raised_by_id for need in rows]),
        "may_raise": can_raise_need(request.user),
    }
