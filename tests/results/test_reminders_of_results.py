"""Reminders of what is no part of a cluster: statements and exchanges, where they end and what stands in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clusters.actions.reminders import plan_reminders, send_reminders
from clusters.models import Cluster
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.choices import ExchangeStatus, MessageState
from community.exchange_contributed import exchange_items
from community.models import Appointment, ExchangeWish, Message, PeerExchange
from results.choices import StatementState
from results.models import PolicyStatement
from tests import factories as make
from tests.cast import Cast
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def discussed(cast: Cast, **facts: Any) -> PolicyStatement:
    values = {"state": StatementState.DISCUSSED, "state_since": NOW, "reference": "M4N-PS-1", **facts}
    row = PolicyStatement.objects.create(working_group=cast.group, title="Reeds <first>", **values)
    row.writers.add(cast.member("coordinator"))
    return row


def wished(cast: Cast) -> PeerExchange:
    row = make.make_exchange("Buoys", by=cast.member("lead"))
    ExchangeWish.objects.create(exchange=row, member=cast.member("participant"), said_at=NOW)
    return row


def told(days: int, rule: str) -> set[tuple[str, int | None]]:
    found = plan_reminders(TODAY + timedelta(days=days)).sends
    return {(one.audience, one.person.user_id) for one in found if one.silence.rule == rule}


def test_nobody_is_reminded_to_adopt_what_they_wrote_nor_while_comments_are_asked_for(cast: Cast) -> None:
    row = discussed(cast, comments_until=TODAY + timedelta(days=20))
    assert told(26, "statement") == set()
    asked = told(27, "statement")
    assert cast.user("coordinator").pk not in {pk for _audience, pk in asked}
    assert asked
    assert told(16, "statement_comments") == set()
    assert {audience for audience, _pk in told(17, "statement_comments")} == {"coordinators"}
    assert told(20, "statement_comments") >= {("coordinators", pk) for _audience, pk in asked}, "made up for"
    assert ("writers", cast.user("coordinator").pk) in told(21, "statement_comments")
    row.state = StatementState.ADOPTED
    row.adopted_version = 1
    row.save()
    assert told(27, "statement") == told(21, "statement_comments") == set()


def test_stand_ins_are_asked_only_where_nobody_else_is_there(cast: Cast) -> None:
    row = discussed(cast)
    stand_in = cast.user("other_coordinator").pk
    assert stand_in not in {pk for _audience, pk in told(14, "statement")}
    row.writers.set(
        Appointment.objects.exclude(member=cast.member("other_coordinator")).values_list("member", flat=True)
    )
    assert {pk for _audience, pk in told(7, "statement")} == {stand_in}


def test_an_exchange_is_recorded_by_either_side_once_its_days_are_over(cast: Cast) -> None:
    sides = {"asked_by": cast.member("participant"), "status": ExchangeStatus.AGREED, "state_since": NOW}
    row = make.make_exchange("Buoys", by=cast.member("lead"), **sides)
    assert told(40, "exchange_done") == set()
    PeerExchange.objects.filter(pk=row.pk).update(starts_on=TODAY)
    assert told(0, "exchange_done") == set()
    both = {("side", cast.user("lead").pk), ("side", cast.user("participant").pk)}
    assert told(1, "exchange_done") == both
    PeerExchange.objects.filter(pk=row.pk).update(status=ExchangeStatus.DONE)
    assert told(1, "exchange_done") == set()


@pytest.mark.parametrize(("kind", "days"), [("call", 30), ("visit", 30), ("mentorship", 90)])
def test_an_exchange_without_days_is_asked_about_so_long_after_its_agreement(cast: Cast, kind: str, days: int) -> None:
    sides = {"asked_by": cast.member("participant"), "status": ExchangeStatus.AGREED, "state_since": NOW}
    make.make_exchange("Buoys", by=cast.member("lead"), kind=kind, **sides)
    both = {("side", cast.user("lead").pk), ("side", cast.user("participant").pk)}
    assert told(days, "exchange_undated") == set()
    assert told(days + 1, "exchange_undated") == told(days + 7, "exchange_undated") == both
    for role in ("lead", "participant"):
        waits = [
            [item.url for item in exchange_items(cast.user(role), TODAY + timedelta(days=days + more))]
            for more in (0, 1)
        ]
        assert waits == [[], [f"/exchanges/{PeerExchange.objects.get().pk}/finish/"]]


def test_an_exchange_that_was_called_off_waits_anew_from_that_day(cast: Cast) -> None:
    row = wished(cast)
    PeerExchange.objects.filter(pk=row.pk).update(state_since=NOW + timedelta(days=5))
    assert told(3, "exchange_wish") == told(7, "exchange_wish") == set()
    assert told(8, "exchange_wish") == {("side", cast.user("lead").pk)}


def test_the_page_shows_statements_to_their_group_and_exchanges_without_a_name_to_the_mission(cast: Cast) -> None:
    discussed(cast)
    wished(cast)
    url = f"/reminders/?on={TODAY + timedelta(days=7)}"
    pages = {}
    for role in ("coordinator", "other_coordinator", "mission_coordinator", "admin"):
        client = Client()
        client.force_login(cast.user(role))
        pages[role] = client.get(url).content.decode()
    seen = {role: ("Reeds &lt;first&gt;" in page, "Buoys" in page) for role, page in pages.items()}
    assert seen == {
        "coordinator": (True, False),
        "other_coordinator": (False, False),
        "mission_coordinator": (True, True),
        "admin": (True, True),
    }
    line = pages["mission_coordinator"].split("Buoys")[1].split("</tr>")[0]
    assert "who offers it" in line
    assert "Lead Person" not in line


def test_the_mail_says_what_is_wanted_and_leads_to_the_page(cast: Cast, mailoutbox: list[Any]) -> None:
    row, statement = wished(cast), discussed(cast)
    send_reminders(on=TODAY + timedelta(days=7))
    send_outbox(at=NOW + timedelta(days=7))
    mails = {mail.subject: mail for mail in mailoutbox}
    answer = mails["Please answer who would like to: “Buoys”"]
    assert "Since 12 May 2026 somebody waits for your answer." in answer.body
    assert f"/exchanges/{row.pk}/" in answer.body
    adopt = mails["Please adopt “Reeds <first>”, or say what is missing"]
    assert f"/policy/{statement.pk}/" in adopt.body
    assert "Reeds &lt;first&gt;" in adopt.alternatives[0][0]


def test_a_reminder_that_has_not_left_asks_nobody_once_it_is_answered(cast: Cast) -> None:
    row = wished(cast)
    send_reminders(on=TODAY + timedelta(days=3))
    mail = Message.objects.get(template="clusters/reminder_of")
    transition(row, "withdraw_exchange", by=cast.user("lead"), seen=str(row.version))
    mail.refresh_from_db()
    assert mail.state == MessageState.SUPERSEDED


def test_as_many_queries_for_many_as_for_one(cast: Cast, django_assert_max_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    discussed(cast)
    wished(cast)
    with CaptureQueriesContext(connection) as few:
        plan_reminders(TODAY)
    for number in range(4):
        discussed(cast, reference=f"M4N-PS-{number + 2}")
        wished(cast)
    with CaptureQueriesContext(connection) as many:
        plan_reminders(TODAY)
    assert len(few) == len(many)
    assert not Cluster.objects.exists()
