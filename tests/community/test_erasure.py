"""Erasure: no trace of the person in any column of any table or any stored file, and every decision stands."""

from __future__ import annotations

import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.actions.evidence import add_evidence
from clusters.choices import ParticipationStatus, State
from clusters.models import Cluster, Decision, Participation
from community import jobs, ledger
from community.actions.consent import give_consent
from community.actions.erasure import ask_erasure, erase_due, erase_member, withdraw_erasure
from community.actions.erasure_job import has_time_for, order_erasure
from community.actions.job import retry_job
from community.actions.outbox import send_outbox
from community.choices import ConsentPurpose, DataRequestStatus, LinkState, Standing
from community.events import record
from community.models import (
    Comment,
    Consent,
    DataRequest,
    Event,
    EventDetail,
    File,
    Job,
    Member,
    Need,
    Redaction,
    SignedLink,
    User,
)
from community.permissions import Refusal
from community.personal_export import json_of
from community.verification import verify_history
from factsheets.actions.issue import issue_factsheet
from factsheets.actions.revise import revise
from factsheets.choices import EditionState, Face, RevisionReason
from factsheets.models import Edition
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_atomic import FRAMES, Break, BreaksAfter
from tests.community.signing_in import ask_again
from tests.community.traces import (
    ADDRESS,
    CANARIES,
    NAME,
    World,
    bare,
    found_in_files,
    found_in_tables,
)
from tests.database import changed, contents
from tests.factories import NOW
from tests.matrix.places import make_comment

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture(autouse=True)
def _ledger(tmp_path: Path, settings: Any) -> None:
    settings.ERASURE_LEDGER = tmp_path / "apart" / "erasures.ledger"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def world(cast: Cast) -> World:
    return World(cast)


def settle(at: Any = None) -> None:
    """Let the sender send what waits."""
    send_outbox(at=(at or timezone.now()) + timedelta(minutes=1))


# -- The proof ---------------------------------------------------------------------------------------------------------


