"""Imports in the admin: looked at first, and done as they were looked at."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from community.actions.erasure import erase_member
from community.actions.own_data import correct_own_data
from community.admin.sheets import told_while_done
from community.imports.member import MemberImport
from community.imports.preview_file import FOLDER, KEPT, forget_old
from community.imports.table import bring_in, bring_in_by_steps
from community.models import Member, User
from tests import factories as make
from tests.community.making_sheets import csv_of, sentences

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


def test_the_admin_previews_then_imports(client: Client, by: User) -> None:
    client.force_login(by)
    page = reverse("admin:community_member_import", args=["members"])
    upload = io.BytesIO(csv_of(("name", "email"), ("Anna Perić", "anna@park.example")))
    upload.name = "people.csv"
    preview = client.post(page, {"file": upload}).content.decode()
    assert "1 would be added" in preview
    assert not Member.objects.filter(name="Anna Perić").exists()
    answer = client.post(page, {"confirm": "Import"}, follow=True).content.decode()
    assert "Imported: 1 added" in answer
    assert Member.objects.filter(name="Anna Perić").count() == 1
    assert "too old" in client.post(page, {"confirm": "Import"}, follow=True).content.decode()


def preview_of(client: Client, page: str, content: bytes) -> str:
    upload = io.BytesIO(content)
    upload.name = "people.csv"
    text: str = client.post(page, {"file": upload}).content.decode()
    return text


def test_a_row_that_would_do_something_else_than_in_the_preview_is_refused(client: Client, by: User) -> None:
    client.force_login(by)
    page = reverse("admin:community_member_import", args=["members"])
    anna = make.make_member("Anna Perić", about="Old words", account={"email": "anna@park.example"})
    nikos = make.make_member("Nikos Papas", account={"email": "nikos@park.example"})
    content = csv_of(
        ("name", "email", "about"),
        ("Anna Perić", "anna@park.example", "Words of a file"),
        ("Nikos Papas", "nikos@park.example", "Words of a file"),
    )
    assert "2 changed" in preview_of(client, page, content)
    values = {"name": anna.name, "sort_name": "Perić", "languages": [], "about": "My own words", "expertise": []}
    correct_own_data(by=anna.user, seen_version=anna.version, values=values)
    refused = client.post(page, {"confirm": "Import"}).content.decode()
    assert refused.count("The registry changed since the preview") == 1
    assert set(Member.objects.exclude(about="").values_list("about", flat=True)) == {"My own words"}
    assert "2 changed" in preview_of(client, page, content)
    assert "Imported: 0 added, 2 changed" in client.post(page, {"confirm": "Import"}, follow=True).content.decode()
    content = csv_of(("name", "email", "about"), ("Nikos Papas", "nikos@park.example", "Newer"))
    assert "1 changed" in preview_of(client, page, content)
    erase_member(member=nikos, by=by)
    refused = client.post(page, {"confirm": "Import"}).content.decode()
    assert refused.count("The registry changed since the preview") == 1, "the row would enter the person anew"
    assert not Member.objects.filter(name="Nikos Papas").exists()


def test_an_address_that_somebody_took_in_between_stops_the_file(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = MemberImport.begin

    def begin_late(table: MemberImport, sheet: Any) -> None:
        begin(table, sheet)
        make.make_member("Other Person", account={"email": "anna@park.example"})

    monkeypatch.setattr(MemberImport, "begin", begin_late)
    report = bring_in(MemberImport(by), csv_of(("name", "email"), ("Anna Perić", "anna@park.example")))
    assert sentences(report) == ["This contradicts what stands in the registry or in a row before: look for it there."]
    assert not Member.objects.filter(name="Anna Perić").exists()


def test_a_large_import_tells_how_far_it_is_and_nothing_stays_of_one_that_is_left(client: Client, by: User) -> None:
    client.force_login(by)
    page = reverse("admin:community_member_import", args=["members"])
    content = csv_of(("name",), *((f"Person Nr{number}",) for number in range(400)))
    steps = bring_in_by_steps(MemberImport(by), content)
    answer: Any = told_while_done(steps, 400, request=RequestFactory().get("/"), context={"opts": Member._meta})
    sent = iter(answer)
    assert [b"of 400 rows" in next(sent) for _number in range(3)] == [False, True, True]
    # The end of a request ends the connection, in which this test's transaction is.
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)
    upload = io.BytesIO(content)
    upload.name = "people.csv"
    assert "400 would be added" in client.post(page, {"file": upload}).content.decode()
    assert Member.objects.filter(name__startswith="Person Nr").count() == 0
    told = b"".join(client.post(page, {"confirm": "Import"})).decode()
    assert (told.count("of 400 rows"), "Imported: 400 added" in told) == (20, True)
    assert told.rstrip().endswith("</html>")
    assert Member.objects.filter(name__startswith="Person Nr").count() == 400


def test_the_admin_names_bad_rows_and_offers_no_import(client: Client, by: User) -> None:
    client.force_login(by)
    upload = io.BytesIO(csv_of(("name", "since"), ("Anna <b>", "2026-04-31")))
    upload.name = "people.csv"
    page = reverse("admin:community_member_import", args=["members"])
    text = client.post(page, {"file": upload}).content.decode()
    assert "31 April does not exist" in text
    assert 'name="confirm"' not in text


def test_the_admin_exports_what_the_list_shows(client: Client, by: User) -> None:
    client.force_login(by)
    make.make_member("Anna Perić")
    make.make_member("Nikos Papas")
    address = reverse("admin:community_member_export", args=["members", "csv"])
    answer = client.get(address, {"q": "peric"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["Anna Perić"]
    assert answer["content-disposition"].startswith('attachment; filename="members-')
    assert client.get(address, {"q": "\x00"}).status_code == 302
    for nonsense in ({"id__exact": "abc"}, {"id__in": "1,b"}):
        answer = client.get(address, nonsense)
        assert (answer.status_code, answer["location"]) == (302, f"{reverse('admin:community_member_changelist')}?e=1")


def test_an_erasure_forgets_the_files_of_previews(
    client: Client, by: User, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.ERASURE_LEDGER = tmp_path / "erasures.ledger"
    client.force_login(by)
    forget_old(timezone.now() + 2 * KEPT)  # what other tests left
    anna = make.make_member("Anna Perić")
    upload = io.BytesIO(csv_of(("key", "name", "about"), (anna.key, "Anna Perić", "Reeds")))
    upload.name = "people.csv"
    client.post(reverse("admin:community_member_import", args=["members"]), {"file": upload})
    assert len(default_storage.listdir(FOLDER)[1]) == 1
    with django_capture_on_commit_callbacks(execute=True):
        erase_member(member=anna, by=by)
    assert default_storage.listdir(FOLDER)[1] == []
