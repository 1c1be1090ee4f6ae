"""The demonstration's mails, read in the browser; nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community import mailbox, notifications
from community.actions.outbox import send_outbox
from community.models import DemoMarker
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where mails are written, as in a demonstration."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


@pytest.fixture
def write(hello_mail: str, folder: Path) -> Callable[[str], None]:
    """Send one mail to a name."""

    def write(name: str) -> None:
        user = make.make_user()
        notifications.queue(hello_mail, to=user, subject=user, name=name)
        send_outbox(at=timezone.now())

    return write


def test_mails_are_listed_newest_first_with_their_signs_inert(client: Client, write: Callable[[str], None]) -> None:
    DemoMarker.objects.create()
    for name in ("Σοφία", "<script>Marko"):
        write(name)
    text = client.get(reverse("community:outbox")).text
    assert text.index("Hello &lt;script&gt;Marko") < text.index("Hello Σοφία")


def test_one_mail_is_read_as_text_and_as_a_mail_program_draws_it(
    client: Client, write: Callable[[str], None], folder: Path
) -> None:
    DemoMarker.objects.create()
    write("Σοφία")
    [mail] = mailbox.newest(folder)
    page = client.get(reverse("community:outbox_mail", args=[mail.ident]))
    assert "Good day, Σοφία &amp; co." in page.text
    drawn = client.get(reverse("community:outbox_html", args=[mail.ident]))
    assert "Good day, Σοφία" in drawn.text
    policy = drawn["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "img-src 'self'", "style-src 'unsafe-inline'"} <= set(policy)


def test_a_round_of_several_mails_is_one_file_and_several_mails(hello_mail: str, folder: Path) -> None:
    for name in "abc":
        user = make.make_user()
        notifications.queue(hello_mail, to=user, subject=user, name=name)
    assert send_outbox(at=timezone.now()).sent == 3
    assert [mail.subject for mail in mailbox.newest(folder)] == ["Hello c", "Hello b", "Hello a"]
    assert len(mailbox.newest(folder, limit=2)) == 2


@pytest.mark.parametrize("ident", ["../../etc/passwd", "none.0", "x", "a.9999", "%2e%2e.0"])
def test_an_id_never_leads_out_of_the_folder(client: Client, folder: Path, ident: str) -> None:
    DemoMarker.objects.create()
    assert mailbox.mail_of(folder, ident) is None
    assert client.get(f"/outbox/{ident}/").status_code == 404


def test_outside_of_a_demonstration_there_is_no_such_page(client: Client, folder: Path, settings: Any) -> None:
    assert client.get(reverse("community:outbox")).status_code == 404
    DemoMarker.objects.create()
    settings.EMAIL_FILE_PATH = None
    assert client.get(reverse("community:outbox")).status_code == 404


@pytest.mark.parametrize("date", ["Wed, 11 Nov 2026 22:30:00 -0000", "Thu, 12 Nov 2026 00:30:00 +0200"])
def test_a_mail_stands_at_the_time_of_the_site(folder: Path, settings: Any, date: str) -> None:
    settings.TIME_ZONE = "Europe/Athens"
    (folder / "20261111-1.log").write_text(f"To: eleni@park.example\nSubject: Hello\nDate: {date}\n\nGood day.\n")
    at = mailbox.newest(folder)[0].at
    assert at is not None
    assert at.strftime("%d %H:%M") == "12 00:30"
