"""Who reads the drafts of a project: people of its partners who are members of the community, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from community.actions.standing import set_standing
from community.choices import Standing
from community.models import Member, Solution
from tests import factories as make

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def partner() -> Member:
    """Somebody who works for a partner of the project of `draft`."""
    return make.make_member("Partner Person", organisation=make.make_organisation("Park of the Cape"))


@pytest.fixture
def draft(partner: Member) -> Solution:
    project = make.make_project("TREASURE")
    make.make_partnership(partner.affiliations.get().organisation, project)
    return make.make_solution("Secret draft", project=project, status="draft", published_at=None)


def reads(member: Member, draft: Solution) -> list[Any]:
    """Return whether this person meets the draft on its page, in the list and in an export."""
    browser = Client()
    browser.force_login(member.user)  # type: ignore[arg-type]
    listed, exported = (browser.get("/solutions/", {"status": "draft", **more}) for more in ({}, {"format": "csv"}))
    in_file = "Secret draft" in b"".join(exported).decode("utf-8-sig") if exported.status_code == 200 else False
    return [browser.get(f"/solutions/{draft.pk}/").status_code, "Secret draft" in listed.text, in_file]


@pytest.mark.parametrize(
    ("standing", "found"),
    [
        (Standing.MEMBER, [200, True, True]),
        (Standing.EXTERNAL, [404, False, False]),
        (Standing.FORMER, [404, False, False]),
    ],
)
def test_partners_read_the_drafts_of_their_project_while_they_are_members(
    partner: Member, draft: Solution, standing: Standing, found: list[Any]
) -> None:
    if standing != Standing.MEMBER:
        set_standing(member=partner, standing=standing, by=make.make_admin())
    partner.refresh_from_db()
    assert reads(partner, draft) == found
