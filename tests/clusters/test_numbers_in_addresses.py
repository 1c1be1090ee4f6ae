"""A number in an address that no column can hold leads nowhere, and asks no database."""

from __future__ import annotations

import pytest
from django.test import Client

from clusters.choices import State
from tests.cast import make_cast, make_cluster

pytestmark = pytest.mark.django_db
#: One more than 64 bits hold, and a number of many digits.
TOO_LONG = ("9223372036854775808", "9" * 40)


@pytest.mark.parametrize("number", TOO_LONG)
@pytest.mark.parametrize(
    "part", ["outcomes/{}/", "roadmap/{}/", "conditions/{}/met/", "room/meetings/{}/", "room/comments/{}/edit/"]
)
def test_a_part_of_a_cluster_that_cannot_be_is_not_there(part: str, number: str) -> None:
    cast, client = make_cast(), Client()
    client.force_login(cast.user("coordinator"))
    cluster = make_cluster(cast, State.RUNNING)
    assert client.get(f"/clusters/{cluster.reference}/{part.format(number)}").status_code == 404


@pytest.mark.parametrize("number", TOO_LONG)
def test_a_press_on_one_is_not_there_either(number: str) -> None:
    cast, client = make_cast(), Client()
    client.force_login(cast.user("coordinator"))
    cluster = make_cluster(cast, State.RUNNING)
    for path, status in (
        (f"/notifications/{number}/open/", 404),
        (f"/clusters/{cluster.reference}/outcomes/{number}/remove/", 302),
        (f"/clusters/{cluster.reference}/room/comments/{number}/withdraw/", 404),
    ):
        assert client.post(path).status_code == status, path
