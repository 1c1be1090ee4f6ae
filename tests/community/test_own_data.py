"""My data: all that refers to a person, corrected, agreed to, withdrawn and exported; nothing can be forgotten."""

from __future__ import annotations

import csv
import json
import re
from datetime import timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core import mail
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.choices import State
from community import contributions, links, notifications
from community.actions.consent import give_consent
from community.actions.outbox import send_outbox
from community.actions.own_data import ask_correction, close_correction
from community.choices import ConsentPurpose, DataRequestStatus, Vocabulary
from community.events import record
from community.models import (
    Consent,
    ConsentWording,
    DataRequest,
    Event,
    File,
    Job,
    Member,
    Message,
    NotificationPreference,
    Subscription,
    User,
)
from community.permissions import Refusal
from community.personal import columns, found_columns, parts_of, references
from community.personal_export import json_of, zip_of
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.matrix.places import make_condition

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

PAGE = "/account/data/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def signed_in(user: User | None) -> Client:
    client = Client()
    assert user is not None
    client.force_login(user)
    return client


def test_every_column_that_refers_to_a_person_is_given_out_or_says_why_not() -> None:
    found = {code for code, _model, _name in found_columns()}
    said = columns()
    assert found - said.keys() == set(), "say in person_columns.py what becomes of these"
    assert said.keys() - found == set(), "these columns are not there"
    records = set(contributions.personal_records.codes())
    for code, rule in said.items():
        ways = [bool(rule.gives), bool(rule.record), bool(rule.why_not)]
        assert sum(ways) == 1, code
        assert bool(rule.label) == bool(rule.gives), code
        assert not rule.record or rule.record in records, code


def test_what_a_column_gives_and_empties_is_there_and_may_be_empty() -> None:
    for one in references():
        names = {field.name for field in one.model._meta.get_fields()}
        for path in one.rule.gives.split():
            assert {path.split("__")[0], path.removesuffix("_id")} & names, (one.code, path)
        for name in one.rule.empties.split():
            assert isinstance(one.model._meta.get_field(name), models.CharField | models.TextField), (one.code, name)
        assert not one.rule.is_cleared or one.model._meta.get_field(one.name).null, one.code


