"""Erasure after a restore, where entries were merged or parted since the backup: who was meant goes, no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from community import ledger
from community.actions.erasure import erase_member
from community.actions.merging import merge_entries, preview_merge, unmerge_entries
from community.actions.outbox import send_outbox
from community.models import Member, Message, User
from tests import factories as make
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def _ledger(tmp_path: Path, settings: Any) -> None:
    settings.ERASURE_LEDGER = tmp_path / "erasures.ledger"


@pytest.fixture
def admin() -> User:
    return make.make_admin()


def merge(kept: Member, merged: Member, by: User) -> None:
    merge_entries(kept=kept, merged=merged, by=by, seen=preview_merge(kept=kept, merged=merged, by=by).digest)


def since_the_backup(do: Callable[[], Any]) -> None:
    """Do something that a restore takes back; the ledger lies apart and keeps it."""
    with transaction.atomic():
        do()
        transaction.set_rollback(True)


def names(*rows: Member) -> list[str]:
    return [Member.objects.get(pk=row.pk).name for row in rows]


def test_entries_that_were_merged_after_the_backup_are_all_erased_again(admin: User) -> None:
    kept, double = make.make_member("Zora Kept"), make.make_member("Zora Double")
    need = make.make_need("What Zora Double asks")

    def happened() -> None:
        merge(kept, double, admin)
        erase_member(member=Member.objects.get(pk=kept.pk), by=admin)

    since_the_backup(happened)
    assert names(kept, double) == ["Zora Kept", "Zora Double"]
    assert sorted(ledger.replay()) == sorted([kept.key, double.key])
    assert names(kept, double) == [f"Former member {kept.pk}"] * 2
    need.refresh_from_db()
    assert need.question == f"What Former member {kept.pk} asks"
    assert not User.objects.filter(pk__in=[kept.user_id, double.user_id], is_active=True).exists()
    assert ledger.replay() == []


@pytest.mark.parametrize("stays", ["the erased person", "the living person"])
def test_a_wrong_merge_that_was_taken_back_after_the_backup_erases_nobody_else(admin: User, stays: str) -> None:
    ada = make.make_member("Ada Erased", account={"email": "ada@canary.example"})
    bea = make.make_member("Bea Living", account={"email": "bea@canary.example"})
    kept, merged = (ada, bea) if stays == "the erased person" else (bea, ada)
    merge(kept, merged, admin)

    def happened() -> None:
        unmerge_entries(merged=Member.objects.get(pk=merged.pk), by=admin)
        erase_member(member=Member.objects.get(pk=ada.pk), by=admin)

    since_the_backup(happened)
    Message.objects.all().delete()
    sent = len(mail.outbox)
    assert ledger.replay() == [ada.key]
    assert names(ada, bea) == [f"Former member {ada.pk}", "Bea Living"]
    living = Member.objects.select_related("user").get(pk=bea.pk)
    assert living.user is not None
    assert (living.merged_into_id, living.erased_at) == (None, None)
    assert (living.user.is_active, living.user.email) == (True, "bea@canary.example")
    assert Member.objects.get(pk=ada.pk).merged_into_id is None
    assert not User.objects.filter(email="ada@canary.example").exists()
    send_outbox(at=NOW)
    assert len(mail.outbox) == sent, "nobody is mailed"


def test_what_a_wrong_merge_had_moved_is_the_living_persons_again(admin: User) -> None:
    ada, bea = make.make_member("Ada Erased", account=False), make.make_member("Bea Living")
    work = make.make_affiliation(bea, make.make_organisation(), function="keeper")
    merge(ada, bea, admin)
    assert Member.objects.get(pk=ada.pk).user_id == bea.user_id, "the control: her account moved"

    def happened() -> None:
        unmerge_entries(merged=Member.objects.get(pk=bea.pk), by=admin)
        erase_member(member=Member.objects.get(pk=ada.pk), by=admin)

    since_the_backup(happened)
    assert ledger.replay() == [ada.key]
    living = Member.objects.select_related("user").get(pk=bea.pk)
    assert living.user is not None
    assert (living.user.pk, living.user.is_active, living.user.erased_at) == (bea.user_id, True, None)
    work.refresh_from_db()
    assert (work.member_id, work.function, work.until_on) == (bea.pk, "keeper", None)


def test_a_ledger_from_before_with_one_key_a_person_still_works(admin: User, settings: Any) -> None:
    path: Path = settings.ERASURE_LEDGER
    person, twin = make.make_member("Zora Kept"), make.make_member("Zora Double")
    ada, bea = make.make_member("Ada Erased"), make.make_member("Bea Living")
    merge(person, twin, admin)
    merge(bea, ada, admin)
    path.write_text(f"{person.key} 2026-05-12T09:00:00+00:00\n{ada.key} 2026-05-12T09:00:00+00:00\n")
    assert sorted(ledger.replay()) == sorted([person.key, twin.key, ada.key])
    assert names(person, twin) == [f"Former member {person.pk}"] * 2, "what was merged in went with them then, too"
    assert names(ada, bea) == [f"Former member {ada.pk}", "Bea Living"], "they stood for themselves when they went"


def test_each_entry_of_a_person_has_its_line_and_says_whose_it_is(admin: User, settings: Any) -> None:
    path: Path = settings.ERASURE_LEDGER
    kept, double = make.make_member("Zora Kept"), make.make_member("Zora Double")
    merge(kept, double, admin)
    erase_member(member=Member.objects.get(pk=kept.pk), by=None, at=NOW)
    assert path.read_text().splitlines() == [
        f"{kept.key} 2026-05-12T09:00:00+00:00 {kept.key}",
        f"{double.key} 2026-05-12T09:00:00+00:00 {kept.key}",
    ]
    ledger.append([kept.key, double.key], NOW, of=kept.key)
    assert len(path.read_text().splitlines()) == 2