@pytest.mark.both
def test_no_trace_stays_in_any_column_of_any_table_or_any_file_and_every_decision_stands(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    give_consent(member=world.cast.member("lead"), wording=make.make_wording(ConsentPurpose.NAMED), by=None, at=NOW)
    issued = world.running
    question = f"What did {NAME} and {bare(NAME).upper()} find?"
    Cluster.objects.filter(pk=issued.pk).update(title="Dunes", question=question, lead=world.person)
    give_consent(member=world.person, wording=make.make_wording(ConsentPurpose.NAMED), by=None, at=NOW)
    issue = issue_factsheet(
        cluster=Cluster.objects.get(pk=issued.pk), face=Face.FORWARD, reason="approve", by=None, at=NOW
    )
    Cluster.objects.filter(pk=issued.pk).update(title=f"Dunes, after {NAME}")
    stage = issued.stages.first()
    assert stage is not None
    listed = add_evidence(
        stage=stage,
        by=world.user,
        content=ContentFile(f"Present: {NAME}".encode(), "list.csv"),
        title="Who was present",
        rights_holder="The region",
        licence="CC BY 4.0",
        is_free_for_eu_use=True,
        holds_names=True,
    )
    decisions = list(Decision.objects.order_by("pk").values())
    events = list(Event.objects.order_by("pk").values())
    before = found_in_tables()
    assert set(CANARIES) <= set().union(*before.values()), "the control: they stand everywhere"
    [edition] = Edition.objects.all()
    assert any(Path(edition.article_file).name in name for name in found_in_files()), "the control: in files too"

    with django_capture_on_commit_callbacks(execute=True):
        done = erase_member(member=world.person, by=world.cast.accounts["admin"], waits=False)
    revise(issue=issue, language=edition.language, why=RevisionReason.NAME_REMOVED, at=NOW)
    settle()

    assert found_in_tables() == {}
    kept = File.objects.get(pk=listed.pk)
    assert set(found_in_files()) == {kept.content.name}
    assert (kept.visibility, [file.pk for file in done.restricted]) == ("restricted", [kept.pk])
    assert done.traces == ()
    assert list(Decision.objects.order_by("pk").values()) == decisions
    assert list(Event.objects.filter(pk__in=[event["id"] for event in events]).order_by("pk").values()) == events
    faults = [finding for finding in verify_history() if finding.is_fault]
    assert faults == []
    states = list(Edition.objects.order_by("revision").values_list("state", flat=True))
    assert states == [EditionState.WITHDRAWN, EditionState.CURRENT]
    assert set(Redaction.objects.values_list("erasure", flat=True)) == {world.person.key}
    assert b"Who was present" in mail.outbox[-1].message().as_bytes()
    assert mail.outbox[-1].to == [ADDRESS]


def test_what_stands_in_the_place_of_a_person_and_that_nobody_signs_in_with_them(world: World) -> None:
    erase_member(member=world.person, by=world.cast.accounts["admin"], waits=False)
    row = Member.objects.get(pk=world.person.pk)
    user = User.objects.get(pk=world.user.pk)
    assert (row.name, row.standing, row.key) == (f"Former member {row.pk}", Standing.FORMER, world.person.key)
    assert (row.languages, row.about, row.erased_at is not None) == ([], "", True)
    assert (user.is_active, user.has_usable_password(), user.email) == (
        False,
        False,
        f"former-{user.pk}@erased.invalid",
    )
    assert not Session.objects.filter(session_key=world.client.session.session_key).exists()
    assert world.client.get("/desk/").status_code == 302
    assert not Cluster.objects.filter(pk=world.draft.pk).exists()
    part = Participation.objects.get(cluster=world.running, member=row)
    assert (part.status, part.message, part.until_on) == (ParticipationStatus.LEFT, "", timezone.localdate())
    assert Comment.objects.get(text__contains="As Former member").text.startswith(f"As {row.name} says")
    assert set(SignedLink.objects.values_list("state", "address")) == {(LinkState.REVOKED, "")}
    assert not Consent.objects.standing().filter(member=row).exists()
    event = Event.objects.get(verb="erase_member")
    facts = {"asked": False, "restricted": 0, "files": [], "traces": []}
    assert (event.data, event.by) == (facts, world.cast.accounts["admin"])
    again = erase_member(member=row, by=world.cast.accounts["admin"])
    assert (again.details, Event.objects.filter(verb="erase_member").count()) == (0, 1)
    assert [entry.key for entry in ledger.entries()] == [row.key]


def test_a_name_that_somebody_else_bears_and_a_single_word_are_left_in_the_words_of_others(cast: Cast) -> None:
    one, twin = make.make_member("Ana Anić"), make.make_member("Ana Anić")
    short = make.make_member("Plato")
    thread = make_comment(cast, make_cluster(cast, State.RUNNING))
    Comment.objects.filter(pk=thread.pk).update(text="Ana Anić read Plato.")
    for person in (one, short):
        erase_member(member=person, by=None)
    assert Comment.objects.get(pk=thread.pk).text == "Ana Anić read Plato."
    assert Member.objects.get(pk=twin.pk).name == "Ana Anić"
    erase_member(member=twin, by=None)
    assert Comment.objects.get(pk=thread.pk).text == f"Former member {twin.pk} read Plato."


def test_a_name_is_found_whatever_space_stands_within(cast: Cast) -> None:
    person = make.make_member(NAME, organisation=cast.organisation, account={"email": ADDRESS})
    first, last = NAME.split()
    spaced = [f"As {first}  {last} says", f"As {first}\n{last} says", f"AS {first}\u00a0{last} SAYS".upper()]
    needs = [make.make_need(text) for text in [*spaced, f"{last} alone may be anybody"]]
    job = Job.objects.create(task="x.y", key="x", result={"told": [f"Dear {first}\n{last}"]}, state="done")
    erase_member(member=person, by=cast.accounts["admin"])
    titles = [Need.objects.get(pk=need.pk).question for need in needs]
    assert [last.casefold() in text.casefold() for text in titles] == [False, False, False, True]
    assert last not in str(Job.objects.get(pk=job.pk).result)


def test_rows_merged_into_a_person_are_erased_with_them(cast: Cast) -> None:
    person, twin = make.make_member(NAME), make.make_member("Zora Quvexly-Old", account=False)
    Member.objects.filter(pk=twin.pk).update(merged_into=person)
    erase_member(member=Member.objects.get(pk=twin.pk), by=None)
    assert set(Member.objects.filter(pk__in=[person.pk, twin.pk]).values_list("name", flat=True)) == {
        f"Former member {person.pk}"
    }
    assert [entry.key for entry in ledger.entries()] == [person.key, twin.key]


def test_an_erasure_that_breaks_in_the_middle_leaves_everything_as_it_was_and_no_line(world: World) -> None:
    admin, before = world.cast.accounts["admin"], contents()

    def erase() -> None:
        erase_member(member=world.person, by=admin, waits=False, is_rehearsal=True)
        transaction.set_rollback(True)

    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        erase()
    total = len([row for row in captured if not row["sql"].lstrip().upper().startswith(FRAMES)])
    assert total > 100
    for number in range(5, total, total // 9):
        with pytest.raises(Break), transaction.atomic(), connection.execute_wrapper(BreaksAfter(number)):
            erase_member(member=world.person, by=admin, waits=False)
        assert changed(before, contents()) == {}
        assert list(ledger.entries()) == []


def test_the_export_of_who_left_traces_everywhere_holds_every_word_of_theirs(world: World) -> None:
    text = json_of(Member.objects.get(pk=world.person.pk), NOW).decode()
    assert {word for word in CANARIES if word not in text} == set()


# -- Asking, waiting, obstacles ----------------------------------------------------------------------------------------


def test_who_asked_is_erased_by_the_clock_on_the_day_and_not_before_and_may_take_it_back(
    cast: Cast, settings: Any
) -> None:
    settings.ERASURE_DAYS = 30
    user = cast.user("member")
    asked = ask_erasure(by=user, at=NOW)
    assert (asked.due_at, ask_erasure(by=user, at=NOW)) == (NOW + timedelta(days=30), asked)
    assert erase_due(NOW + timedelta(days=30, seconds=-1)) == 0
    withdraw_erasure(by=user, at=NOW)
    assert erase_due(NOW + timedelta(days=31)) == 0
    ask_erasure(by=user, at=NOW)
    assert erase_due(NOW + timedelta(days=30)) == 1
    assert Member.objects.get(pk=cast.member("member").pk).erased_at == NOW + timedelta(days=30)
    statuses = list(DataRequest.objects.order_by("pk").values_list("status", flat=True))
    assert statuses == [DataRequestStatus.WITHDRAWN, DataRequestStatus.DONE]
    assert erase_due(NOW + timedelta(days=32)) == 0


def test_a_lead_hands_over_first_but_is_not_kept_for_ever(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    lead = cast.member("lead")
    ask_erasure(by=cast.user("lead"), at=NOW)
    with pytest.raises(Refusal, match="Hand it over"):
        erase_member(member=lead, by=cast.accounts["admin"], at=NOW)
    assert Member.objects.get(pk=lead.pk).name == lead.name
    assert erase_due(NOW + timedelta(days=30)) == 1
    assert Cluster.objects.with_ended_lead(timezone.localdate()).filter(pk=cluster.pk).exists()


def test_the_last_administrator_and_the_last_coordinator_are_not_erased_even_by_the_clock(cast: Cast) -> None:
    admin = cast.accounts["admin"]
    with pytest.raises(Refusal, match="last administrator"):
        ask_erasure(by=admin)
    with pytest.raises(Refusal, match="last administrator"):
        erase_member(member=admin.member, by=admin, waits=False)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="Only an administrator"):
        erase_member(member=cast.member("member"), by=cast.user("lead"))


def test_nothing_is_erased_where_the_ledger_cannot_be_written(cast: Cast, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.ERASURE_LEDGER = tmp_path / "file" / "ledger"
    with pytest.raises(Refusal, match="ledger cannot be written"):
        erase_member(member=cast.member("member"), by=None)
    assert Member.objects.get(pk=cast.member("member").pk).erased_at is None


# -- The ledger and the restored backup --------------------------------------------------------------------------------


@pytest.mark.both
def test_a_restored_backup_loses_the_person_again(world: World, django_capture_on_commit_callbacks: Any) -> None:
    with transaction.atomic():  # what follows is undone, as by restoring yesterday's backup: the ledger lies apart
        erase_member(member=world.person, by=None, waits=False)
        transaction.set_rollback(True)
    assert Member.objects.get(pk=world.person.pk).name == NAME
    sent = len(mail.outbox)
    with django_capture_on_commit_callbacks(execute=True):
        assert ledger.replay() == [world.person.key]
    settle()
    assert found_in_tables() == {}
    assert ledger.replay() == []
    assert not any(ADDRESS in letter.to for letter in mail.outbox[sent:])
    assert Event.objects.filter(verb="erase_member").count() == 1


def test_the_ledger_holds_whole_lines_and_passes_over_what_a_crash_cut_short(cast: Cast, settings: Any) -> None:
    path: Path = settings.ERASURE_LEDGER
    assert list(ledger.entries()) == []
    for _time in range(2):
        ledger.append(["abcdefghijkm"], NOW, of="abcdefghijkm")
    path.write_text(f"{path.read_text()}nopqrs")
    ledger.append(["zyxwvutsrqpn"], NOW, of="abcdefghijkm")
    lines = path.read_text().splitlines()
    at = "2026-05-12T09:00:00+00:00"
    assert lines == [f"abcdefghijkm {at} abcdefghijkm", "nopqrs", f"zyxwvutsrqpn {at} abcdefghijkm"]
    assert [entry.key for entry in ledger.entries()] == ["abcdefghijkm", "zyxwvutsrqpn"]
    assert [entry.at for entry in ledger.entries()] == [NOW.replace(microsecond=0)] * 2
    assert (path.stat().st_mode & 0o777, ledger.replay()) == (0o600, [])


# -- The command and the pages -----------------------------------------------------------------------------------------


def test_the_command_says_what_it_would_do_and_writes_nothing_then(world: World) -> None:
    said = StringIO()
    call_command("erase_member", world.person.key, "--dry-run", stdout=said)
    assert "Nothing was written" in said.getvalue()
    assert Member.objects.get(pk=world.person.pk).name == NAME
    assert list(ledger.entries()) == []
    call_command("erase_member", world.person.key, stdout=said)
    assert found_in_tables().keys() <= {"community_message"}, "the answer that waits to be sent"
    with pytest.raises(CommandError, match="Nobody has the key"):
        call_command("erase_member", "nobody")


def test_an_administrator_sees_what_will_be_done_and_types_the_name(cast: Cast) -> None:
    asked = ask_erasure(by=cast.user("member"))
    site, stranger = Client(), Client()
    site.force_login(cast.accounts["admin"])
    stranger.force_login(cast.user("lead"))
    page = f"/data-requests/erase/{asked.member.key}/"
    assert site.get(f"/data-requests/{asked.pk}/").headers["Location"] == page
    assert stranger.get(page).status_code == 403
    assert site.get(page).headers["Location"].startswith("/accounts/reauthenticate/")
    ask_again(site)
    listed, chosen = "/admin/community/member/", [asked.member_id, cast.member("lead").pk]
    one = site.post(listed, {"action": "erase_one", "_selected_action": chosen[:1]})
    two = site.post(listed, {"action": "erase_one", "_selected_action": chosen}, follow=True)
    assert one.headers["Location"] == page
    assert "Choose one person" in two.content.decode()
    text = site.get(page).content.decode()
    assert "What stays" in text
    assert "Member Person" in site.get("/data-requests/").content.decode()
    assert "Member Person" in site.get("/desk/").content.decode()
    assert site.post(page, {"name": "Somebody"}).status_code == 422
    sent = site.post(page, {"name": "member person"})
    job = Job.objects.get(task="community.erase")
    assert (sent.headers["Location"], asked.member.key in str(job.items.get())) == (f"/jobs/{job.pk}/", True)
    assert f'href="/jobs/{job.pk}/"' in site.get(page).content.decode()
    assert site.post(page, {"name": "member person"}).headers["Location"] == f"/jobs/{job.pk}/"
    assert Member.objects.get(pk=asked.member_id).erased_at is None
    assert jobs.run(job.pk)
    assert Member.objects.get(pk=asked.member_id).erased_at is not None
    text = site.get(f"/jobs/{job.pk}/").content.decode()
    assert ("Erased. 0 files stay restricted." in text, "Member Person" in text) == (True, False)
    assert site.get(page).status_code == 404


def test_an_erasure_that_something_stands_in_the_way_of_meanwhile_says_so_and_is_tried_again(cast: Cast) -> None:
    admin, member = cast.user("admin"), cast.member("member")
    job = order_erasure(member=member, by=admin)
    User.objects.filter(pk=admin.pk).update(is_staff=False)
    assert jobs.run(job.pk)
    assert job.items.get().note == "Only an administrator erases somebody."
    assert Member.objects.get(pk=member.pk).erased_at is None
    User.objects.filter(pk=admin.pk).update(is_staff=True)
    retry_job(job=job, by=User.objects.get(pk=admin.pk))
    job.refresh_from_db()
    job.pause_at = time.monotonic()
    assert not has_time_for(job)
    assert jobs.run(job.pk)
    assert Member.objects.get(pk=member.pk).erased_at is not None
    with pytest.raises(Refusal, match="Only an administrator"):
        order_erasure(member=cast.member("participant"), by=cast.user("lead"))


def test_details_of_others_events_stay_and_those_about_the_person_are_emptied(world: World) -> None:
    with transaction.atomic():
        other = record(
            verb="noted", subject=world.running, by=world.cast.user("lead"), at=NOW, detail={"reason": "Wet."}
        )
    erase_member(member=world.person, by=None, waits=False)
    assert EventDetail.objects.get(event=other).body == {"reason": "Wet."}
    emptied = EventDetail.objects.filter(event__by=world.user)
    assert emptied.exists()
    assert not emptied.filter(redaction=None).exists()
