"""An import beside somebody who erases, merges or corrects: what they did stays, and the row says why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from community.actions.erasure import erase_member
from community.actions.merging import merge_entries, preview_merge
from community.actions.own_data import correct_own_data
from community.imports import locking, preview_file
from community.imports.member import MemberImport
from community.imports.organisation import OrganisationImport
from community.imports.table import Report, Table, bring_in
from community.models import Member, Organisation, User
from community.permissions import Refusal
from tests import factories as make
from tests.community.making_sheets import csv_of
from tests.community.test_import_answers import Page
from tests.races import at_once, beside, meanwhile, meeting
from tests.races import without_locks as without_rows_locked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _ledger(tmp_path: Path, settings: Any) -> None:
    settings.ERASURE_LEDGER = tmp_path / "erasures.ledger"


@pytest.fixture
def by() -> User:
    return make.make_admin(name="Admin Person")


@pytest.fixture
def anna() -> Member:
    return make.make_member("Anna Perić", about="Old words", account={"email": "anna@cop.example"})


@contextmanager
def without_locks() -> Iterator[None]:
    """Take the locks of imports away."""
    with patch.object(locking, "lock", lambda model, keys: set(keys)):
        yield


def first_then_import(table: Table, content: bytes, do: Callable[[], object]) -> Report:
    """Let somebody act, and commit only when the import waits for them; return its report.

    With its locks it waits before it reads; without them it has read, and waits where it writes over them.
    """
    with transaction.atomic():
        do()
        taking = beside(partial(bring_in, table, content))
        assert not taking.is_done, taking.result
    report = taking.join()
    assert isinstance(report, Report), report
    return report


def import_then_other(table: Table, content: bytes, do: Callable[[], object]) -> list[Any]:
    """Let somebody act while an import has read everything and written nothing; return what came of both."""
    with meanwhile((type(table), "begin"), do) as others:
        report = bring_in(table, content)
    return [report, others[0].result]


def told(report: Report) -> list[str]:
    return [str(problem) for problem in report.problems]


def file_of(member: Member) -> bytes:
    return f"key,name,about\n{member.key},Anna Perić,New words\n".encode()


def test_who_is_erased_before_or_beside_an_import_stays_erased(by: User, anna: Member) -> None:
    maria = make.make_member("Maria Rossi")
    report = first_then_import(MemberImport(by), file_of(anna), lambda: erase_member(member=anna, by=by))
    assert told(report) == ["Row 2, key: This person was erased. Take the row out of the file."]
    report, _done = import_then_other(MemberImport(by), file_of(maria), lambda: erase_member(member=maria, by=by))
    assert report.is_done
    for member in Member.objects.filter(pk__in=[anna.pk, maria.pk]):
        assert (member.erased_at is not None, member.about, "Former member" in member.name) == (True, "", True)


def test_control_without_the_locks_an_erased_person_is_written_back(by: User, anna: Member) -> None:
    maria = make.make_member("Maria Rossi", about="Old words")
    with without_locks():
        first_then_import(MemberImport(by), file_of(anna), lambda: erase_member(member=anna, by=by))
        import_then_other(MemberImport(by), file_of(maria), lambda: erase_member(member=maria, by=by))
    assert Member.objects.exclude(erased_at=None).filter(about="New words").count() == 2


def test_an_own_correction_beside_an_import_is_kept_or_told_as_stale(by: User, anna: Member) -> None:
    values = {"name": "Anna Perić", "sort_name": "Perić", "languages": [], "about": "My own", "expertise": []}

    def correct() -> object:
        return correct_own_data(by=anna.user, seen_version=anna.version, values=values)

    report, done = import_then_other(MemberImport(by), file_of(anna), correct)
    assert (report.is_done, type(done)) == (True, Refusal)
    assert Member.objects.get(pk=anna.pk).about == "New words"
    Member.objects.filter(pk=anna.pk).update(version=anna.version, about="Old words")
    with without_locks():
        report, done = import_then_other(MemberImport(by), file_of(anna), correct)
    assert report.is_done
    assert (type(done), Member.objects.get(pk=anna.pk).about) == (Member, "New words"), "the control loses"


def test_a_merged_entry_is_refused_in_an_import_and_stays_merged(by: User, anna: Member) -> None:
    twin = make.make_member("Anna Peric", account=None)
    seen = preview_merge(kept=anna, merged=twin, by=by).digest

    def merge() -> object:
        return merge_entries(kept=anna, merged=twin, by=by, seen=seen)

    report = first_then_import(MemberImport(by), file_of(twin), merge)
    assert told(report) == [
        f"Row 2, key: This entry was merged into “Anna Perić”, whose key is {anna.key}. Keep one row for both."
    ]
    twin.refresh_from_db()
    assert (twin.merged_into, twin.about) == (anna, "")


def test_an_import_waits_for_nobody_who_holds_administrators_and_wants_an_organisation(by: User) -> None:
    park = make.make_organisation("Park of the Cape")
    content = f"number,name,country\n{park.pk},Park of the Cape,EL\n".encode()

    def administrators_then_organisation() -> None:
        with transaction.atomic():
            list(User.objects.administrators().select_for_update(no_key=True).order_by("pk"))
            report.append(beside(partial(bring_in, OrganisationImport(by), content)))
            list(Organisation.objects.select_for_update(no_key=True).filter(pk=park.pk))

    report: list[Any] = []
    administrators_then_organisation()
    done = report[0].join()
    assert isinstance(done, Report), done
    assert (told(done), done.changed) == ([], 1)


def test_one_import_at_a_time_writes(by: User) -> None:
    content = b"name\nPark of the Cape\n"
    first, (second,) = OrganisationImport(by), (OrganisationImport(by),)
    with meanwhile((OrganisationImport, "begin"), lambda: bring_in(second, content)) as others:
        report = bring_in(first, content)
    assert (report.added, others[0].result.added, others[0].result.same) == (1, 0, 1)


def test_an_organisation_that_is_merged_meanwhile_is_not_written(by: User) -> None:
    for is_locked in (True, False):
        kept, merged = (make.make_organisation(f"{name} {is_locked}") for name in ("Plan Bleu", "Blue Plan"))
        seen = preview_merge(kept=kept, merged=merged, by=by).digest
        content = f"name,short_name\n{merged.name},BP\n".encode()

        def merge(kept: Organisation = kept, merged: Organisation = merged, seen: str = seen) -> object:
            return merge_entries(kept=kept, merged=merged, by=by, seen=seen)

        if is_locked:
            report = first_then_import(OrganisationImport(by), content, merge)
            assert "This organisation was merged into “Plan Bleu True”. Write that." in told(report)[0]
        else:
            with without_locks():
                report = first_then_import(OrganisationImport(by), content, merge)
            assert report.is_done, "the control writes into the merged entry"
        assert Organisation.objects.get(pk=merged.pk).merged_into == kept


def test_a_new_employer_that_is_merged_meanwhile_is_not_taken(by: User, anna: Member) -> None:
    kept, merged = make.make_organisation("Plan Bleu"), make.make_organisation("Blue Plan")
    seen = preview_merge(kept=kept, merged=merged, by=by).digest
    content = f"key,name,organisation\n{anna.key},{anna.name},Blue Plan\n".encode()

    def merge() -> object:
        return merge_entries(kept=kept, merged=merged, by=by, seen=seen)

    report, done = import_then_other(MemberImport(by), content, merge)
    assert report.is_done
    assert not isinstance(done, Exception) or isinstance(done, Refusal), done
    [work] = anna.affiliations.all()
    assert work.organisation == (merged if isinstance(done, Refusal) else kept), "the merge sees what was entered"


def pressed_twice(site: Client) -> tuple[int, int]:
    """Look at a file with a person who is new, though somebody of that name is there, and press *Import* twice at once.

    Both presses have seen the kept file before either goes on. Returns how many of the name there are then, and how
    many presses were told that the file is gone.
    """
    page = Page(site)
    page.upload(csv_of(("name", "about"), ("Maria Rossi", "Reeds")))
    page.answer(**{"2_key": "new"})
    assert "1 would be added" in page.text

    def press() -> str:
        again = Client()
        again.cookies = site.cookies
        address = reverse("admin:community_member_import", args=["members"])
        return again.post(address, {"confirm": "x"}, follow=True).content.decode()

    with meeting((preview_file, "look")):
        answers = at_once(press, press)
    return Member.objects.filter(name="Maria Rossi").count(), sum("was imported already" in page for page in answers)


def test_a_file_whose_import_is_pressed_twice_at_once_is_imported_once(client: Client, by: User) -> None:
    make.make_member("Maria Rossi", account=False)
    client.force_login(by)
    assert pressed_twice(client) == (2, 1)


def test_control_without_the_lock_on_the_account_both_presses_import(client: Client, by: User) -> None:
    make.make_member("Maria Rossi", account=False)
    client.force_login(by)
    with without_rows_locked(User):
        assert pressed_twice(client) == (3, 0)
