"""An external partner takes part without making an account: from the lead's paste to a comment, and back by a code.

The lead pastes five addresses. The external opens the mail's link among the mails of the demonstration, presses,
writes in the room, signs out, and signs in again by the code of another mail. axe reads every page of the way.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from clusters.choices import InvitationStatus, State
from clusters.models import Cluster
from community.actions.outbox import send_outbox
from community.choices import ConsentPurpose
from community.models import Comment, DemoMarker, User
from tests import factories as make
from tests.browser.person import OpenPage, Person
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS = "ana@port.example"


@pytest.fixture
def cast(settings: Any, tmp_path: Path) -> Cast:
    """The cast of a demonstration, whose mails are files to be read."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    cache.clear()
    DemoMarker.objects.create()
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    """A running cluster with a member of the directory to ask."""
    make.make_member(
        "Lucía Ferrer",
        account={"email": "lucia@cop.example"},
        organisation=cast.organisation,
        consents=(ConsentPurpose.DIRECTORY,),
    )
    return make_cluster(cast, State.RUNNING, ends_on=timezone.localdate() + timedelta(days=200))


class Guest(Person):
    """Somebody with a browser of their own and no account."""

    def __init__(self, open_page: OpenPage, **screen: object) -> None:
        """Open the browser."""
        self.page = open_page(**screen)


def open_mail(reader: Guest, subject: str) -> str:
    """Send what waits, open the newest mail with that subject in the demonstration's mailbox, return its text."""
    send_outbox(at=timezone.now())
    reader.go("/outbox/")
    reader.press(subject)
    return reader.page.get_by_role("main").inner_text()


@pytest.mark.slow  # every day by requests: tests/clusters/test_invited_people.py
def test_an_external_takes_part_by_a_link_and_comes_back_by_a_code(
    cast: Cast, cluster: Cluster, open_page: OpenPage
) -> None:
    lead = Person(open_page, cast.user("lead").email)
    lead.go(f"/clusters/{cluster.name}/people/")
    lead.press("Invite by address")
    paste = f"Ana Kovač <{ADDRESS}>, lucia@cop.example; ANA@Port.example\nana.port.example {cast.user('lead').email}"
    lead.page.get_by_label("E-mail addresses").fill(paste)
    lead.page.get_by_label("What for").fill("Knows the tide gauges")
    lead.page.get_by_label("A word to them").fill("We met in Kotor.")
    lead.press("Look at what will be sent")
    lead.press("Send 2 invitations")
    answers = lead.page.locator("tbody tr").all_inner_texts()
    told = ["Sent.", "Lucía Ferrer", "Stands further up", "There is no @", "your own address"]
    assert [words in answer for words, answer in zip(told, answers, strict=True)] == [True] * 5
    assert list(cluster.invitations.values_list("address", flat=True)) == [ADDRESS]
    lead.press("All requests and invitations")

    guest = Guest(open_page, width=360)
    text = open_mail(guest, "Will you take part")
    for words in ("Lead Person", "Knows the tide gauges", "We met in Kotor."):
        assert words in text
    link = re.search(r"/join/[\w-]+/", text.replace("\n", ""))
    assert link is not None
    guest.go(link[0])
    guest.page.get_by_label("Your name").fill("Ana Kovač")
    guest.page.get_by_label("Your organisation").fill("Port of the Bay")
    guest.press("Take part in this cluster")
    expect(guest.page).to_have_url(f"/clusters/{cluster.name}/people/")
    expect(guest.page.get_by_role("main")).to_contain_text("Lead Person invited you: Knows the tide gauges.")

    guest.go(f"/clusters/{cluster.name}/room/threads/add/")
    guest.page.get_by_label("What it is about").fill("Our gauges")
    guest.page.get_by_label("Comment").fill("Three of them stand in the bay.")
    guest.press("Begin the discussion")
    comment = Comment.objects.get()
    assert (comment.text, comment.by.email) == ("Three of them stand in the bay.", ADDRESS)

    guest.go("/accounts/logout/")
    guest.press("Sign out")
    guest.go("/accounts/login/")
    guest.press("Code by e-mail")
    guest.page.get_by_label("E-mail").fill("Ana@PORT.example")
    guest.press("Send the code")
    code = re.search(r"Your code is ([\w-]+)\.", open_mail(Guest(open_page), "Your code to sign in"))
    assert code is not None
    guest.page.get_by_label("Code").fill(code[1])
    guest.press("Go on")
    guest.go(f"/clusters/{cluster.name}/room/")
    expect(guest.page.get_by_role("main")).to_contain_text("Our gauges")

    user = User.objects.get(email=ADDRESS)
    assert (user.has_usable_password(), user.member.standing) == (False, "external")
    lead.go(f"/clusters/{cluster.name}/people/invitations/")
    expect(lead.page.get_by_role("main")).to_contain_text("Ana Kovač")
    assert cluster.invitations.get().status == InvitationStatus.ACCEPTED
