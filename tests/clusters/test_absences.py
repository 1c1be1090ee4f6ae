"""Absences of coordinators: who is told, once; where a coordinator is found, and from when on they coordinate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client

from clusters.choices import State
from community.actions.absence import note_absence
from community.actions.outbox import send_outbox
from community.choices import ConsentPurpose
from community.inbox import lines_of
from community.models import Appointment, Event, Message, User
from community.notifications import path_of
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.making_panels import client_of
from tests.community.admin_pages import page_of, posted
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]

UNTIL = TODAY + timedelta(days=9)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def of(cast: Cast, role: str) -> Appointment:
    return cast.member(role).appointments.get()


def told() -> set[tuple[str, User | None]]:
    """Return as what who was told of an absence."""
    return {(row.params["audience"], row.to) for row in Message.objects.filter(template__endswith="/absence")}


def away(cast: Cast, role: str, until: date | None = UNTIL) -> None:
    note_absence(appointment=of(cast, role), until=until, by=cast.user("admin"))


def test_who_coordinates_beside_them_is_told_and_no_stand_in_while_somebody_is_there(cast: Cast) -> None:
    make_cluster(cast, State.SUBMITTED)
    away(cast, "coordinator")
    users = cast.user
    assert told() == {("self", users("coordinator")), ("beside", users("coordinator_proposer"))}


def test_stand_ins_and_whose_proposal_waits_are_told_once_where_nobody_of_the_group_is_there(cast: Cast) -> None:
    waiting, decided = make_cluster(cast, State.SUBMITTED), make_cluster(cast, State.APPROVED)
    elsewhere = make_cluster(cast, State.SUBMITTED, working_group=cast.other_group)
    away(cast, "coordinator_proposer", UNTIL + timedelta(days=5))
    Message.objects.all().delete()
    away(cast, "coordinator")
    users = cast.user
    everybody = {
        ("self", users("coordinator")),
        ("beside", users("coordinator_proposer")),
        ("stand_in", users("other_coordinator")),
        ("stand_in", users("stand_in")),
        ("stand_in", users("mission_coordinator")),
        ("proposer", users("proposer")),
        ("lead", users("lead")),
    }
    assert told() == everybody
    subjects = Message.objects.filter(template="clusters/absence").values_list("subject_id", flat=True)
    assert set(subjects) == {waiting.pk} - {decided.pk, elsewhere.pk}
    count = Message.objects.count()
    away(cast, "coordinator")
    assert (Message.objects.count(), Event.objects.filter(verb="note_absence").count()) == (count, 2)
    away(cast, "coordinator", None)
    away(cast, "coordinator")
    assert Message.objects.filter(template="clusters/absence").count() == 2  # for the same day said once


def test_the_words_name_nobody_to_who_does_not_coordinate_with_them_and_stand_in_the_list(cast: Cast) -> None:
    make_cluster(cast, State.SUBMITTED)
    away(cast, "coordinator_proposer", UNTIL + timedelta(days=5))
    send_outbox(at=NOW)
    mail.outbox.clear()
    away(cast, "coordinator")
    send_outbox(at=NOW)
    sent = {one.to[0]: (one.subject, str(one.body)) for one in mail.outbox}
    day = "21 May 2026"
    assert day in sent[cast.user("stand_in").email][1]
    assert day in sent[cast.user("proposer").email][1]
    name = cast.member("coordinator").name
    assert name not in sent[cast.user("proposer").email][1] + sent[cast.user("stand_in").email][1]
    assert name in sent[cast.user("coordinator_proposer").email][1]
    (message,) = Message.objects.filter(template="community/absence", to=cast.user("stand_in"))
    assert [line.path for line in lines_of([message], cast.user("stand_in"))] == [f"/working-groups/{cast.group.code}/"]
    assert path_of(of(cast, "coordinator"), message) == f"/working-groups/{cast.group.code}/"


def test_the_return_is_told_to_those_who_decided_meanwhile_and_to_no_proposer(cast: Cast) -> None:
    make_cluster(cast, State.SUBMITTED)
    away(cast, "coordinator_proposer")
    away(cast, "coordinator")
    Message.objects.all().delete()
    away(cast, "coordinator", None)
    assert {audience for audience, _to in told()} == {"self", "beside", "stand_in"}
    Message.objects.all().delete()
    away(cast, "coordinator_proposer", None)
    assert {audience for audience, _to in told()} == {"self", "beside"}


def test_an_absence_is_noted_by_the_form_and_not_for_a_day_that_has_gone(cast: Cast) -> None:
    row = of(cast, "coordinator")
    client, page = client_of(cast.user("admin")), page_of(row)
    text = posted(client, page, until_on="", absent_until=str(TODAY - timedelta(days=1))).content.decode()
    assert "The last day of an absence is today at the earliest" in text
    assert (of(cast, "coordinator").absent_until, told()) == (None, set())
    assert posted(client, page, until_on="", absent_until=str(UNTIL)).status_code == 302
    assert of(cast, "coordinator").absent_until == UNTIL
    assert [event.verb for event in Event.objects.about(row)][:1] == ["note_absence"]
    assert ("self", cast.user("coordinator")) in told()
    with pytest.raises(Refusal, match="administrator"):
        note_absence(appointment=row, until=None, by=cast.user("coordinator"))


def test_the_page_of_a_group_leads_to_those_coordinators_whom_the_reader_may_know(cast: Cast) -> None:
    hidden, shown = cast.member("coordinator"), cast.member("coordinator_proposer")
    make.make_consent(shown, ConsentPurpose.DIRECTORY)
    page = f"/working-groups/{cast.group.code}/"

    def leads(user: User | None) -> list[bool]:
        text = client_of(user).get(page).content.decode()
        found = [f'href="/members/{one.key}/"' in text for one in (shown, hidden)]
        return [*found, *(f"/members/{one.key}/contact/" in text for one in (shown, hidden))]

    assert leads(cast.user("member")) == [True, False, True, False]
    assert leads(None) == [False] * 4
    assert leads(cast.user("external")) == [False] * 4
    assert leads(shown.user) == [True, False, False, False]
    make.make_consent(shown, ConsentPurpose.PUBLIC)
    assert leads(None) == [True, False, False, False]
    assert Client().get(f"/members/{shown.key}/").status_code == 200


def test_who_coordinates_later_is_shown_with_the_day_from_which_on(cast: Cast) -> None:
    person = make.make_member("Later Person", consents=(ConsentPurpose.DIRECTORY,))
    make.make_appointment(person, cast.group, from_on=UNTIL)
    text = client_of(cast.user("admin")).get(f"/members/{person.key}/").content.decode()
    assert re.search(r"Coordinates from (<[^>]+>)?21 May 2026", text), text[text.find("Facts") :][:900]
    with time_machine.travel(NOW + timedelta(days=9), tick=False):
        text = client_of(cast.user("admin")).get(f"/members/{person.key}/").content.decode()
    assert "Coordinates from" not in text
