"""No dead end for administrators: the first one, the only one, and who would close their own account."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.test import Client
from django.utils import timezone

from community.models import Event, Member, User
from tests import factories as make
from tests.community.admin_pages import list_of, posted
from tests.community.signing_in import PASSWORD, ask_again, set_up_app, signed_in
from tests.community.test_account_changes import mails

pytestmark = [pytest.mark.django_db]

HANDBOOK = Path(settings.BASE_DIR, "docs", "operations.md")
#: What stands before a command in the handbook, with settings that are others for once.
COMMAND = r"(?:manage\.py|registry-manage(?: [A-Z_]+=\S+)*) "


# -- Closing accounts --------------------------------------------------------------------------------------------------


def test_who_closes_accounts_keeps_their_own_and_is_told() -> None:
    by, member = make.make_admin(name="Admin Person"), make.make_member("Anna Perić")
    make.make_admin(name="Another One")
    client = signed_in(by)
    ask_again(client)
    chosen = {"action": "deactivate", "_selected_action": [by.pk, member.user.pk]}
    asked = client.post(list_of(User), chosen)["location"]
    answer = client.post(asked, follow=True)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Nobody closes their own account" in text
    assert "1 account changed" in text
    assert set(User.objects.filter(is_active=False)) == {member.user}


def test_an_administrators_account_is_closed_after_the_own_password_alone() -> None:
    by, other = make.make_admin(name="Admin Person"), make.make_admin(name="Another One")
    client = signed_in(by)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        page = client.post(list_of(User), {"action": "deactivate", "_selected_action": [other.pk]})["location"]
        for method in (client.get, client.post):
            assert method(page)["location"].startswith("/accounts/reauthenticate/")
        assert User.objects.get(pk=other.pk).is_active
        ask_again(client)
        assert other.email in client.get(page).content.decode()
        assert User.objects.get(pk=other.pk).is_active
        assert "1 account changed" in client.post(page, follow=True).content.decode()
    assert not User.objects.get(pk=other.pk).is_active


def test_who_is_no_administrator_is_closed_in_the_list() -> None:
    client, member = signed_in(make.make_admin()), make.make_member("Anna Perić")
    chosen = {"action": "deactivate", "_selected_action": [member.user.pk]}
    assert "1 account changed" in client.post(list_of(User), chosen, follow=True).content.decode()


# -- The first and the only administrator ------------------------------------------------------------------------------


def test_every_command_of_the_handbook_is_there() -> None:
    named = set(re.findall(rf"{COMMAND}([a-z_]+)", HANDBOOK.read_text()))
    assert {"createsuperuser", "reset_factors"} <= named
    of_the_worker = {"db_worker", "prune_db_task_results"}  # of an app that is there with TASKS=database alone
    assert named - of_the_worker <= set(get_commands())


def test_the_first_administrator_is_made_as_the_handbook_says(monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = re.findall(rf"{COMMAND}(createsuperuser .*)", HANDBOOK.read_text())
    name, option, address = line.split()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long way to the first cluster")
    call_command(name, f"{option}={address}", interactive=False, verbosity=0)
    client = Client()
    typed = {"login": address, "password": "a long way to the first cluster"}
    assert client.post("/accounts/login/", typed).status_code == 302
    add = "/admin/community/member/add/"
    assert client.get("/admin/").status_code == 200
    assert posted(client, add, name="First Person", address=address).status_code == 302
    assert Member.objects.get().user == User.objects.get(email=address)


def test_the_only_administrators_factors_are_reset_on_the_machine(capsys: pytest.CaptureFixture[str]) -> None:
    root = User.objects.create_superuser("root@registry.example", PASSWORD)
    set_up_app(root)
    client = signed_in(root)
    call_command("reset_factors", "ROOT@registry.example", reason="She called me.")
    assert "told by mail" in capsys.readouterr().out
    assert not Authenticator.objects.filter(user=root).exists()
    assert client.get("/accounts/sessions/").status_code == 302, "every sign-in has ended"
    event = Event.objects.get(verb="reset_factors")
    assert (event.by, event.subject_id, event.detail.body) == (None, root.pk, {"reason": "She called me."})
    assert [sent.to for sent in mails()] == [["root@registry.example"]]
    for login, reason in (("nobody@registry.example", "x"), ("root@registry.example", "x")):
        with pytest.raises(CommandError):
            call_command("reset_factors", login, reason=reason)
    with pytest.raises(CommandError):
        call_command("reset_factors", "root@registry.example")


def test_the_page_for_who_is_locked_out_knows_the_only_administrator(client: Client) -> None:
    assert "whoever runs the machine does it" in client.get("/locked-out/").content.decode()
