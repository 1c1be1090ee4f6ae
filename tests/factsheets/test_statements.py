"""Policy statements as issued documents: page, PDF and data of each adopted version."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from unittest.mock import patch

import pikepdf
import pytest
import time_machine
from django.test import Client

from clusters.choices import State
from community.choices import RedactionReason
from factsheets import storage
from factsheets.actions.revise import withdraw_edition
from factsheets.exports import table_of_statement
from factsheets.models import Edition, Issue
from factsheets.pdf_checks import problems
from results.actions import policy as actions
from results.models import StatementVersion
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.factsheets.reading import text_of
from tests.results.test_policy import LINE, adopted, discussed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _today() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_an_adoption_issues_page_pdf_and_data_and_the_next_version_leaves_them(cast: Cast) -> None:
    statement = adopted(cast, make_cluster(cast, State.RUNNING))
    issue, version = Issue.objects.get(kind="statement"), StatementVersion.objects.get()
    assert (issue.reference, issue.version, issue.snapshot, issue.role) == (
        statement.reference,
        1,
        version.snapshot,
        "mission_coordinator",
    )
    client, path = Client(), f"/policy/{statement.pk}/v1/en"
    page = client.get(f"{path}/")
    assert (page.status_code, LINE in page.text, "Water Board of the Bay" in page.text) == (200, True, True)
    pdf = client.get(f"{path}.pdf")
    edition = Edition.objects.get()
    assert (pdf.status_code, sha256(pdf.content).hexdigest()) == (200, edition.pdf_sha256)
    assert problems(pdf.content) == []
    words = text_of(pdf.content)
    for told in ("Let wetlands count", LINE, "It works.", "Declared", "Co-funded by the European Union"):
        assert told in words, told
    data = json.loads(client.get(f"{path}.json").content)
    assert (data["format"], data["statement"]["lines"][0]["text"]) == ("policy-statement/1", LINE)
    assert client.get(f"/factsheets/verify/?sha256={edition.data_sha256}").text.count(statement.reference) > 0
    assert client.get(f"/factsheets/{statement.reference}/v1/en/")["location"] == f"{path}/"
    _write_on(cast, statement)
    assert storage.read(edition.pdf_file) == pdf.content
    assert [issue.version for issue in Issue.objects.order_by("version")] == [1, 2]
    assert "A newer version was issued." in client.get(f"{path}/").text


def rows_of(content: bytes) -> dict[str, dict[str, str]]:
    """Return the rows of a statement's table by the kind of their evidence."""
    return {row["kind"]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))}


def test_the_attached_table_says_what_the_organisation_does_not_confirm(cast: Cast) -> None:
    statement = adopted(cast, make_cluster(cast, State.RUNNING))
    pdf = Client().get(f"/policy/{statement.pk}/v1/en.pdf").content
    with pikepdf.open(io.BytesIO(pdf)) as file:
        (attached,) = (one.get_file().read_bytes() for name, one in file.attachments.items() if name.endswith(".csv"))
    rows = rows_of(attached)
    assert [(kind, rows[kind]["is_refused"]) for kind in sorted(rows)] == [("outcome", ""), ("uptake", "no")]
    snapshot = StatementVersion.objects.get().snapshot
    (piece,) = (one for one in snapshot["lines"][0]["evidence"] if one["kind"] == "uptake")
    piece["is_refused"] = True
    row = rows_of(table_of_statement(snapshot))["uptake"]
    assert (row["is_documented"], row["is_refused"]) == ("no", "yes")
    del piece["is_refused"]
    assert rows_of(table_of_statement(snapshot))["uptake"]["is_refused"] == ""


def _write_on(cast: Cast, statement: Any) -> None:
    by = cast.user("coordinator")
    actions.act(statement=statement, verb="statement.revised", by=by)
    statement.refresh_from_db()
    actions.update_statement(statement=statement, by=by, seen_version=statement.version, audience="Ministries")
    actions.act(statement=statement, verb="statement.opened", by=by)
    actions.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))


def test_the_document_of_a_withdrawn_version_says_so_on_its_page_and_where_it_is_verified(cast: Cast) -> None:
    statement = adopted(cast, make_cluster(cast, State.RUNNING))
    client, by = Client(), cast.user("coordinator")
    first, gone = Edition.objects.get(), "This statement was withdrawn on"
    pages = (f"/policy/{statement.pk}/v1/en/", f"/factsheets/verify/?sha256={first.pdf_sha256}")
    assert [gone in client.get(path).text for path in pages] == [False, False]
    actions.act(statement=statement, verb="statement.withdrawn", by=by, reason="It is wrong.")
    for path in pages:
        page = client.get(path).text
        assert (gone in page, "it is no longer in force" in page) == (True, True), path
    actions.act(statement=statement, verb="statement.reopened", by=by, reason="Mended.")
    actions.act(statement=statement, verb="statement.opened", by=by)
    actions.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))
    second = Edition.objects.get(version=2)
    assert [gone in client.get(path).text for path in pages] == [True, True]
    pages = (f"/policy/{statement.pk}/v2/en/", f"/factsheets/verify/?sha256={second.pdf_sha256}")
    assert [gone in client.get(path).text for path in pages] == [False, False]


def test_what_was_not_issued_is_said_to_who_may_know_of_the_statement(cast: Cast) -> None:
    statement = discussed(cast)
    member = Client()
    member.force_login(cast.user("member"))
    for ending in ("/", ".pdf", ".json"):
        assert Client().get(f"/policy/{statement.pk}/v1/en{ending}").status_code == 404
        answer = member.get(f"/policy/{statement.pk}/v1/en{ending}")
        assert (answer.status_code, "This statement was not issued in that version" in answer.text) == (404, True)


def test_a_withdrawn_statement_and_its_files_say_so_and_lead_to_it(cast: Cast) -> None:
    statement = adopted(cast, make_cluster(cast, State.RUNNING))
    with patch("community.jobs.wake_on_commit"):  # The next revision is a job; here it waits.
        withdraw_edition(edition=Edition.objects.get(), reason=RedactionReason.CONSENT, by=None, at=NOW)
    for ending in ("/", ".pdf", ".json"):
        answer = Client().get(f"/policy/{statement.pk}/v1/en{ending}")
        assert (answer.status_code, "This edition was withdrawn" in answer.text) == (410, True), ending
        assert f'href="/policy/{statement.pk}/"' in answer.text


def test_a_statement_has_no_copy_to_edit(cast: Cast) -> None:
    statement = adopted(cast, make_cluster(cast, State.RUNNING))
    member = Client()
    member.force_login(cast.user("member"))
    assert member.get(f"/factsheets/{statement.reference}/v1/en.docx").status_code == 404


def test_a_file_that_is_away_leads_back_to_the_statement(cast: Cast) -> None:
    statement = adopted(cast, make_cluster(cast, State.RUNNING))
    storage.remove(Edition.objects.get().files)
    for ending in ("/", ".pdf", ".json"):
        answer = Client().get(f"/policy/{statement.pk}/v1/en{ending}")
        assert (answer.status_code, f'href="/policy/{statement.pk}/"' in answer.text) == (503, True), ending
