"""The pages of the verbs: GET shows, POST does, a refusal keeps what was typed and says why."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from clusters.choices import State
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster
from clusters.rules.content import content_hash
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.models import Event, Message
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def client_of(cast: Cast, role: str) -> Client:
    """Return a client that is signed in as `role`."""
    client = Client()
    user = cast.user(role)
    if user is not None:
        client.force_login(user)
    return client


def page(cluster: Cluster, verb: str) -> str:
    """Return the address of a verb."""
    return f"/clusters/{cluster.name}/{verb}/"


def test_the_page_of_a_verb_says_what_happens_and_whom_it_tells(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    answer = client_of(cast, "coordinator").get(page(cluster, "approve"))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "goes from “Proposed” to “Approved”" in text
    assert "the proposer (1 person)" in text
    assert Event.objects.count() == 0


def test_a_press_approves_and_leads_to_the_cluster(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    answer = client_of(cast, "coordinator").post(page(cluster, "approve"), {"seen": content_hash(cluster)})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/clusters/{cluster.name}/")
    cluster.refresh_from_db()
    assert (cluster.state, cluster.decisions.get().verb) == (State.APPROVED, "approve")
    told = Message.objects.filter(template="clusters/approve").values_list("to", flat=True)
    assert {cast.accounts["proposer"].pk, cast.accounts["lead"].pk} <= set(told)


def test_the_button_with_conditions_takes_them_one_a_line_and_leaves_the_reason_alone(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED, adoption_plan="")
    body = {"seen": content_hash(cluster), "approval": "conditions", "conditions": "Name a taker.\n\nName a second."}
    answer = client_of(cast, "coordinator").post(page(cluster, "approve"), {**body, "reason": "Well asked."})
    assert answer.status_code == 302
    assert [row.text for row in cluster.conditions.all()] == ["Name a taker.", "Name a second."]


def test_each_condition_is_a_row_with_its_day_which_page_desk_history_and_mail_tell(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    client, due = client_of(cast, "coordinator"), timezone.localdate() + timedelta(days=1)
    cluster.ends_on = due + timedelta(days=9)
    cluster.save()
    rows = {"conditions-0-text": "Name a\ntaker.", "conditions-0-due_on": due.isoformat(), "conditions-7-text": "Ask."}
    body = {"seen": content_hash(cluster), "approval": "conditions", **rows}
    assert 'name="conditions-0-due_on"' in client.get(f"/review/{cluster.name}/").content.decode()
    for wrong, words in (
        ({"conditions-0-due_on": "2020-01-01"}, "1 January 2020 is past. Choose a day from today on"),
        ({"conditions-0-due_on": str(due + timedelta(days=10))}, "is after the cluster&#x27;s end. Choose a day until"),
        ({"conditions-0-text": ""}, "Write what is to be met by that day"),
    ):
        answer = client.post(page(cluster, "approve"), {**body, **wrong})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert ">\nAsk.</textarea>" in answer.content.decode()
    one_more = client.post(page(cluster, "approve"), {**body, "more": "1"}).content.decode()
    assert (">\nAsk.</textarea>" in one_more, 'name="conditions-2-text"' in one_more) == (True, True)
    assert Event.objects.count() == 0
    after = client.post(page(cluster, "approve"), body, follow=True).content.decode()
    conditions = list(cluster.conditions.values_list("text", "due_on"))
    assert conditions == [("Name a taker.", due), ("Ask.", None)]
    written = f"{due.day} {due:%B %Y}"
    assert f"due on {due.day} " in after
    assert "approved it with 2 conditions." in after
    assert f"Name a taker. (due on {written})" in Client().get(f"{cluster.get_absolute_url()}history/").content.decode()
    send_outbox(at=timezone.now())
    to_lead = next(row for row in mail.outbox if row.to == [cast.user("lead").email])
    assert "approved this cluster with 2 conditions." in to_lead.body
    assert f"- Name a taker. (due on {written})" in to_lead.body
    assert f"{cluster.get_absolute_url()}#condition-" in client_of(cast, "lead").get("/desk/").content.decode()


@pytest.mark.parametrize(
    ("approval", "conditions", "words"),
    [("conditions", "", "Write the condition"), ("plain", "Name a taker.", "Conditions are written here")],
)
def test_the_button_has_to_agree_with_what_is_written(cast: Cast, approval: str, conditions: str, words: str) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    body = {"seen": content_hash(cluster), "approval": approval, "conditions": conditions, "reason": "Well asked."}
    answer = client_of(cast, "coordinator").post(page(cluster, "approve"), body)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert "Well asked." in text
    assert conditions in text
    assert Event.objects.count() == 0


def test_on_the_review_page_each_decision_is_one_press(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    client = client_of(cast, "coordinator")
    bar = client.get(f"/review/{cluster.name}/").content.decode().partition('class="decide"')[2]
    asking = re.findall(r'formaction="([^"]+)" name="ask"', bar)
    # One asks for the other group, the other one for the moment of the announcement.
    assert asking == [page(cluster, "move"), page(cluster, "prepared")]
    for verb in ("approve", "return", "decline"):
        assert f'formaction="{page(cluster, verb)}"' in bar
    client.post(page(cluster, "decline"), {"seen": content_hash(cluster), "reason": "Another cluster has it."})
    cluster.refresh_from_db()
    assert cluster.state == State.DECLINED


@pytest.mark.parametrize("verb", ["decline", "move"])
def test_a_step_that_asks_first_shows_its_page_with_what_was_typed(verb: str, cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    body = {"seen": content_hash(cluster), "reason": "Not for this group.", "ask": "1"}
    answer = client_of(cast, "coordinator").post(page(cluster, verb), body)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Not for this group." in text
    assert content_hash(cluster) in text
    assert Event.objects.count() == 0
    assert client_of(cast, "proposer").post(page(cluster, verb), body).status_code == 403


@pytest.mark.parametrize("verb", ["return", "decline"])
def test_a_step_taken_back_at_once_is_as_if_it_had_not_been_and_mails_nobody(verb: str, cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    client = client_of(cast, "coordinator")
    body = {"seen": content_hash(cluster), "reason": "Too early."}
    after = client.post(page(cluster, verb), body, follow=True).content.decode()
    assert f'action="{page(cluster, "undo")}"' in after
    assert Message.objects.filter(state="queued").exists()
    assert client_of(cast, "other_coordinator").post(page(cluster, "undo")).status_code in (403, 404)
    answer = client.post(page(cluster, "undo"), follow=True)
    assert "Undone." in answer.content.decode()
    cluster.refresh_from_db()
    assert cluster.state == State.SUBMITTED
    assert not Message.objects.filter(state="queued").exists()
    assert client.post(page(cluster, "undo")).status_code == 302  # pressed twice, done once
    assert list(Event.objects.about(cluster).values_list("verb", flat=True)) == ["undo", verb]


def test_after_thirty_seconds_nothing_is_taken_back(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    made: dict[str, Any] = {"reason": "Too early.", "seen": content_hash(cluster)}
    transition(cluster, "return", by=cast.user("coordinator"), at=timezone.now() - timedelta(seconds=31), **made)
    answer = client_of(cast, "coordinator").post(page(cluster, "undo"))
    assert answer.status_code == 409
    assert "more than 30 seconds ago" in answer.content.decode()
    cluster.refresh_from_db()
    assert cluster.state == State.RETURNED


def test_a_plain_approval_needs_the_whole_check_list(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED, adoption_plan="")
    answer = client_of(cast, "coordinator").post(
        page(cluster, "approve"), {"seen": content_hash(cluster), "reason": "Good work."}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "It has an adoption plan" in text
    assert "Good work." in text
    cluster.refresh_from_db()
    assert cluster.state == State.SUBMITTED


def test_what_changed_under_the_reader_is_not_approved(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    seen = content_hash(cluster)
    Cluster.objects.filter(pk=cluster.pk).update(question="Which other question is asked now?")
    answer = client_of(cast, "coordinator").post(page(cluster, "return"), {"seen": seen, "reason": "Sharpen it."})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "was changed while you were reading" in text
    assert "Sharpen it." in text
    assert Event.objects.count() == 0
    cluster.refresh_from_db()
    assert content_hash(cluster) in text


def test_a_decision_without_what_was_shown_is_none(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    answer = client_of(cast, "coordinator").post(page(cluster, "approve"), {})
    assert answer.status_code == 409
    cluster.refresh_from_db()
    assert cluster.state == State.SUBMITTED


def test_a_missing_reason_is_asked_for_at_its_field(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    answer = client_of(cast, "coordinator").post(page(cluster, "decline"), {})
    assert answer.status_code == 422
    assert answer.content.decode().count("Say why: those who are told read it word for word.") == 2


def test_the_second_press_of_the_same_button_leads_to_what_the_first_did(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    client, seen = client_of(cast, "coordinator"), content_hash(cluster)
    for _press in range(2):
        answer = client.post(page(cluster, "return"), {"seen": seen, "reason": "Name a taker."})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/clusters/{cluster.name}/")
    assert Event.objects.filter(verb="return").count() == 1


def test_the_loser_of_two_decisions_reads_who_decided_and_when(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    seen = content_hash(cluster)
    client_of(cast, "coordinator").post(page(cluster, "approve"), {"seen": seen})
    body = {"seen": seen, "reason": "Not now."}
    answer = client_of(cast, "mission_coordinator").post(page(cluster, "decline"), body)
    assert answer.status_code == 409
    assert "Coordinator Person (coordinator, WG1) approved this on" in answer.content.decode()


@pytest.mark.parametrize("role", ["member", "participant", "external", "other_coordinator", "admin"])
def test_who_may_not_decide_gets_the_reason_with_403(role: str, cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    answer = client_of(cast, role).post(page(cluster, "approve"), {})
    if role == "external":
        assert answer.status_code == 404
        return
    assert answer.status_code == 403
    assert "Only these may do this here: coordinator, mission coordinator, stand-in coordinator." in (
        answer.content.decode()
    )


def test_a_visitor_is_led_to_sign_in(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    answer = Client().get(page(cluster, "pause"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("verb", ["propose_again", "nonsense", "accept_lead"])
def test_a_verb_without_a_page_is_not_there(verb: str, cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    assert client_of(cast, "coordinator").get(page(cluster, verb)).status_code == 404


@pytest.mark.parametrize("state", State.values)
def test_each_enabled_button_leads_to_a_page_and_each_disabled_one_says_why(state: str, cast: Cast) -> None:
    cluster = make_cluster(cast, state)
    for role in ("proposer", "lead", "deputy_lead", "coordinator", "admin"):
        client = client_of(cast, role)
        for offer in CLUSTER.offers(cluster, by=cast.user(role), at=timezone.now()):
            answer = client.get(page(cluster, offer.verb.slug))
            if not Cluster.objects.visible_to(cast.user(role)).filter(pk=cluster.pk).exists():
                assert answer.status_code == 404
                continue
            assert answer.status_code == (200 if offer.verdict or offer.verdict.code != "forbidden" else 403)
            if not offer.verdict:
                assert str(offer.verdict.reason) in answer.content.decode().replace("&#x27;", "'")


def test_discard_really_deletes_a_draft_that_was_never_proposed(cast: Cast) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    answer = client_of(cast, "proposer").post(page(cluster, "discard"), {})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/clusters/")
    assert not Cluster.objects.filter(pk=cluster.pk).exists()
    assert Event.objects.count() == 0


def test_who_comes_second_reads_the_hour_of_the_site(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    at = datetime(2026, 5, 12, 22, 30, tzinfo=UTC)
    seen = content_hash(cluster)
    transition(cluster, "return", by=cast.user("coordinator"), reason="Sharpen it.", seen=seen, at=at)
    answer = client_of(cast, "mission_coordinator").post(page(cluster, "approve"), {"seen": seen})
    assert answer.status_code == 409
    assert "13 May 2026, 01:30" in answer.content.decode()


def test_a_group_that_takes_over_is_no_further_one_any_more(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    cluster.further_working_groups.add(cast.other_group)
    transition(cluster, "move", by=cast.user("coordinator"), reason="Theirs.", working_group=cast.other_group)
    assert not cluster.further_working_groups.exists()


def test_move_asks_for_the_other_group_and_makes_it_responsible(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    client = client_of(cast, "coordinator")
    assert client.post(page(cluster, "move"), {"reason": "Yours."}).status_code == 422
    body = {"seen": content_hash(cluster), "reason": "Yours.", "working_group": cast.other_group.pk}
    answer = client.post(page(cluster, "move"), body)
    assert answer.status_code == 302
    cluster.refresh_from_db()
    assert cluster.working_group == cast.other_group


def test_conclude_writes_the_words_of_the_end(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    body = {"practitioners_summary": "Begin with the form.", "lessons": "Ask earlier.", "ended_on": "2026-05-02"}
    answer = client_of(cast, "lead").post(page(cluster, "conclude"), body)
    assert answer.status_code == 302
    cluster.refresh_from_db()
    assert (cluster.state, cluster.practitioners_summary, str(cluster.ended_on)) == (
        State.CONCLUDED,
        "Begin with the form.",
        "2026-05-02",
    )
    assert cluster.follow_ups.count() == 2


def test_review_desk_lists_own_cases_and_those_as_stand_in_apart(cast: Cast) -> None:
    own = make_cluster(cast, State.SUBMITTED, title="Mine to decide")
    make_cluster(cast, State.SUBMITTED, title="Not mine at all", working_group=cast.other_group)
    text = client_of(cast, "coordinator").get("/review/").content.decode()
    assert own.title in text
    assert "Not mine at all" not in text
    cast.other_group.appointments.update(absent_until=timezone.localdate())
    text = client_of(cast, "coordinator").get("/review/").content.decode()
    assert text.index("As stand-in") < text.index("Not mine at all")
    assert client_of(cast, "member").get("/review/").status_code == 403


def test_the_case_shows_the_check_list_and_the_four_verbs(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    answer = client_of(cast, "coordinator").get(f"/review/{cluster.name}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    for verb in ("approve", "return", "decline", "move"):
        assert f"/clusters/{cluster.name}/{verb}/" in text
    assert "You are neither proposer nor lead, so you may decide." in text
    assert client_of(cast, "member").get(f"/review/{cluster.name}/").status_code == 403


def test_a_refused_verb_shows_neither_fields_nor_what_would_happen(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    text = client_of(cast, "member").get(page(cluster, "return")).content.decode()
    assert "What will happen" not in text
    assert "id_reason" not in text
    text = client_of(cast, "coordinator").get(page(cluster, "return")).content.decode()
    assert "What will happen" in text
    assert "id_reason" in text
    assert "Required: " not in text
    assert "Also: " not in text


def test_who_is_asked_to_lead_reads_what_it_is_and_may_decline(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED, lead_accepted_at=None, lead_asked_at=timezone.now())
    text = client_of(cast, "lead").get(page(cluster, "accept-lead")).content.decode()
    assert cluster.question in text
    assert cast.organisation.name in text
    assert f'datetime="{cluster.ends_on.isoformat()}"' in text
    assert f'href="/clusters/{cluster.name}/"' in text
    assert f'href="{page(cluster, "decline-lead")}"' in text
    assert ">Accept to lead</button>" in text
