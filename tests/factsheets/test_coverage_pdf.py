"""Coverage on paper: the same figures as the page, for who signed in, and a wrong choice leads back to the page."""

from __future__ import annotations

import pytest
from django.test import Client

from clusters.choices import State
from factsheets.pdf import PdfUnavailable
from factsheets.rendering.document import Document
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    region = make.make_territory("EL43", name="Kriti", country="EL", is_programme_region=True, column=16, row=9)
    make_cluster(made, State.RUNNING).territories.add(region)
    return made


def test_who_signed_in_gets_map_and_table_under_the_choices_of_the_page(cast: Cast, client: Client) -> None:
    assert client.get("/coverage.pdf").status_code == 302
    client.force_login(cast.accounts["member"])
    page = client.get("/coverage/", {"rows": "region"}).text
    assert 'href="/coverage.pdf?rows=region"' in page
    answer = client.get("/coverage.pdf", {"rows": "region"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert (answer.content[:5], answer["Cache-Control"]) == (b"%PDF-", "private, no-cache")
    again = client.get("/coverage.pdf", {"rows": "region", "more": "x"})
    assert again.content == answer.content, "what is not chosen makes no other document"
    wrong = client.get("/coverage.pdf", {"rows": "planet"})
    assert (wrong.status_code, wrong["Location"]) == (302, "/coverage/?rows=planet")


def test_what_is_drawn_says_its_choices_and_leads_nowhere(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Document] = []

    def refuse(document: Document, *args: object) -> bytes:
        drawn.append(document)
        raise PdfUnavailable("Too many documents are being made at once, so the PDF has to wait.")

    monkeypatch.setattr("factsheets.views.coverage.set_document", refuse)
    client.force_login(cast.accounts["member"])
    answer = client.get("/coverage.pdf", {"rows": "region", "country": "EL"})
    assert (answer.status_code, "has to wait" in answer.text) == (503, True)
    assert 'href="/coverage/?rows=region&amp;columns=wg&amp;country=EL"' in answer.text
    article = drawn[0].article
    for words in ("Rows: Regions", "Country: EL", "Kriti", "only members of the community see those", "1 of the 1"):
        assert words in article
    assert "<a " not in article
    assert "fs-t-regions" not in article, "the table has the regions of the map already"
    client.force_login(cast.accounts["external"])
    client.get("/coverage.pdf")
    assert "Kriti" in drawn[1].article.partition('<table class="fs-t-regions">')[2], "the map has its table, too"
    assert "only members of the community see those" not in drawn[1].article
