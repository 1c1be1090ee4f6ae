"""The adopting organisation answers without an account: GET shows, POST acts, once, for sixty days."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from community.choices import LinkState
from community.links import find
from community.models import Event, File, Message, SignedLink
from community.permissions import Refusal
from results.actions.confirmation import settle_correction
from results.actions.uptake import change_step, update_uptake
from results.desk import items
from results.models import Uptake, UptakeConfirmation
from results.querysets.confirmation import PURPOSE
from results.tables.records import ANSWERS
from tests.cast import Cast
from tests.factories import NOW, TODAY, make_territory
from tests.results.making import ADDRESS, answered, asked, is_documented, newest_link
from tests.results.making_answers import form, let_work_for_adopter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


SOMEBODY_ELSE = ["This link is somebody else's"] * 2


def head_and_title(page: str) -> list[str]:
    """Return the title of a page, without the name of the registry, and its heading."""
    title, heading = re.search(r"<title>(.*?) ·", page, re.S), re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)
    assert title is not None
    assert heading is not None
    return [unescape(found[1]).strip() for found in (title, heading)]


def test_it_is_confirmed_from_the_mail_without_an_account(cast: Cast, uptake: Uptake, client: Client) -> None:
    _row, path = asked(cast, uptake)
    body = " ".join(str(mail.outbox[-1].body).split())
    for words in ("Lead Person", "Water Board of the Bay", "As we agreed.", "/privacy/", "forgotten 60 days after"):
        assert words in body
    before = Event.objects.count()
    page = client.get(path)
    assert ("Flood storage method" in page.content.decode(), Event.objects.count()) == (True, before)
    assert (page["referrer-policy"], "no-store" in page["cache-control"]) == ("strict-origin", True)
    assert client.post(path, form(uptake)).status_code == 200
    row = UptakeConfirmation.objects.get()
    assert (row.status, row.person_name, row.function, row.document_number) == (
        "confirmed",
        "Mira Horvat",
        "Head of water",
        "2026/17",
    )
    assert is_documented(uptake)
    event = Event.objects.get(verb="uptake.confirmed")
    assert (event.by, event.data) == (None, {"confirmation": row.pk, "statement": 1})
    assert "Mira" not in str(event.detail.body)
    assert {m.to for m in Message.objects.filter(template="results/uptake_answered")} == {
        cast.user("lead"),
        cast.user("deputy_lead"),
    }
    assert client.post(path, form(uptake)).status_code == 410
    page = client.get(f"/uptakes/{uptake.pk}/").content.decode()
    assert ("Documented" in page, "Head of water" in page, "Mira Horvat" in page) == (True, True, False)
    client.force_login(cast.user("lead"))
    assert "Mira Horvat" in client.get(f"/uptakes/{uptake.pk}/").content.decode()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"document_number": ""}, "Add the document that shows it"),
        ({"person_name": ""}, "Say who you are"),
        ({"function": ""}, "Say what you are in the organisation"),
        ({"speaks_for": ""}, "Only somebody who may speak"),
        ({"answer": ""}, "Choose an answer."),
        ({"answer": "refused"}, "Say in a sentence why it is not so."),
        ({"answer": "corrected"}, "Say what is right"),
        ({"answer": "corrected", "corrected_on": "13 May 2026"}, "This day has not come yet."),
    ],
)
def test_what_is_missing_is_asked_for_and_what_was_typed_stays(
    cast: Cast, uptake: Uptake, client: Client, values: dict[str, Any], sentence: str
) -> None:
    _row, path = asked(cast, uptake)
    answer = client.post(path, form(uptake, **{"said": "", **values}))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert UptakeConfirmation.objects.get().status == "open"
    assert find(path.split("/")[2], PURPOSE).state == LinkState.OPEN  # type: ignore[union-attr]


def test_a_document_is_kept_with_its_rights_for_lead_and_coordinators(cast: Cast, uptake: Uptake) -> None:
    _row, path = asked(cast, uptake)
    sent = {"content": SimpleUploadedFile("decision.txt", b"We use it."), "licence": "all rights reserved"}
    assert Client().post(path, form(uptake, **sent, document_number="")).status_code == 422
    sent["content"] = SimpleUploadedFile("decision.txt", b"We use it.")
    assert Client().post(path, form(uptake, **sent, document_number="", is_free_for_eu_use="on")).status_code == 200
    file = File.objects.get()
    assert (file.kind, file.uploaded_by, file.visibility) == ("confirmation", None, "restricted")
    address = f"/uptakes/{uptake.pk}/files/{file.pk}/"
    found = {}
    for role in (None, "member", "participant", "lead", "coordinator"):
        client = Client()
        if role:
            client.force_login(cast.user(role))
        found[role] = client.get(address).status_code
    assert found == {None: 404, "member": 404, "participant": 404, "lead": 200, "coordinator": 200}
    File.objects.update(removed_at=NOW)
    assert not is_documented(uptake)


def test_a_refusal_is_told_to_everybody_and_its_words_are_read_by_who_works_on_it(cast: Cast, uptake: Uptake) -> None:
    _row, path = asked(cast, uptake)
    answered(path, "refused", said="We never decided that.")
    assert not is_documented(uptake)
    public = Client().get(f"/uptakes/{uptake.pk}/").content.decode()
    history = Client().get(f"/clusters/{uptake.cluster.name}/history/").content.decode()
    assert ("never decided" in public, "did not confirm" in history) == (False, False)
    assert "The organisation did not confirm it." in public
    client = Client()
    client.force_login(cast.user("participant"))
    assert "We never decided that." in client.get(f"/uptakes/{uptake.pk}/").content.decode()


def test_a_correction_is_taken_over_and_asked_anew(cast: Cast, uptake: Uptake) -> None:
    _row, path = asked(cast, uptake)
    row = answered(path, "corrected", corrected_kind="adapted", corrected_on=TODAY, said="Two gauges more.")
    assert [item.verb for item in items(cast.user("lead"), TODAY)] == ["Take over or set aside"]
    settle_correction(confirmation=row, by=cast.user("lead"), take_over=True)
    uptake.refresh_from_db()
    assert (uptake.kind, uptake.adaptation, uptake.in_use_on) == ("adapted", "Two gauges more.", TODAY)
    assert not is_documented(uptake)
    answered(newest_link())
    assert is_documented(uptake)
    with pytest.raises(Refusal, match="settled already"):
        settle_correction(confirmation=row, by=cast.user("lead"), take_over=False)


def test_who_answered_with_an_account_is_asked_again(cast: Cast, uptake: Uptake, client: Client) -> None:
    user = cast.user("member")
    let_work_for_adopter(cast.member("member"), uptake)
    client.force_login(user)
    path = asked(cast, uptake, user.email)[1]
    assert client.post(path, form(uptake)).status_code == 200
    assert Event.objects.get(verb="uptake.confirmed").by == user
    update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=uptake.version, in_use_on=TODAY)
    uptake.refresh_from_db()
    assert client.post(asked(cast, uptake, user.email)[1], form(uptake)).status_code == 200
    assert is_documented(uptake)


def test_a_correction_is_set_aside(cast: Cast, uptake: Uptake) -> None:
    row = answered(asked(cast, uptake)[1], "corrected", said="It is the valley's board.")
    settle_correction(confirmation=row, by=cast.user("lead"), take_over=False)
    uptake.refresh_from_db()
    assert (uptake.statement, UptakeConfirmation.objects.count()) == (1, 1)
    assert list(items(cast.user("lead"), TODAY)) == []


def test_a_statement_that_changed_while_it_was_read_is_not_confirmed(
    cast: Cast, uptake: Uptake, client: Client
) -> None:
    _row, path = asked(cast, uptake)
    update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=uptake.version, in_use_on=TODAY)
    answer = client.post(path, form(uptake))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert ("Mira Horvat" in page, "12 May 2026" in page, 'value="2"' in page) == (True, True, True)
    uptake.refresh_from_db()
    assert client.post(path, form(uptake)).status_code == 200
    assert is_documented(uptake)


@pytest.mark.parametrize("name", ["territory", "adaptation"])
def test_what_the_organisation_was_shown_is_not_changed_under_its_confirmation(
    cast: Cast, uptake: Uptake, client: Client, name: str
) -> None:
    values: Any = {"territory": make_territory("HR03", name="Jadranska Hrvatska"), "adaptation": "Two gauges more."}
    update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=1, kind="adapted", adaptation="One gauge more.")
    uptake.refresh_from_db()
    _row, path = asked(cast, uptake)
    shown = client.get(path).text
    assert ("One gauge more." in shown, "Territory" in shown) == (True, True)
    before = form(uptake)
    update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=uptake.version, **{name: values[name]})
    assert client.post(path, before).status_code == 409, "it changed while it was read"
    uptake.refresh_from_db()
    assert client.post(path, form(uptake)).status_code == 200
    assert is_documented(uptake)
    client.force_login(cast.user("lead"))
    assert "territory, kind, what was adapted" in client.get(f"/uptakes/{uptake.pk}/edit/").text
    other: Any = {"territory": make_territory("HR04"), "adaptation": "Three gauges more."}
    update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=uptake.version, **{name: other[name]})
    assert not is_documented(uptake)


def test_a_stopped_uptake_asks_nobody_any_more(cast: Cast, uptake: Uptake, client: Client) -> None:
    row, path = asked(cast, uptake)
    change_step(uptake=uptake, verb="uptake.stopped", by=cast.user("lead"), reason="Over.")
    row.refresh_from_db()
    assert (row.status, client.get(path).status_code) == ("taken_back", 410)


def test_what_is_taken_up_again_is_declared_until_it_is_confirmed_anew(
    cast: Cast, uptake: Uptake, client: Client
) -> None:
    answered(asked(cast, uptake)[1])
    first_day = uptake.in_use_on
    change_step(uptake=uptake, verb="uptake.stopped", by=cast.user("lead"), reason="Over.")
    client.force_login(cast.user("lead"))
    assert "confirmed before the stop counts no more" in client.get(f"/uptakes/{uptake.pk}/taken-up-again/").text
    change_step(uptake=uptake, verb="uptake.taken_up_again", by=cast.user("lead"), reason="Repaired.")
    uptake.refresh_from_db()
    assert (uptake.state, uptake.in_use_on, is_documented(uptake)) == ("in_use", first_day, False)
    answered(asked(cast, uptake)[1])
    assert is_documented(uptake)


def test_somebody_else_who_is_signed_in_consumes_nothing(cast: Cast, uptake: Uptake, client: Client) -> None:
    _row, path = asked(cast, uptake)
    client.force_login(cast.user("member"))
    answers = [client.get(path), client.post(path, form(uptake))]
    assert [(answer.status_code, head_and_title(answer.text)) for answer in answers] == [(403, SOMEBODY_ELSE)] * 2
    assert Client().get(path).status_code == 200
    unknown = Client().get("/confirm/unknown/")
    assert (unknown.status_code, head_and_title(unknown.text)) == (404, ["Nothing is asked here"] * 2)


def test_a_link_lasts_sixty_days_and_its_holder_renews_it(cast: Cast, uptake: Uptake, client: Client) -> None:
    _row, path = asked(cast, uptake)
    with time_machine.travel(NOW + timedelta(days=61), tick=False):
        ended = client.get(path)
        assert (ended.status_code, "Send a new link" in ended.content.decode()) == (410, True)
        client.post(path, {"anew": "1"})
        assert client.get(newest_link()).status_code == 200


def test_no_token_stands_in_a_log_or_in_the_database(
    cast: Cast, uptake: Uptake, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        _row, path = asked(cast, uptake)
        client.get(path)
        client.post(path, form(uptake, person_name=""))
        client.post(path, form(uptake))
    token = path.split("/")[2]
    stored = [list(model.objects.values()) for model in (SignedLink, Message, Event, UptakeConfirmation)]
    assert (len(token), token in caplog.text, token in str(stored)) == (43, False, False)


def test_the_database_holds_one_open_question_and_no_confirmation_without_document(cast: Cast, uptake: Uptake) -> None:
    row, _path = asked(cast, uptake)
    for fields in ({"status": "confirmed", "answered_at": NOW}, {"address": ""}, {"is_taken_over": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            UptakeConfirmation.objects.filter(pk=row.pk).update(**fields)
    twin = {"uptake": uptake, "statement": 1, "asked_by": row.asked_by, "asked_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        UptakeConfirmation.objects.create(address=ADDRESS.upper(), **twin)


def test_what_a_person_answered_is_exported_and_erased_and_the_answer_stands(cast: Cast, uptake: Uptake) -> None:
    member = cast.member("member")
    assert member.user is not None
    let_work_for_adopter(member, uptake)
    _row, path = asked(cast, uptake, member.user.email)
    answered(path, said="We use it every week.")
    exported = [ANSWERS.export(row) for row in ANSWERS.rows(member)]
    assert [(row["person_name"], row["function"], row["said"]) for row in exported] == [
        ("Mira Horvat", "Head of water", "We use it every week.")
    ]
    assert ANSWERS.erase is not None
    assert ANSWERS.erase(member) == 1
    rows = str([*UptakeConfirmation.objects.values(), *SignedLink.objects.values(), *Message.objects.values()])
    assert [words in rows for words in ("Mira Horvat", "every week", member.user.email)] == [False, False, False]
    assert is_documented(uptake)
