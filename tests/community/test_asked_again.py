"""What an administrator is asked for again before it is done, with nothing lost; and who is told of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from community.actions.account import set_superuser
from community.actions.invitation import change_address
from community.actions.merging import preview_merge
from community.actions.outbox import send_outbox
from community.models import Event, Member, User
from community.permissions import Refusal
from tests import factories as make
from tests.community.admin_pages import posted, typed_on
from tests.community.signing_in import PASSWORD, ask_again, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def sofia() -> User:
    return make.make_member("Sofia Renner", account={"email": "sofia@cop.example"}).user


@pytest.fixture
def by() -> User:
    return make.make_admin(name="Admin Person")


def mails() -> list[Any]:
    """Send what waits; return these mails alone."""
    mail.outbox = []
    send_outbox(at=timezone.now())
    return mail.outbox


def test_an_address_is_changed_after_the_own_password_alone_and_nothing_typed_is_lost(sofia: User, by: User) -> None:
    client, page = signed_in(by), f"/admin/community/user/{sofia.pk}/change/?_changelist_filters=q%3Dsofia"
    typed = typed_on(client, page) | {"email": "new@cop.example", "language": "en"}
    refused = client.post(page, typed)
    text = refused.content.decode()
    assert (refused.status_code, "show first that it is you" in text, 'value="new@cop.example"' in text) == (200, 1, 1)
    assert 'value="en" selected' in text
    assert User.objects.get(pk=sofia.pk).email == "sofia@cop.example"
    assert posted(client, page, language="").status_code == 302, "a language is no secret"
    [tab] = re.findall(r'href="([^"]+)" target="_blank" rel="noopener"', text)
    asked = client.get(tab)["location"]
    assert asked.startswith("/accounts/reauthenticate/?next=")
    back = client.post(asked, {"password": PASSWORD, "next": tab}, follow=True)
    assert "Close this tab" in back.content.decode()
    assert client.post(page, typed).status_code == 302
    assert User.objects.get(pk=sofia.pk).email == "new@cop.example"
    assert ["sofia@cop.example"] in [sent.to for sent in mails()]


def test_an_administrator_is_made_and_ended_after_the_own_password_and_the_others_are_told(
    sofia: User, by: User
) -> None:
    other, client = make.make_admin(name="Third Person"), signed_in(by)
    for hours, verb, is_staff in ((1, "make", True), (2, "end", False)):
        chosen = {"action": f"{verb}_administrator", "_selected_action": [sofia.pk]}
        page = client.post("/admin/community/user/", chosen)["location"]
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            for method in (client.get, client.post):
                assert method(page)["location"].startswith("/accounts/reauthenticate/")
            assert User.objects.get(pk=sofia.pk).is_staff is not is_staff
            ask_again(client)
            assert sofia.email in client.get(page).content.decode()
            assert User.objects.get(pk=sofia.pk).is_staff is not is_staff
            assert "1 account changed" in client.post(page, follow=True).content.decode()
            told = mails()
        assert User.objects.get(pk=sofia.pk).is_staff is is_staff
        assert {sent.to[0] for sent in told} == {sofia.email, other.email}
        assert f"{by} {'made' if is_staff else 'ended that'} {sofia}" in told[0].body
    assert client.get("/admin/community/user/make-administrators/?pk=x&pk=" + "9" * 40).status_code == 302


def test_a_superuser_is_made_by_a_superuser_who_was_asked_and_told_to_all(sofia: User, by: User) -> None:
    root = make.make_user(is_superuser=True, is_staff=True)
    client, page = signed_in(root), f"/admin/community/user/{sofia.pk}/change/"
    typed = typed_on(client, page) | {"is_superuser": "on"}
    assert "show first that it is you" in client.post(page, typed).content.decode()
    assert not User.objects.get(pk=sofia.pk).is_superuser
    ask_again(client)
    assert client.post(page, typed).status_code == 302
    assert User.objects.get(pk=sofia.pk).is_superuser
    assert Event.objects.get(verb="make_superuser").by == root
    assert {sent.to[0] for sent in mails()} == {sofia.email, by.email}
    with pytest.raises(Refusal, match="Only a superuser"):
        set_superuser(user=by, is_superuser=True, by=by)
    newcomer = {"email": "other@cop.example", "is_superuser": "on"}
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert "show first that it is you" in client.post("/admin/community/user/add/", newcomer).content.decode()


def test_a_closed_administrators_account_is_opened_after_the_own_password(sofia: User, by: User) -> None:
    User.objects.filter(pk=sofia.pk).update(is_staff=True, is_active=False)
    client, chosen = signed_in(by), {"action": "reactivate", "_selected_action": [sofia.pk]}
    page = client.post("/admin/community/user/", chosen)["location"]
    assert client.post(page)["location"].startswith("/accounts/reauthenticate/")
    assert not User.objects.get(pk=sofia.pk).is_active
    ask_again(client)
    assert client.post(page).status_code == 302
    assert User.objects.get(pk=sofia.pk).is_active
    assert [sent.to for sent in mails()] == [[sofia.email]]


@pytest.mark.parametrize("is_moved", [False, True], ids=["closes", "moves"])
def test_an_administrators_account_is_merged_and_taken_back_after_the_own_password(by: User, is_moved: bool) -> None:
    twin = make.make_member("Sofia Rener", account={"email": "twin@cop.example", "is_staff": True})
    kept = make.make_member("Sofia Renner", account=False if is_moved else None)
    client, row = signed_in(by), f"/admin/community/member/{twin.pk}"
    page = f"{row}/merge/?into={kept.pk}"
    assert client.get(f"{row}/merge/").status_code == 200, "nothing is chosen yet"
    sent = {"into": kept.pk, "seen": preview_merge(kept=kept, merged=twin, by=by).digest}
    for address, data, is_merged in ((page, sent, True), (f"{row}/unmerge/", {}, False)):
        with time_machine.travel(timezone.now() + timedelta(hours=1 if is_merged else 2)):
            for asked in (client.get(address), client.post(address, data)):
                assert asked["location"].startswith("/accounts/reauthenticate/?next=")
            assert (Member.objects.get(pk=twin.pk).merged_into is None) is is_merged
            ask_again(client)
            assert "administrator’s account" in client.get(address).content.decode()
            assert client.post(address, data).status_code == 302
        assert (Member.objects.get(pk=twin.pk).merged_into == kept) is is_merged
    account = User.objects.get(email="twin@cop.example")
    assert (account.member, account.is_active) == (twin, True)


def test_a_merge_that_touches_no_administrator_asks_nothing(by: User) -> None:
    twin = make.make_member("Sofia Rener", account={"is_staff": True, "is_active": False})
    other = make.make_member("Sofia Rener")
    kept = make.make_member("Sofia Renner")
    for row in (twin, other):
        assert signed_in(by).get(f"/admin/community/member/{row.pk}/merge/?into={kept.pk}").status_code == 200


def test_who_would_coordinate_by_merging_into_their_own_entry_is_asked_again(by: User) -> None:
    kept, twin = Member.objects.get(user=by), make.make_member("A. Person", account=False)
    client, page = signed_in(by), f"/admin/community/member/{twin.pk}/merge/?into={kept.pk}"
    sent = {"into": kept.pk, "seen": preview_merge(kept=kept, merged=twin, by=by).digest}
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert client.get(page).status_code == 200, "nothing is gained yet"
        make.make_appointment(twin, make.make_working_group("WG1", "Connectivity"))
        sent["seen"] = preview_merge(kept=kept, merged=twin, by=by).digest
        for asked in (client.get(page), client.post(page, sent)):
            assert asked["location"].startswith("/accounts/reauthenticate/?next=")
        assert not kept.appointments.exists()
        ask_again(client)
        assert client.get(page).status_code == 200
        assert client.post(page, sent).status_code == 302
    assert kept.appointments.count() == 1


def test_a_closed_accounts_old_address_is_told_too(sofia: User, by: User) -> None:
    User.objects.filter(pk=sofia.pk).update(is_active=False)
    change_address(user=sofia, address="new@cop.example", by=by)
    assert [sent.to for sent in mails()] == [["sofia@cop.example"]]
