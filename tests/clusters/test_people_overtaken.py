"""Two who say at once who may join, or give somebody a role or an access: nothing is overwritten unseen."""

from __future__ import annotations

import re

import pytest

from clusters.actions.participation import give_role
from clusters.actions.participation_access import give_access
from clusters.actions.places import set_places
from clusters.choices import JoinPolicy, State
from clusters.models import Cluster, Participation
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING, join_policy=JoinPolicy.OPEN, size_limit=8)


def hidden_fields(page: str) -> dict[str, str]:
    """Return what the page carries unseen, except its token."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: value for name, value in found if name.startswith("seen")}


def places(cluster: Cluster) -> tuple[str, int | None]:
    return Cluster.objects.values_list("join_policy", "size_limit").get(pk=cluster.pk)


def test_what_one_person_left_as_it_was_is_not_put_back(cast: Cast, cluster: Cluster) -> None:
    seen = places(cluster)
    set_places(cluster=cluster, by=cast.user("lead"), join_policy="open", size_limit=12, seen=seen)
    set_places(cluster=cluster, by=cast.user("deputy_lead"), join_policy="application", size_limit=8, seen=seen)
    assert places(cluster) == ("application", 12)


def test_the_second_who_sets_the_limit_reads_the_first_and_may_insist(cast: Cast, cluster: Cluster) -> None:
    address = f"/clusters/{cluster.name}/people/places/"
    client = client_of(cast, "deputy_lead")
    hidden = hidden_fields(client.get(address).content.decode())
    set_places(cluster=cluster, by=cast.user("lead"), join_policy="open", size_limit=12)
    typed = {"join_policy": "open", "size_limit": "20"}
    answer = client.post(address, {**hidden, **typed})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Lead Person chose “12”" in page
    assert "you were choosing “20”" in page
    assert 'value="20"' in page
    assert places(cluster) == ("open", 12)
    assert client.post(address, {**hidden_fields(page), **typed}).status_code == 302
    assert places(cluster) == ("open", 20)


@pytest.mark.parametrize(
    ("page", "field", "first", "second", "words"),
    [
        ("role", "role", "observer", "peer_reviewer", "Observer"),
        ("access", "access", "comment", "view", ""),
    ],
)
def test_the_second_role_or_access_reads_the_first(
    cast: Cast, cluster: Cluster, page: str, field: str, first: str, second: str, words: str
) -> None:
    row = Participation.objects.get(cluster=cluster, member=cast.member("participant"))
    address = f"/clusters/{cluster.name}/people/{row.pk}/{page}/"
    client = client_of(cast, "deputy_lead")
    hidden = hidden_fields(client.get(address).content.decode())
    if page == "role":
        give_role(participation=row, by=cast.user("lead"), role=first)
    else:
        give_access(participation=row, by=cast.user("lead"), access=first)
    answer = client.post(address, {**hidden, field: second})
    body = answer.content.decode()
    assert answer.status_code == 409
    assert f"Lead Person chose “{words}" in body
    row.refresh_from_db()
    assert getattr(row, field) == first
    assert client.post(address, {**hidden_fields(body), field: second}).status_code == 302
    row.refresh_from_db()
    assert getattr(row, field) == second
