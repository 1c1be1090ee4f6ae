"""Every table of the admin is imported and exported by one command each, as on its list."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from community.admin.sheets import sheet_pages
from community.choices import Vocabulary
from community.models import Organisation, User, WorkingGroup
from results.models import Indicator, Target
from tests import factories as make
from tests.community.admin_pages import list_of

pytestmark = [pytest.mark.django_db]

KINDS = [
    *("appointments", "clusters", "keep", "members", "organisations", "partnerships", "projects", "solutions"),
    *("targets", "terms", "territories", "working-groups"),
]
OUT = [kind for kind in KINDS if kind != "keep"]


@pytest.fixture
def filled(administrator: User) -> User:
    """At least one row of each table; who imports."""
    member, group = make.make_member("Anna Peri\u0107"), make.make_working_group("WG2")
    make.make_appointment(member, group)
    project, organisation = make.make_project("LocAll"), make.make_organisation("Harbour")
    make.make_partnership(organisation, project)
    make.make_solution(project=project, licence="CC BY 4.0")
    make.make_term(Vocabulary.CHALLENGE, "dunes")
    make.make_territory("EL99")
    Target.objects.create(indicator=Indicator.objects.all()[0], project=project, value=3, due_on=date(2027, 12, 31))
    Organisation.objects.create(name="Port", merged_into=organisation)
    return administrator


def test_each_list_with_an_import_has_the_commands() -> None:
    assert sorted(sheet_pages()) == KINDS
    assert [kind for kind in KINDS if sheet_pages()[kind].sheets()[kind].is_taken_out] == OUT


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", OUT)
def test_what_is_exported_imports_again_without_a_change(
    filled: User, client: Client, tmp_path: Path, capsys: Any, kind: str, form: str
) -> None:
    file = tmp_path / f"{kind}.{form}"
    call_command("export_table", kind, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    client.force_login(filled)
    page: Any = sheet_pages()[kind]
    shown = client.get(f"{list_of(page.model)}export/{kind}.{form}").content
    if form == "csv":
        assert file.read_bytes() == shown
    capsys.readouterr()
    call_command("import_table", kind, file)
    told = capsys.readouterr().out
    assert told.startswith("Imported: 0 added, 0 changed, "), told
    assert kind == "clusters" or "changed, 0 as" not in told, "the table holds something"


def test_an_import_says_what_it_would_do_and_which_row_is_wrong(filled: User, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("code,title\nWG9,Restoration\n")
    call_command("import_table", "working-groups", file, "--dry-run")
    assert "1 would be added" in capsys.readouterr().out
    assert not WorkingGroup.objects.filter(code="WG9").exists()
    call_command("import_table", "working-groups", file)
    assert capsys.readouterr().out == "2: added WG9 Restoration\nImported: 1 added, 0 changed, 0 as they were.\n"
    file.write_text("code,title\nwg9,Restoration\n")
    with pytest.raises(SystemExit) as ended:
        call_command("import_table", "working-groups", file)
    assert ended.value.code == 1
    assert "Did you mean \u201cWG9\u201d?" in capsys.readouterr().err


def test_a_kind_or_file_that_cannot_be_is_refused(filled: User, tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")
    with pytest.raises(CommandError, match="invalid choice: 'people'"):
        call_command("import_table", "people", there)
    with pytest.raises(CommandError, match="invalid choice: 'keep'"):
        call_command("export_table", "keep", tmp_path / "keep.csv")
    with pytest.raises(CommandError, match="there already"):
        call_command("export_table", "terms", there)
    assert there.read_text() == "mine"
    with pytest.raises(CommandError, match="neither with"):
        call_command("export_table", "terms", tmp_path / "terms.ods")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_table", "terms", tmp_path / "nowhere" / "terms.csv")
    with pytest.raises(CommandError, match="no administrator"):
        call_command("export_table", "terms", tmp_path / "terms.csv", "--by", "nobody@park.example")
    make.make_admin()
    with pytest.raises(CommandError, match="in whose name"):
        call_command("export_table", "terms", tmp_path / "terms.csv")
