"""What of the catalogue waits for a person: for coordinators what is to be published, for writers what was returned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from community.contributions import DeskItem
from community.models import Solution, User
from community.visibility import is_cop, member_of


def solution_items(user: User, on: date) -> Iterator[DeskItem]:
    """Yield what a coordinator may publish, and the drafts that a person wrote and got back; one query."""
    me = member_of(user)
    if me is None or not is_cop(user):
        return
    for row in Solution.objects.waiting_for(user, me.pk, on).select_related("project"):
        page = reverse("community:solution", args=[row.pk])
        if row.is_to_publish:  # type: ignore[attr-defined]
            yield DeskItem(
                verb=_("Read and publish"),
                title=row.title,
                why=_("%(project)s asks for publication · you coordinate") % {"project": row.project.acronym},
                url=page,
                since=row.state_since,
            )
        else:
            yield DeskItem(
                verb=_("Change it"),
                title=row.title,
                why=_("A coordinator returned it for changes · you wrote it"),
                url=reverse("community:solution_update", args=[row.pk]),
                since=row.state_since,
            )
