"""What a PDF carries can be imported again: CSV and JSON, here and in another registry, with the same facts."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pikepdf
import pytest

from clusters.imports.cells import COLUMNS
from clusters.imports.cluster import ClusterImport
from clusters.imports.from_snapshot import UNTOLD
from clusters.models import Cluster
from clusters.summary import snapshot
from community.imports.table import bring_in
from community.models import User
from factsheets.actions.issue import draw_first
from factsheets.models import Issue
from factsheets.storage import read
from tests.clusters.importing import ROW, file_of, make_importer, sentences
from tests.factories import NOW

pytestmark = pytest.mark.django_db

#: What whoever enters it elsewhere knows, and the factsheet does not tell.
ADDED = {name: ROW[name] for name in ("lead", "proposer", "proposed_on", "decided_by", "decided_on")}


@pytest.fixture
def by() -> User:
    return make_importer()


def attached(by: User) -> dict[str, bytes]:
    """Import a finished cluster, issue its factsheet, and return the files in its PDF by their endings."""
    assert sentences(bring_in(ClusterImport(by), file_of(ROW))) == []
    edition = draw_first(issue=Issue.objects.latest("version"))
    with pikepdf.open(io.BytesIO(read(edition.pdf_file))) as file:
        return {name.rpartition(".")[2]: one.get_file().read_bytes() for name, one in file.attachments.items()}


def test_both_files_are_taken_as_they_are_where_the_cluster_is(by: User) -> None:
    files = attached(by)
    assert sorted(files) == ["csv", "json"]
    for content in files.values():
        report = bring_in(ClusterImport(by), content)
        assert (sentences(report), report.same, report.is_done) == ([], 1, True)
    assert Cluster.objects.count() == 1


def test_the_table_has_the_columns_of_the_import_and_tells_nobodys_address(by: User) -> None:
    content = attached(by)["csv"].decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(content))
    assert list(line) == list(COLUMNS)
    assert {name for name in UNTOLD if line[name]} == set()
    assert (line["title"], line["objectives"], line["outcomes"]) == (ROW["title"], ROW["objectives"], ROW["outcomes"])
    assert "park.example" not in content


def edited_csv(content: bytes) -> bytes:
    (line,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS))
    writer.writeheader()
    writer.writerow({**line, **ADDED, "reference": ""})
    return text.getvalue().encode()


def edited_json(content: bytes) -> bytes:
    return json.dumps({**json.loads(content), "entry": {**ADDED, "reference": ""}}).encode()


@pytest.mark.parametrize(("ending", "edited"), [("csv", edited_csv), ("json", edited_json)])
def test_entered_elsewhere_it_has_the_same_facts(by: User, ending: str, edited: Any) -> None:
    content = attached(by)[ending]
    first = Cluster.objects.get()
    before = snapshot(first, at=NOW)
    Cluster.objects.update(title="Another one")  # as good as elsewhere: a title is there once
    report = bring_in(ClusterImport(by), edited(content))
    assert (sentences(report), report.added) == ([], 1)
    after = snapshot(Cluster.objects.exclude(pk=first.pk).get(), at=NOW)
    differing = {name for name in before if before[name] != after[name]}  # type: ignore[literal-required]
    assert differing == {"reference"}


def test_json_that_is_no_factsheet_is_refused_with_what_to_take_instead(by: User) -> None:
    for content in (
        b"{",
        b"{}",
        b'{"format": "cluster-factsheet/1"}',
        b'{"format": "cluster-factsheet/1", "cluster": 7}',
    ):
        report = bring_in(ClusterImport(by), content)
        assert sentences(report) == [
            "The file is JSON, but not the data of a cluster’s factsheet. Take the one that its page offers."
        ]
