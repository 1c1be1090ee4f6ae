"""Exports of the register: exactly what is filtered and visible, as text that stays text."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.test import Client

from clusters import exports, search
from clusters.choices import State
from clusters.models import Cluster
from community.cells import unguarded
from tests.cast import ROLES, Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def csv_rows(client: Client, query: str = "") -> list[dict[str, str]]:
    text = client.get(f"/clusters/?format=csv{query}").getvalue().decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def sheet_of(client: Client, query: str = "") -> Any:
    answer = client.get(f"/clusters/?format=xlsx{query}")
    assert answer.status_code == 200
    return openpyxl.load_workbook(BytesIO(answer.getvalue())).active


@pytest.mark.parametrize("role", ROLES)
def test_an_export_holds_exactly_what_the_person_sees(role: str, cast: Cast) -> None:
    for state in State.values:
        make_cluster(cast, state)
    seen = [cluster.name for cluster in Cluster.objects.visible_to(cast.user(role)).in_order("changed")]
    client = client_of(cast, role)
    assert [row["reference"] for row in csv_rows(client)] == seen
    answer = json.loads(client.get("/clusters/?format=json").getvalue())
    assert (answer["count"], [row["reference"] for row in answer["clusters"]]) == (len(seen), seen)
    assert [row[0].value for row in sheet_of(client).iter_rows(min_row=2)] == seen


def test_an_export_follows_filters_search_and_order_but_no_page(cast: Cast) -> None:
    for number in range(30):
        search.index(make_cluster(cast, State.RUNNING, title=f"Dune {number:02d}"))
    search.index(make_cluster(cast, State.PAUSED, title="Dune paused"))
    titles = [row["title"] for row in csv_rows(Client(), "&q=dune&state=running&sort=title&page=2")]
    assert titles == [f"Dune {number:02d}" for number in range(30)]


def test_a_record_says_what_the_page_says_and_names_no_person(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    record = csv_rows(Client())[0]
    assert record == {
        "reference": cluster.name,
        "title": cluster.title,
        "question": cluster.question,
        "state": "running",
        "working_group": "WG1",
        "focus": "",
        "planned_start": "2026-03-01",
        "planned_end": "2026-09-30",
        "actual_start": "2026-03-01",
        "actual_end": "",
        "lead_organisation": "Region of the Gulf",
        "lead_country": "EL",
        "owning_project": "",
        "changed_at": cluster.updated_at.isoformat(),
        "levels": "regional",
        "themes": "",
        "territories": "",
        "solutions": "Flood storage method",
        "organisations": "Region of the Gulf; Park of the Cape",
        "countries": "EL; IT",
        "expected_outcomes": "answer",
        "outcomes": "answer",
        "address": f"http://localhost:8000/clusters/{cluster.name}/",
    }
    for form in exports.FORMATS:
        assert b"Person" not in Client().get(f"/clusters/?format={form}").getvalue()


@pytest.mark.parametrize("title", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "'=already", "a; b", 'say "so"'])
def test_a_cell_never_becomes_a_formula_and_comes_back_as_it_went(title: str, cast: Cast) -> None:
    make_cluster(cast, State.RUNNING, title=title)
    cell = csv_rows(Client())[0]["title"]
    assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert unguarded(cell) == title
    found = sheet_of(Client())["B2"]
    assert (found.data_type, unguarded(found.value)) == ("s", title)
    assert json.loads(Client().get("/clusters/?format=json").getvalue())["clusters"][0]["title"] == title


def test_control_signs_in_old_rows_break_no_workbook(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    Cluster.objects.filter(pk=cluster.pk).update(title="a\x07b\x1f=c")
    assert sheet_of(Client())["B2"].value == "ab=c"


def test_days_of_a_workbook_are_days(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    sheet = sheet_of(Client())
    day = sheet.cell(2, exports.COLUMNS.index("planned_start") + 1)
    assert (day.is_date, day.value.date()) == (True, cluster.starts_on)
    assert [cell.value for cell in sheet[1]] == list(exports.COLUMNS)
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("form", exports.FORMATS)
def test_a_file_has_a_dated_name(form: str, cast: Cast, time_machine: Any) -> None:
    time_machine.move_to("2030-05-12 09:00:00+00:00")
    answer = Client().get(f"/clusters/?format={form}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="clusters-2030-05-12.{form}"'
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_wrong_filter_or_form_makes_no_file_and_says_why(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    wrong = Client().get("/clusters/?format=csv&wg=WG9")
    assert (wrong.status_code, "Content-Disposition" in wrong.headers) == (400, False)
    unknown = Client().get("/clusters/?format=doc")
    assert unknown.status_code == 400
    text = unknown.content.decode()
    assert "There is no export called “doc”. Take CSV, XLSX or JSON." in text
    assert Cluster.objects.get().title not in text
    assert '<a class="btn btn-second" href="/clusters/">Show the list</a>' in text


def test_a_long_workbook_is_offered_and_csv_has_no_limit(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("community.exports.MOST_AT_ONCE", 1)
    make_cluster(cast, State.RUNNING)
    assert len(list(sheet_of(Client()).rows)) == 2
    make_cluster(cast, State.RUNNING)
    assert "format=xlsx" in Client().get("/clusters/").content.decode()
    answer = Client().get("/clusters/?format=xlsx")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (409, "private, no-cache")
    assert "2 rows, as the list shows them" in answer.content.decode()
    assert len(csv_rows(Client())) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_records_take_nine_queries_however_many(count: int, cast: Cast, django_assert_num_queries: Any) -> None:
    keys = [make_cluster(cast, State.RUNNING).pk for _number in range(count)]
    with django_assert_num_queries(9):
        assert len(list(exports.records(keys))) == count
