"""The preview of a document: live, marked, and set as PDF for those who signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from clusters.choices import State
from clusters.models import Cluster
from factsheets import pdf as pdf_module
from factsheets.models import Issue
from factsheets.pdf import Limits, Press
from tests.cast import Cast, make_cluster
from tests.factsheets.making_editions import words
from tests.factsheets.reading import text_of

pytestmark = pytest.mark.django_db


def test_a_preview_is_live_and_marked(client: Client, cast: Cast, cluster: Cluster) -> None:
    page = words(client.get(f"/clusters/{cluster.reference}/preview/"))
    assert "Preview, not issued" in page
    assert cluster.title in page
    Cluster.objects.filter(pk=cluster.pk).update(title="Another title", version=99)
    client.force_login(cast.user("member"))  # type: ignore[arg-type]
    response = client.get(f"/clusters/{cluster.reference}/preview.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert "preview" in response["Content-Disposition"]
    assert "public" not in response["Cache-Control"]
    assert "Another title" in text_of(response.content)
    assert "Preview, not issued" in text_of(response.content)
    assert Issue.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "status"), [("proposer", 200), ("lead", 200), ("coordinator", 404), ("member", 404), ("superuser", 404)]
)
def test_the_preview_of_a_draft_is_for_those_who_may_see_it(client: Client, cast: Cast, role: str, status: int) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    client.force_login(cast.user(role))  # type: ignore[arg-type]
    assert client.get(f"/clusters/{cluster.name}/preview/").status_code == status
    assert client.get(f"/clusters/{cluster.name}/preview.pdf").status_code == status


def test_only_those_who_signed_in_have_a_preview_set_as_pdf(client: Client, cast: Cast, cluster: Cluster) -> None:
    page = f"/clusters/{cluster.reference}/preview/"
    assert "preview.pdf" not in words(client.get(page))
    for name in (cluster.name, make_cluster(cast, State.DRAFT).name):
        response = client.get(f"/clusters/{name}/preview.pdf")
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
    client.force_login(cast.user("member"))  # type: ignore[arg-type]
    assert "preview.pdf" in words(client.get(page))


def test_a_preview_is_set_once_for_the_same_content(
    client: Client, cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(cast.user("member"))  # type: ignore[arg-type]
    address = f"/clusters/{cluster.reference}/preview.pdf"
    first = client.get(address)
    press = Press(Limits(wall_seconds=0.01))
    monkeypatch.setattr(pdf_module, "_press", press)
    assert client.get(address).content == first.content
    Cluster.objects.filter(pk=cluster.pk).update(title="Another title", version=99)
    assert client.get(address).status_code == 503
    press.stop()


def test_a_preview_over_time_is_refused_with_a_sentence(
    client: Client, cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(cast.user("member"))  # type: ignore[arg-type]
    press = Press(Limits(wall_seconds=0.01))
    monkeypatch.setattr(pdf_module, "_press", press)
    response = client.get(f"/clusters/{cluster.reference}/preview.pdf")
    press.stop()
    assert response.status_code == 503
    assert "The page holds the same content." in words(response)
