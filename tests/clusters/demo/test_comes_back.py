"""Every table of the demonstration that is exported imports again without a change."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest

from community.admin.sheets import sheet_pages
from community.imports.outgoing import take_out
from community.imports.table import bring_in
from community.models import User

pytestmark = [pytest.mark.usefixtures("world"), pytest.mark.django_db]

KINDS = sorted(code for code, page in sheet_pages().items() if page.sheets()[code].is_taken_out)


def test_there_are_tables() -> None:
    assert {"appointments", "clusters", "members", "organisations", "solutions", "territories"} <= {*KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_comes_back_as_it_went(kind: str) -> None:
    page: Any = sheet_pages()[kind]
    request = HttpRequest()
    request.method, request.user = "GET", User.objects.administrators().order_by("pk")[0]
    table = page.sheets()[kind]
    content = take_out(table(request.user), page.rows_of(request), "csv")
    report = bring_in(table(request.user), content, dry_run=True)
    assert ([str(problem) for problem in report.problems], report.added, report.changed) == ([], 0, 0)
    assert report.same > 0
