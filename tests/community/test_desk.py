"""The desk: what waits, oldest first, late things apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from community import contributions
from community.contributions import DeskItem
from community.desk import COUNTED_SECONDS, waiting_for
from community.models import Job, User
from tests import factories as make
from tests.factories import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def item(title: str, **fields: object) -> DeskItem:
    """Return a thing that waits."""
    return DeskItem(verb="Do it", title=title, why="because", url="/about/", **fields)  # type: ignore[arg-type]


@pytest.fixture
def items(monkeypatch: pytest.MonkeyPatch) -> list[DeskItem]:
    """The things that wait for everybody."""
    found: list[DeskItem] = []

    def provider(user: User, on: object) -> Iterator[DeskItem]:
        yield from found

    monkeypatch.setattr(contributions.desk_items, "_entries", {"tests": provider})
    return found


def test_things_are_grouped_by_when_they_are_due_and_sorted_by_age(items: list[DeskItem]) -> None:
    early, late = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)
    items += [
        item("next month", due=TODAY + timedelta(days=8)),
        item("newer", since=late),
        item("this week", due=TODAY + timedelta(days=7)),
        item("older", since=early),
        item("yesterday", due=TODAY - timedelta(days=1)),
        item("said to be late", late=True),
    ]
    waiting = waiting_for(make.make_user(), TODAY)
    assert [one.title for one in waiting.overdue] == ["yesterday", "said to be late"]
    assert [one.title for one in waiting.soon] == ["older", "newer", "this week"]
    assert [one.title for one in waiting.later] == ["next month"]
    assert waiting.count == 6


def test_the_page_shows_each_with_its_button(items: list[DeskItem], client: Client) -> None:
    items.append(item("Answer <b>Marko</b>", method="post"))
    client.force_login(make.make_member().user)
    text = client.get("/desk/").text
    assert "Answer &lt;b&gt;Marko&lt;/b&gt;" in text
    assert '<form method="post" action="/about/">' in text
    assert "1 thing waits for you." in text


def test_administrators_are_asked_to_look_at_what_went_wrong() -> None:
    Job.objects.create(task="a", key="a", state="failed")
    make.make_organisation(is_verified=False)
    member, admin = make.make_member().user, make.make_admin()
    titles = [str(one.title) for one in contributions.desk_items.get("community.administrators")(admin, TODAY)]
    assert list(contributions.desk_items.get("community.administrators")(member, TODAY)) == []
    assert all(title in {"Confirm 1 organisation", "1 job failed"} for title in titles)


def number(client: Client) -> str:
    """Return the number beside "Waits for me" on a page that is not the desk; "" for none."""
    found = re.search(
        r'href="/desk/"[^>]*>Waits for me(?: <span class="count hot">(\d+)</span>)?</a>', client.get("/about/").text
    )
    assert found is not None
    return found[1] or ""


def test_every_page_of_a_signed_in_person_says_how_many_things_wait(items: list[DeskItem], client: Client) -> None:
    items += [item("one"), item("two")]
    make.make_user("ana@example.org", password="correct horse battery")
    client.post("/accounts/login/", {"login": "ana@example.org", "password": "correct horse battery"})
    with time_machine.travel(datetime(2026, 5, 12, 9, tzinfo=UTC), tick=False) as clock:
        assert number(client) == "2"
        items.append(item("three"))
        assert number(client) == "2"  # kept, no query
        clock.shift(COUNTED_SECONDS - 1)
        assert number(client) == "2"
        clock.shift(1)
        assert number(client) == "3"
        items.clear()
        client.post("/about/")
        assert number(client) == ""  # a press lets the next page count


def test_the_desk_and_the_menu_say_the_same_number(items: list[DeskItem], client: Client) -> None:
    items += [item("one")]
    client.force_login(make.make_member().user)
    assert number(client) == ""  # nobody has counted yet
    client.get("/desk/")
    assert number(client) == "1"
    client.logout()
    assert "count hot" not in client.get("/about/").text
