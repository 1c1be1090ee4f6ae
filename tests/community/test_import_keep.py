"""Results from JSON shaped like keep.eu's, and the solution table's columns with several values."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from community.choices import Vocabulary
from community.imports.keep import KeepImport
from community.imports.outgoing import take_out
from community.imports.sheet import Unreadable
from community.imports.solution import SolutionImport
from community.imports.table import Report, bring_in
from community.models import Solution, SolutionLanguage, SolutionLink, User
from tests import factories as make

pytestmark = [pytest.mark.django_db]

OUTPUT: dict[str, Any] = {
    "title": "Dune fences",
    "summary": "Keeps the dune.",
    "type": "Method",
    "themes": ["The sea"],
    "maturity": "tested",
    "tested_in": ["EL43"],
    "needs": "Wood.",
    "languages": ["el", "English"],
    "licence": "CC BY 4.0",
    "links": [{"title": "Manual", "url": "https://dune.example/m"}, "https://dune.example"],
}


#: What stands in the cell: keep.eu does not say of a link whose it is.
LINES = "Manual https://dune.example/m\nhttps://dune.example"


@pytest.fixture
def by() -> Any:
    project = make.make_project("TREASURE")
    make.make_partnership(make.make_organisation("Park of the Cape"), project)
    make.make_term(code="sea", label="The sea")
    make.make_term(Vocabulary.SOLUTION_TYPE, "method", "Method")
    make.make_term(Vocabulary.MATURITY, "tested", "Tested")
    make.make_territory("EL43")
    return make.make_admin()


def told(*outputs: Any, **project: Any) -> bytes:
    facts = {"acronym": "TREASURE", "start_date": "2024-01-01", "partners": ["Park of the Cape"], **project}
    return json.dumps({"projects": [{**facts, "outputs": list(outputs)}]}).encode()


def doubts(report: Report) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.value) for one in report.doubts]


def test_an_output_becomes_a_draft_with_all_that_stands_beside_it(by: User) -> None:
    report = bring_in(KeepImport(by), told(OUTPUT))
    assert (report.problems, doubts(report), report.added) == ([], [(1, "links", LINES)] * 2, 1)
    row = Solution.objects.get()
    assert (row.status, row.project.acronym, row.what_taker_needs) == ("draft", "TREASURE", "Wood.")
    assert row.type is not None
    assert row.maturity is not None
    assert (row.type.code, row.maturity.code, row.challenges.get().code) == ("method", "tested", "sea")
    assert [one.code for one in row.languages.all()] == ["el", "en"]
    assert [(one.label, one.address) for one in row.links.all()] == [
        ("Manual", "https://dune.example/m"),
        ("https://dune.example", "https://dune.example"),
    ]
    assert bring_in(KeepImport(by), told(OUTPUT)).same == 1


def test_every_doubtful_value_is_named_with_row_and_field_and_what_is_known_stays(by: User) -> None:
    bring_in(KeepImport(by), told(OUTPUT))
    other = {**OUTPUT, "title": "DUNE fences", "themes": ["Space"], "type": "Toy", "maturity": "ripe", "licence": ""}
    other |= {"languages": ["Klingon", "el"], "tested_in": ["XX99"]}
    facts = {"end_date": "2026-04-31", "partners": ["Park of the Cape", {"name": "Port Nowhere"}]}
    report = bring_in(KeepImport(by), told(other, **facts))
    assert [str(one) for one in report.problems] == []
    assert doubts(report) == [
        (1, "type", "Toy"),
        (1, "maturity", "ripe"),
        (1, "challenges", "Space"),
        (1, "tested_in", "XX99"),
        (1, "languages", "Klingon; el"),
        (1, "title", "DUNE fences"),
        (1, "end", "2026-04-31"),
        (1, "partners", "Port Nowhere"),
        *[(1, "links", LINES)] * 2,
    ]
    row = Solution.objects.get()
    assert (row.title, row.type is not None, row.licence) == ("DUNE fences", True, "CC BY 4.0")
    assert [one.code for one in row.languages.all()] == ["el"]
    missing = bring_in(KeepImport(by), told({"title": "No licence"}), dry_run=True)
    assert doubts(missing) == [(1, "licence", "")]


def test_an_unknown_project_or_a_missing_title_stops_the_whole_file(by: User) -> None:
    report = bring_in(KeepImport(by), told({"title": ""}, OUTPUT, 7, acronym="NOWHERE"))
    assert [(one.row, one.column) for one in report.problems] == [(1, "project"), (1, "title"), (2, "project"), (3, "")]
    assert not Solution.objects.exists()
    for content in (b"{", b"[]", b'{"projects": 3}', b"{" * 100_000, b"\xff{"):
        assert bring_in(KeepImport(by), content).problems[0].row == 0


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_solution_with_everything_comes_back_without_a_change(by: User, form: str) -> None:
    bring_in(KeepImport(by), told(OUTPUT))
    again = bring_in(SolutionImport(by), take_out(SolutionImport(by), Solution.objects.all(), form))
    assert ([str(one) for one in again.problems], again.same) == ([], 1)
    content = (
        b"title,project,languages,links\nDune fences,TREASURE,it; Greek,Film https://dune.example/f | Park | MIT\n"
    )
    assert bring_in(SolutionImport(by), content).changed == 1
    assert sorted(SolutionLanguage.objects.values_list("code", flat=True)) == ["el", "it"]
    assert SolutionLink.objects.get().label == "Film"
    wrong = bring_in(SolutionImport(by), b"title,project,languages\nDune fences,TREASURE,Klingon\n")
    assert [(one.row, one.column) for one in wrong.problems] == [(2, "languages")]


def test_the_command_tells_json_by_its_first_sign(by: User, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_bytes(told({**OUTPUT, "licence": ""}))
    out = io.StringIO()
    call_command("import_solutions", str(file), "--dry-run", stdout=out)
    assert "doubtful: Row 1, licence: The licence is missing" in out.getvalue()
    assert "would be added" in out.getvalue()
    assert not Solution.objects.exists()


def nested(depth: int, inner: Any = "deep") -> Any:
    value = inner
    for _level in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("place", ["title", "summary", "themes", "links"])
def test_half_a_sign_is_refused_before_anything_is_read(by: User, place: str) -> None:
    for value in ("wood \ud800", ["\udfff"], {"url": "https://dune.example/\ud800"}):
        with pytest.raises(Unreadable, match="no JSON in UTF-8"):
            KeepImport(by=by).sheet_of(told({**OUTPUT, place: value}))
    whole = KeepImport(by=by).sheet_of(told({**OUTPUT, "summary": "a bee \U0001f41d"}))
    assert whole.lines[0].cells["summary"] == "a bee \U0001f41d"


@pytest.mark.parametrize("depth", [2, 700])
def test_a_list_within_a_list_is_of_another_shape(by: User, depth: int) -> None:
    for name in OUTPUT:
        sheet = KeepImport(by=by).sheet_of(told({**OUTPUT, name: nested(depth)}))
        assert "deep" not in " ".join(sheet.lines[0].cells.values()), name
    sheet = KeepImport(by=by).sheet_of(told(OUTPUT, partners=nested(depth), acronym=nested(depth)))
    assert (sheet.lines[0].cells["partners"], sheet.lines[0].cells["project"]) == ("", "")


def test_the_admin_previews_doubts_and_takes_nothing_out_as_keep(by: User) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client()
    client.force_login(by)
    url = "/admin/community/solution/import/keep/"
    page = client.post(url, {"file": SimpleUploadedFile("r.json", told({**OUTPUT, "themes": ["Space"]}))})
    assert "“Space” is not known. It is left empty." in page.content.decode()
    assert client.post(url, {"confirm": "1"}).status_code == 302
    assert Solution.objects.get().title == "Dune fences"
    assert client.get("/admin/community/solution/export/keep.csv").status_code == 404
    assert "keep.csv" not in client.get("/admin/community/solution/").content.decode()
