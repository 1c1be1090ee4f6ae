"""A draft is shown to members before it is proposed."""

from __future__ import annotations

import pytest
from django.test import Client

from clusters.choices import State
from clusters.models import Cluster, DraftShare
from community.choices import ConsentPurpose
from community.models import Member, Message
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def reader() -> Member:
    return make.make_member("Jean Aubert", consents=(ConsentPurpose.DIRECTORY,))


def page_of(cluster: Cluster) -> str:
    return f"/clusters/{cluster.name}/edit/readers/"


def client_of(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.accounts[role])
    return client


@pytest.mark.parametrize("role", ["proposer", "lead"])
def test_proposer_and_lead_share_a_draft_and_the_reader_is_told_once(cast: Cast, reader: Member, role: str) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    client = client_of(cast, role)
    assert not Cluster.objects.visible_to(reader.user).filter(pk=cluster.pk).exists()
    assert "Jean Aubert" in client.get(page_of(cluster), {"q": "aubert"}).content.decode()
    for _press in range(2):
        assert client.post(page_of(cluster), {"reader": reader.key}).status_code == 302
    assert Cluster.objects.visible_to(reader.user).filter(pk=cluster.pk).exists()
    assert [(m.to, m.template) for m in Message.objects.all()] == [(reader.user, "clusters/draft_shared")]
    assert DraftShare.objects.count() == 1


def test_a_reader_is_taken_off_again(cast: Cast, reader: Member) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    client = client_of(cast, "proposer")
    client.post(page_of(cluster), {"reader": reader.key})
    client.post(page_of(cluster), {"remove": reader.key})
    assert not Cluster.objects.visible_to(reader.user).filter(pk=cluster.pk).exists()
    assert client.post(page_of(cluster), {"remove": "nobody"}).status_code == 302


def test_a_member_who_is_not_in_the_directory_cannot_be_chosen(cast: Cast) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    hidden = make.make_member("Hidden Person")
    client = client_of(cast, "proposer")
    assert "Hidden Person" not in client.get(page_of(cluster), {"q": "hidden"}).content.decode()
    client.post(page_of(cluster), {"reader": hidden.key})
    client.post(page_of(cluster), {"reader": "\x00"})
    assert DraftShare.objects.count() == 0


def test_a_reader_reads_and_does_not_write_or_share(cast: Cast, reader: Member) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    client_of(cast, "proposer").post(page_of(cluster), {"reader": reader.key})
    client = Client()
    client.force_login(reader.user)
    assert client.get(page_of(cluster)).status_code == 403
    assert client.post(page_of(cluster), {"reader": reader.key}).status_code == 403
    assert client.get(f"/clusters/{cluster.name}/edit/1/").status_code == 403


def test_a_proposal_is_not_shared_any_more(cast: Cast, reader: Member) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    client = client_of(cast, "proposer")
    client.post(page_of(cluster), {"reader": reader.key})
    assert DraftShare.objects.count() == 0
    assert "members of the community see it already" in client.get(page_of(cluster)).content.decode()


def test_strangers_do_not_learn_that_there_is_a_draft(cast: Cast) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    for role in ("member", "coordinator", "admin", "superuser", "external"):
        assert client_of(cast, role).get(page_of(cluster)).status_code == 404


def test_what_is_found_comes_alone_for_htmx(cast: Cast, reader: Member) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    answer = client_of(cast, "proposer").get(page_of(cluster), {"q": "aubert"}, headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith("<div")


def test_the_queries_do_not_grow_with_the_readers(cast: Cast, django_assert_max_num_queries: object) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    client = client_of(cast, "proposer")
    for number in range(3):
        one = make.make_member(f"Reader {number}", consents=(ConsentPurpose.DIRECTORY,))
        client.post(page_of(cluster), {"reader": one.key})
    with django_assert_max_num_queries(12):
        client.get(page_of(cluster), {"q": "reader"})
