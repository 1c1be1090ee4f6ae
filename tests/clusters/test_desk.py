"""The section of the desk that leads to the clusters which somebody works on."""

from __future__ import annotations

import pytest

from clusters.choices import State
from tests.cast import make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of

pytestmark = pytest.mark.django_db


def test_the_desk_leads_to_what_one_works_on_and_to_nothing_that_has_ended() -> None:
    cast = make_cast()
    running, ended = make_cluster(cast, State.RUNNING, title="Alive"), make_cluster(cast, State.CONCLUDED, title="Over")
    make_cluster(cast, State.DRAFT, title="Hidden draft")
    links = {}
    for role in ("external", "participant", "lead", "proposer", "member", "coordinator"):
        section = (
            client_of(cast, role).get("/desk/").content.decode().partition('id="h-mine"')[2].partition("</section>")[0]
        )
        links[role] = [row for row in (running, ended) if f'href="{row.get_absolute_url()}"' in section]
        assert ("Hidden draft" in section) == (role in ("lead", "proposer"))
    working = ("external", "participant", "lead", "proposer")
    assert links == {role: [running] if role in working else [] for role in links}