def test_the_export_holds_what_refers_to_a_person_in_both_formats_and_nothing_of_others(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    lead, other = cast.member("lead"), cast.member("member")
    make.make_need("Where do dunes hold?", raised_by=lead)
    make.make_need("Somebody else asks this", raised_by=other)
    Member.objects.filter(pk=lead.pk).update(about="=1+1")
    lead.refresh_from_db()
    document = json.loads(json_of(lead, NOW))
    parts = {part["part"]: part for part in document["parts"]}
    assert document["person"]["name"] == lead.name
    assert parts["community.User"]["rows"][0]["email"] == lead.user.email
    assert parts["community.Need.raised_by"]["rows"][0]["question"] == "Where do dunes hold?"
    assert parts["clusters.Cluster.lead"]["rows"][0]["reference"] == cluster.reference
    assert parts["community.Affiliation.member"]["rows"][0]["organisation"] == cast.organisation.name
    assert "Somebody else asks this" not in json_of(lead, NOW).decode()
    with ZipFile(BytesIO(zip_of(lead, NOW))) as archive:
        assert {f"{code}.csv" for code in parts} | {"person.csv", "parts.csv"} == set(archive.namelist())
        listed = list(csv.DictReader(StringIO(archive.read("parts.csv").decode("utf-8-sig"))))
        for row in listed:
            table = list(csv.DictReader(StringIO(archive.read(f"{row['part']}.csv").decode("utf-8-sig"))))
            assert len(table) == int(row["count"]) == len(parts[row["part"]]["rows"])
        person = next(csv.DictReader(StringIO(archive.read("person.csv").decode("utf-8-sig"))))
    assert person["about"] == "'=1+1"


def test_what_an_administrator_did_to_others_is_given_without_the_words_about_them(cast: Cast) -> None:
    admin = cast.accounts["admin"].member
    assert admin is not None
    close_correction(
        request=ask_correction(by=cast.accounts["lead"], text="My office moved to Split."),
        is_done=True,
        answer="",
        by=cast.accounts["admin"],
    )
    assert "Split" not in json_of(admin, NOW).decode()
    assert "Split" in json_of(cast.member("lead"), NOW).decode()


def test_rows_of_a_merged_entry_are_the_persons_too(cast: Cast) -> None:
    member = cast.member("member")
    twin = make.make_member("Twin Person", account=False)
    make.make_need("Asked by the twin", raised_by=twin)
    Member.objects.filter(pk=twin.pk).update(merged_into=member)
    counts = {part.code: part.count for part in parts_of(member)}
    assert (counts["community.Need.raised_by"], counts["community.Member.merged_into"]) == (1, 1)


def test_the_page_shows_consents_with_wording_version_when_and_how_and_the_buttons_do_what_they_say(
    cast: Cast,
) -> None:
    member, client = cast.member("member"), signed_in(cast.user("member"))
    text = client.get(PAGE).content.decode()
    assert "You did not agree" in text
    url = reverse("community:my_data_consent", args=["named"])
    assert client.post(url, {"do": "give", "wording": ""}).status_code == 302
    consent = Consent.objects.get(member=member)
    assert (consent.purpose, consent.wording.version, consent.how, consent.recorded_by) == (
        "named",
        1,
        "form",
        member.user,
    )
    new = ConsentWording.objects.create(purpose="named", version=2, language="en", text="Other words.")
    text = client.get(PAGE).content.decode()
    assert "Other words." in text
    assert "You agreed to earlier words:" in text
    client.post(url, {"do": "give", "wording": consent.wording_id})
    assert Consent.objects.standing().get(member=member).wording == consent.wording, "words that nobody saw"
    client.post(url, {"do": "give", "wording": new.pk})
    assert Consent.objects.standing().get(member=member).wording == new
    client.post(url, {"do": "withdraw"})
    assert Consent.objects.standing().filter(member=member).count() == 0
    assert list(Event.objects.values_list("verb", flat=True).order_by("pk")) == ["give_consent"] * 2 + [
        "withdraw_consent"
    ]
    assert client.post(reverse("community:my_data_consent", args=["spam"])).status_code == 404


def test_the_page_says_in_words_what_the_export_keeps_as_codes(cast: Cast) -> None:
    lead, account = cast.member("lead"), cast.accounts["lead"]
    cluster, need = make_cluster(cast, State.RUNNING), make.make_need(raised_by=cast.member("member"))
    record(verb="start", subject=cluster, by=account, at=NOW, role="lead")
    record(verb="stage.added", subject=cluster, by=account, at=NOW, detail={"title": "Dig"})
    record(verb="say_me_too", subject=need, by=account, at=NOW)
    record(verb="statement.line_added", subject=need, by=account, at=NOW)
    record(verb="report.sent", subject=need, by=account, at=NOW)
    record(verb="give_consent", subject=lead, by=account, at=NOW, data={"purpose": "public"})
    notifications.queue("clusters/start", to=account, subject=cluster, audience="participants", title="Floods")
    Subscription.objects.create(user=account, kind="need", subject_id=need.pk)
    NotificationPreference.objects.create(user=account, topic="community.solutions", rhythm="weekly")
    Job.objects.create(task="community.export", key="a", by=account)
    links.mint("invite", user=account, subject=lead, by=None)
    make_condition(cast, cluster)  # with the decision on what the person leads
    said = [line for part in parts_of(lead, most=9) for line in part.lines]
    assert any("You sent a report to the community" in line for line in said)
    for words in ("You started the cluster", "You added a stage: Dig", "“Me too” said · need", "You added a line."):
        assert any(words in line for line in said), words
    raw = re.compile(r"(?<![@\w.:/])[a-z]+[_./][a-z]+(?![\w.]*@)")
    assert [line for line in said if raw.search(line.replace("registry.example", ""))] == []
    kept = json_of(lead, NOW).decode()
    assert [code for code in ("stage.added", "clusters/start", "community.solutions") if code not in kept] == []


def test_a_person_corrects_their_entry_with_one_event_and_no_lost_edit(cast: Cast) -> None:
    member, client = cast.member("member"), signed_in(cast.user("member"))
    term = make.make_term(Vocabulary.EXPERTISE, label="Dunes")
    data = {
        "seen_version": member.version,
        "name": "New Name",
        "sort_name": "",
        "languages": ["el"],
        "expertise": [term.pk],
        "about": "I know dunes.",
    }
    assert client.post(f"{PAGE}correct/", data).status_code == 302
    row = Member.objects.get(pk=member.pk)
    assert (row.name, row.sort_name, row.languages, row.about) == ("New Name", "Name", ["el"], "I know dunes.")
    assert (list(row.expertise.all()), "dunes" in row.search_text) == ([term], True)
    event = Event.objects.get(verb="correct_own_data")
    assert event.data == {"fields": ["about", "expertise", "languages", "name", "sort_name"]}
    stale = client.post(f"{PAGE}correct/", {**data, "about": "Typed twice."})
    assert (stale.status_code, "Typed twice." in stale.content.decode()) == (409, True)
    assert client.post(f"{PAGE}correct/", {**data, "name": "", "seen_version": row.version}).status_code == 422
    client.post(f"{PAGE}correct/", {**data, "sort_name": "Name", "seen_version": row.version})
    assert Event.objects.filter(verb="correct_own_data").count() == 1, "nothing changed"


def test_what_only_an_administrator_corrects_is_asked_and_answered_on_the_page(cast: Cast) -> None:
    client, admin = signed_in(cast.user("member")), cast.accounts["admin"]
    assert client.post(f"{PAGE}request/", {"text": " "}).status_code == 422
    client.post(f"{PAGE}request/", {"text": "I work for the park now."})
    client.post(f"{PAGE}request/", {"text": "I work for the park since May."})
    request = DataRequest.objects.get()
    assert (request.text, request.status) == ("I work for the park since May.", DataRequestStatus.OPEN)
    with pytest.raises(Refusal, match="Say why not"):
        close_correction(request=request, is_done=False, answer="", by=admin)
    with pytest.raises(Refusal, match="Only an administrator"):
        close_correction(request=request, is_done=True, answer="", by=cast.accounts["lead"])
    close_correction(request=request, is_done=False, answer="The park does not know you.", by=admin)
    assert "The park does not know you." in client.get(PAGE).content.decode()


def test_who_asked_hears_by_mail_that_it_was_answered_and_finds_every_answer(cast: Cast) -> None:
    user, admin = cast.user("member"), cast.accounts["admin"]
    asked = ask_correction(by=user, text="I work for the park now.")
    for _twice in range(2):
        close_correction(request=asked, is_done=True, answer="The park it is.", by=admin)
    second = ask_correction(by=user, text="I left the port in May.")
    close_correction(request=second, is_done=False, answer="The port says June.", by=admin)
    rows = list(Message.objects.filter(template="community/correction_answered"))
    assert [(row.to, row.rhythm) for row in rows] == [(user, "at_once")] * 2
    send_outbox(at=timezone.now() + timedelta(minutes=1))
    [sent, _other] = [letter for letter in mail.outbox if letter.to == [user.email]]
    whole = "\n".join([sent.subject, str(sent.body), str(sent.alternatives), str(rows[0].params)])
    assert f"{settings.SITE_URL}{PAGE}" in whole
    assert ("park" in whole.lower(), "port" in sent.subject) == (False, False), "no words of request or answer"
    text = signed_in(user).get(PAGE).content.decode()
    for words in ("I work for the park now.", "The park it is.", "I left the port in May.", "The port says June."):
        assert words in text
    assert text.index("The port says June.") < text.index("The park it is."), "the newest first"


def test_nobody_reads_or_exports_the_data_of_others(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    client = signed_in(cast.user("member"))
    for address in (PAGE, f"{PAGE}my-data.json"):
        text = client.get(address).content.decode()
        assert "member" in text
        for role in ("lead", "coordinator", "external"):
            assert cast.accounts[role].email not in text
            assert cast.member(role).key not in text
    assert client.get(f"{PAGE}my-data.exe").status_code == 404
    assert Client().get(PAGE).status_code == 302


def test_files_and_consents_given_by_others_are_listed(cast: Cast) -> None:
    member = cast.member("member")
    give_consent(member=member, wording=make.make_wording(ConsentPurpose.PUBLIC), by=None, how="paper", at=NOW)
    File.objects.create(
        kind="member", subject_id=member.pk, title="List", original_name="list.csv", size=1, uploaded_by=member.user
    )
    found = {part.code: part for part in parts_of(member)}
    assert found["community.File.uploaded_by"].rows[0]["original_name"] == "list.csv"
    [row] = found["community.Consent.member"].rows
    assert (row["how"], row["wording__text"]) == ("On paper", "I agree: public.")


def test_my_data_is_offered_to_whom_it_opens(client: Client) -> None:
    """An account without an entry in the directory has none."""
    offered = f'href="{reverse("community:my_data")}"'
    for user, is_offered in ((make.make_user(is_superuser=True), False), (make.make_member().user, True)):
        client.force_login(user)
        found = [offered in client.get(page).text for page in ("/", "/privacy/", "/account/notifications/")]
        assert found == [is_offered] * 3
