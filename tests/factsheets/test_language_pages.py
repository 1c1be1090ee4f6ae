"""The pages of a version in several languages, and what is handed out for each."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clusters.models import Cluster
from community.choices import RedactionReason
from factsheets.actions.issue import draw_first
from factsheets.actions.language import issue_in_language
from factsheets.actions.revise import revise, withdraw_edition
from factsheets.choices import RevisionReason
from factsheets.models import Issue
from tests.cast import Cast
from tests.factories import NOW
from tests.factsheets.making_translations import GREEK, of, rename, taken, translate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shortly_after")]


def test_a_zip_in_a_language_holds_newest_versions_alone(cast: Cast, cluster: Cluster) -> None:
    """A language is never preferred to a newer version."""
    translate(cluster, "el")
    issue = taken(cluster)
    issue_in_language(issue=issue, language="el", by=cast.user("lead"))
    for language in ("en", "el"):
        draw_first(issue=issue, language=language)

    def names() -> list[str]:
        answer: Any = Client().get("/factsheets/zip/?lang=el")
        content = b"".join(answer.streaming_content) if answer.streaming else b""
        return [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if ".pdf" in name] if content else []

    assert names() == [f"{cluster.name}_v1_{NOW.date()}_el.pdf"]
    draw_first(issue=taken(cluster, NOW + timedelta(minutes=1)))
    assert names() == []


def test_pages_lead_to_each_language_and_choose_the_readers(cast: Cast, cluster: Cluster) -> None:
    client, issue = Client(), taken(cluster)
    translate(cluster, "el", but=("question",), title=GREEK)
    draw_first(issue=issue)
    issue_in_language(issue=issue, language="el", by=cast.user("lead"), without=1)
    draw_first(issue=issue, language="el")
    revise_greek(issue)
    base = f"/factsheets/{cluster.reference}/v1/"
    english = client.get(f"/clusters/{cluster.reference}/factsheet/").text
    assert f'<link rel="alternate" hreflang="el" href="{base}el/">' in english
    assert f'<a href="{base}el/" hreflang="el" lang="el">Ελληνικά</a>' in english
    assert f"<h1>{cluster.title}</h1>" in english
    assert "not translated" not in english
    greek = client.get(f"{base}el/").text
    assert "1 text is not translated" in greek
    assert GREEK in greek
    feed = client.get("/feeds/factsheets.atom").text
    assert (feed.count("<entry>"), f"{base}en/" in feed) == (1, True)
    section = client.get(f"/clusters/{cluster.reference}/").text
    assert f'<a href="{base}el/" hreflang="el" lang="el">Ελληνικά</a>' in section
    assert f'href="{base}en.pdf"' in section
    assert (
        client.get(f"/clusters/{cluster.reference}/factsheet.pdf").headers["ETag"] == f'"{of(issue, "en").pdf_sha256}"'
    )
    client.force_login(cast.user("member"))
    answer = client.get(f"{base}el.docx")
    assert answer.status_code == 200


def test_an_older_version_is_not_handed_out_for_a_language_that_the_newest_lacks(cast: Cast, cluster: Cluster) -> None:
    client, path = Client(), f"/clusters/{cluster.reference}/factsheet.pdf"
    first = taken(cluster)
    draw_first(issue=first)
    translate(cluster, "el", title=GREEK)
    issue_in_language(issue=first, language="el", by=cast.user("lead"))
    draw_first(issue=first, language="el")
    assert client.get(f"{path}?lang=el")["ETag"] == f'"{of(first, "el").pdf_sha256}"'
    rename(cluster, title="Renamed, and translated later")
    second = taken(cluster, NOW + timedelta(minutes=1))
    draw_first(issue=second)
    assert client.get(f"{path}?lang=en")["ETag"] == f'"{of(second, "en").pdf_sha256}"'
    assert client.get(path)["ETag"] == f'"{of(second, "en").pdf_sha256}"'
    answer = client.get(f"{path}?lang=el")
    said = " ".join(answer.content.decode().split())
    assert answer.status_code == 404
    assert "The newest version, 2 of" in said
    assert "is not there in Greek." in said
    assert f'href="/factsheets/{cluster.reference}/v1/el.pdf"' in said
    assert f'href="/clusters/{cluster.reference}/factsheet/"' in said
    assert client.get(f"{path}?lang=hr").status_code == 404
    withdraw_edition(edition=of(first, "el"), reason=RedactionReason.CORRECTION, by=None, at=NOW)
    said = client.get(f"{path}?lang=el").content.decode()
    assert "is not there in Greek." in said
    assert "/v1/el.pdf" not in said


def revise_greek(issue: Issue) -> None:
    """Let the translation have more revisions than the original."""
    withdraw_edition(edition=of(issue, "el"), reason=RedactionReason.CORRECTION, by=None, at=NOW)
    assert revise(issue=issue, language="el", why=RevisionReason.NAME_REMOVED, at=NOW) is not None


def test_the_page_of_languages_offers_what_is_translated_and_issues_it(cast: Cast, cluster: Cluster) -> None:
    client, path = Client(), f"/factsheets/{cluster.reference}/v1/languages/"
    draw_first(issue=taken(cluster))
    translate(cluster, "el")
    translate(cluster, "hr", but=("title", "question"))
    translate(cluster, "fr", but=("question",))
    client.force_login(cast.user("lead"))
    assert f'href="{path}"' in client.get(f"/clusters/{cluster.reference}/factsheet/").text
    page = client.get(path).text
    assert "Issue in Greek too" in page
    assert "Issue in Croatian too" not in page
    assert client.post(path, {"language": "hr"}).status_code == 409
    for known in ("", "0", "x", "9" * 40):
        answer = client.post(path, {"language": "fr", "without": known})
        assert (answer.status_code, "1 text of this version is not translated" in answer.text) == (409, True)
    assert 'required name="without" value="1"' in page
    assert client.post(path, {"language": "fr", "without": "1"}).status_code == 302
    assert client.post(path, {"language": "el"}).status_code == 302
    assert "It is being drawn." in client.get(path).text
    assert client.get(path.replace("v1", "v9")).status_code == 404
    client.force_login(cast.user("participant"))
    assert client.get(path).status_code == 403
    assert f'href="{path}"' not in client.get(f"/clusters/{cluster.reference}/factsheet/").text
