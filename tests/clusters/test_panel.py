"""Advice panels: who asks, who is suggested, one press to say yes or no, answers, and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.actions.panel import ask_people, ask_question, move_place, move_question, reword_question
from clusters.actions.panel_clock import keep_panels_going
from clusters.choices import PanelPlace, PanelState, State
from clusters.models import Cluster, PanelAnswer, PanelQuestion
from clusters.notifications.panel import path_of_place
from clusters.panel_desk import panel_items
from clusters.panel_lifecycle import PLACE, QUESTION
from clusters.panel_near import people_for, people_named
from clusters.panel_sentences import SENTENCES
from clusters.panel_summary import advice_lines
from clusters.rules.room import can_see_room
from clusters.sentences import events_for
from community import mails
from community.actions.transition import registered_effects
from community.choices import ConsentPurpose, Vocabulary
from community.models import Event, Member, Message, Organisation, Term
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY
from tests.matrix.places_panel import make_panel

pytestmark = [pytest.mark.django_db]

DIRECTORY = (ConsentPurpose.DIRECTORY,)
TEXT = "How much water does a reed bed hold back in a dry spring?"
CANARY = "Zyxwqv"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


@pytest.fixture
def hydrology() -> Term:
    return make.make_term(Vocabulary.EXPERTISE, label="Hydrology")


@pytest.fixture
def board() -> Organisation:
    return make.make_organisation("Water Board")


@pytest.fixture
def expert(board: Organisation, hydrology: Term) -> Member:
    return make.make_member("Ana Expert", organisation=board, consents=DIRECTORY, expertise=(hydrology,))


@pytest.fixture
def question(cast: Cast, cluster: Cluster, hydrology: Term) -> PanelQuestion:
    return asked(cast, cluster, expertise=[hydrology])


def asked(cast: Cast, cluster: Cluster, by: str = "lead", **values: Any) -> PanelQuestion:
    return ask_question(by=cast.user(by), about=cluster, values={"text": TEXT, **values})


def invited(cast: Cast, question: PanelQuestion, *people: Member) -> PanelAnswer:
    return ask_people(question=question, members=people, by=cast.user("lead"))[0]


def answered(place: PanelAnswer, text: str = "About a third of it.", credit: str = "named") -> PanelAnswer:
    return move_place(panel_place=place, step="panel.answered", by=place.asked.user, text=text, credit=credit)


def closed(cast: Cast, question: PanelQuestion, *, publish: bool) -> PanelQuestion:
    values = {"what_came": "We count a third.", "publish": publish}
    move_question(question=question, step="panel_question.close", by=cast.user("lead"), **values)
    return PanelQuestion.objects.get(pk=question.pk)


def client_of(user: Any) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def told() -> list[tuple[str, str]]:
    return sorted(
        (row.template.removeprefix("clusters/panel_"), row.to.email) for row in Message.objects.all() if row.to
    )


def test_every_effect_of_the_tables_is_there_and_each_verb_leads_on() -> None:
    wanted = {code for table in (QUESTION, PLACE) for verb in table for code in verb.effects}
    assert wanted <= registered_effects()
    assert {str(verb.target) for verb in QUESTION if verb.target} == {"open", "answered", "closed", "withdrawn"}
    assert {str(verb.target) for verb in PLACE if verb.target} == {
        "accepted",
        "declined",
        "answered",
        "withdrawn",
        "invited",
        "expired",
    }


def test_each_verb_of_the_tables_has_its_sentence() -> None:
    recorded = {verb.code for table in (QUESTION, PLACE) for verb in table if verb.is_recorded}
    besides = {"panel_question.asked", "panel_question.suggested", "panel_question.reworded", "panel.asked"}
    assert recorded | besides == set(SENTENCES)


def test_the_lead_asks_who_takes_part_suggests_and_nobody_else_does(cast: Cast, cluster: Cluster) -> None:
    assert asked(cast, cluster).state == PanelState.OPEN
    assert asked(cast, cluster) == PanelQuestion.objects.get()  # a form sent twice
    suggested = asked(cast, cluster, by="participant", text="Who measured the second bed?")
    assert suggested.state == PanelState.SUGGESTED
    assert [row for row in told() if row[0] == "suggested"] != []
    with pytest.raises(Refusal):
        asked(cast, cluster, by="member", text="May I?")
    with pytest.raises(Refusal, match="lead"):
        ask_people(question=suggested, members=[], by=cast.user("participant"))
    move_question(question=suggested, step="panel_question.take_up", by=cast.user("lead"))
    suggested.refresh_from_db()
    assert suggested.state == PanelState.OPEN


def test_who_raised_a_need_and_coordinators_ask_about_it(cast: Cast) -> None:
    need = make.make_need(raised_by=cast.member("member"))
    for role, text in (("member", TEXT), ("other_coordinator", "And in autumn?")):
        ask_question(by=cast.user(role), about=need, values={"text": text})
    with pytest.raises(Refusal, match="Only who raised"):
        ask_question(by=cast.user("lead"), about=need, values={"text": "And mine?"})
    assert Client().get(f"/needs/{need.pk}/").content.decode().count(TEXT) == 0
    assert TEXT in client_of(cast.user("member")).get(f"/needs/{need.pk}/").content.decode()


def test_people_are_suggested_with_reasons_and_only_who_agreed_to_be_shown(
    cast: Cast, cluster: Cluster, expert: Member, hydrology: Term, board: Organisation
) -> None:
    place = make.make_territory(code="ITF4", name="Puglia")
    puglia = make.make_organisation("Puglia Park", territory=place)
    fields: dict[str, Any] = {"expertise": (hydrology,), "languages": ["it"]}
    near = make.make_member("Bo Near", organisation=puglia, consents=DIRECTORY, **fields)
    make.make_member(f"{CANARY} Hidden", organisation=puglia, **fields)
    make.make_member("Same House", organisation=cast.organisation, consents=DIRECTORY, **fields)
    make.make_member("No Account", organisation=puglia, account=False, consents=DIRECTORY, **fields)
    make.make_consent(cast.member("participant"))
    cast.member("participant").expertise.add(hydrology)
    row = asked(cast, cluster, expertise=[hydrology], territories=[place], languages=["it"])
    for user in (cast.user("lead"), cast.user("admin")):
        with CaptureQueriesContext(connection) as captured:
            hits = people_for(PanelQuestion.objects.for_page().get(pk=row.pk), user)
        assert len(captured) < 15
        assert [(hit.row, hit.reasons) for hit in hits] == [
            (near, ["Expertise: Hydrology", "Works in: Puglia", "Speaks: Italian"]),
            (expert, ["Expertise: Hydrology"]),
        ]
    assert [hit.row for hit in people_named(row, cast.user("lead"), "bo near")] == [near]
    assert people_named(row, cast.user("lead"), CANARY) == []
    invited(cast, row, near)
    assert [hit.row for hit in people_for(PanelQuestion.objects.get(pk=row.pk), cast.user("lead"))] == [expert]


def test_without_expertise_the_words_of_the_question_are_compared(cast: Cast, cluster: Cluster, board: Any) -> None:
    reeds = make.make_member("Rea Reed", organisation=board, consents=DIRECTORY, about="I measure reed beds.")
    make.make_member("Other Work", organisation=board, consents=DIRECTORY, about="I run an office.")
    row = asked(cast, cluster, text="What does a reed bed hold back?")
    assert [(hit.row, hit.reasons) for hit in people_for(row, cast.user("lead"))] == [(reeds, ["Knows about: reed"])]


def test_nobody_is_asked_who_is_not_in_the_directory(cast: Cast, question: PanelQuestion) -> None:
    hidden = make.make_member("Hidden Person")
    response = client_of(cast.user("lead")).post(f"/panel/{question.pk}/people/", {"people": [hidden.key]})
    assert (response.status_code, PanelAnswer.objects.count()) == (422, 0)
    assert "shown in its directory" in response.content.decode()


def test_one_press_accepts_one_declines_and_a_second_changes_nothing(
    cast: Cast, question: PanelQuestion, expert: Member, board: Organisation
) -> None:
    other = make.make_member("Cy Other", organisation=board, consents=DIRECTORY)
    lead = client_of(cast.user("lead"))
    assert lead.post(f"/panel/{question.pk}/people/", {"people": [expert.key, other.key]}).status_code == 302
    assert [row[0] for row in told()] == ["asked", "asked"]
    page = client_of(expert.user).get(f"/panel/{question.pk}/").content.decode()
    assert ("Yes, I will answer" in page, "No, not this time" in page, "Who is asked" in page) == (True, True, False)
    for _press in range(2):
        assert client_of(expert.user).post(f"/panel/{question.pk}/accept/").status_code == 302
    client_of(other.user).post(f"/panel/{question.pk}/decline/", {"reason": f"On leave, {CANARY}"})
    assert list(question.answers.values_list("status", flat=True)) == [PanelPlace.ACCEPTED, PanelPlace.DECLINED]
    assert [row for row in told() if row == ("said", cast.user("lead").email)] == [
        ("said", cast.user("lead").email)
    ] * 2
    assert CANARY in lead.get(f"/panel/{question.pk}/").content.decode()
    for user in (expert.user, cast.user("participant"), cast.user("coordinator")):
        assert CANARY not in client_of(user).get(f"/panel/{question.pk}/").content.decode()
    assert client_of(cast.user("member")).post(f"/panel/{question.pk}/accept/").status_code == 404


def test_an_answer_shows_on_the_question_and_may_be_changed_until_it_is_closed(
    cast: Cast, question: PanelQuestion, expert: Member
) -> None:
    invited(cast, question, expert)
    client = client_of(expert.user)
    empty = client.post(f"/panel/{question.pk}/answer/", {"text": "", "credit": "named"})
    assert (empty.status_code, "Write your answer" in empty.content.decode()) == (422, True)
    client.post(f"/panel/{question.pk}/answer/", {"text": "A third.", "credit": "named"})
    client.post(f"/panel/{question.pk}/answer/", {"text": "A quarter.", "credit": "organisation"})
    question.refresh_from_db()
    place = question.answers.get()
    assert (question.state, place.text, place.credit) == (PanelState.ANSWERED, "A quarter.", "organisation")
    assert [str(item.verb) for item in panel_items(cast.user("lead"), TODAY)] == ["Read the answers"]
    move_place(panel_place=place, step="panel.helped", by=cast.user("lead"), helped=True)
    closed(cast, question, publish=False)
    late = client.post(f"/panel/{question.pk}/answer/", {"text": "Half.", "credit": "named"})
    assert (late.status_code, "Half." in late.content.decode()) == (409, True)
    assert [row[0] for row in told()].count("closed") == 1


def test_what_is_not_published_is_read_by_the_group_and_the_panel_alone(
    cast: Cast, cluster: Cluster, question: PanelQuestion, expert: Member, board: Organisation
) -> None:
    waiting = make.make_member("Wa Waiting", organisation=board, consents=DIRECTORY)
    invited(cast, question, expert, waiting)
    answered(question.answers.get(asked=expert), text=f"{CANARY} of it.")
    page = f"/panel/{question.pk}/"
    seen = {
        role: (response.status_code, CANARY in response.content.decode())
        for role, user in {
            "visitor": None,
            "member": cast.user("member"),
            "other": cast.user("other_coordinator"),
            "participant": cast.user("participant"),
            "expert": expert.user,
            "waiting": waiting.user,
        }.items()
        for response in [client_of(user).get(page)]
    }
    assert seen == {
        "visitor": (404, False),
        "member": (404, False),
        "other": (404, False),
        "participant": (200, True),
        "expert": (200, True),
        "waiting": (200, False),
    }
    stranger = client_of(expert.user)
    assert TEXT not in stranger.get(cluster.get_absolute_url()).content.decode()
    assert not can_see_room(expert.user, cluster)
    assert events_for(cast.user("member"), cluster).filter(kind__startswith="panel").count() == 0
    assert advice_lines(cluster) == []
    closed(cast, question, publish=True)
    assert CANARY in Client().get(page).content.decode()
    assert TEXT in Client().get(cluster.get_absolute_url()).content.decode()
    assert TEXT in Client().get("/panel/").content.decode()
    assert [event.verb for event in events_for(cast.user("member"), cluster).filter(kind__startswith="panel")] == [
        "panel_question.publish"
    ]
    move_question(question=question, step="panel_question.keep", by=cast.user("lead"))
    assert Client().get(page).status_code == 404


def test_a_name_stands_beside_an_answer_only_by_choice_and_consent(
    cast: Cast, question: PanelQuestion, expert: Member
) -> None:
    place = invited(cast, question, expert)
    answered(place, credit="named")
    closed(cast, question, publish=True)
    page = f"/panel/{question.pk}/"
    assert ("Ana Expert" in Client().get(page).content.decode()) is False
    make.make_consent(expert, ConsentPurpose.NAMED)
    assert "Ana Expert" in Client().get(page).content.decode()
    client_of(expert.user).post(f"{page}credit/", {"credit": "organisation"})
    shown = Client().get(page).content.decode()
    assert ("Ana Expert" in shown, "Water Board" in shown) == (False, True)


def test_the_clock_reminds_and_ends_places_of_those_who_never_said(
    cast: Cast, cluster: Cluster, expert: Member, board: Organisation
) -> None:
    row = asked(cast, cluster, wanted_on=TODAY + timedelta(days=10))
    other = make.make_member("Cy Other", organisation=board, consents=DIRECTORY)
    invited(cast, row, expert, other)
    move_place(panel_place=row.answers.get(asked=other), step="panel.accepted", by=other.user)
    Message.objects.all().delete()
    found: dict[int, list[str]] = {}
    for day in (1, 3, 7, 10, 11):
        with time_machine.travel(NOW + timedelta(days=day), tick=False):
            for _run in range(2):
                keep_panels_going(NOW + timedelta(days=day))
        found[day] = [name for name, _to in told()]
        Message.objects.exclude(key=None).update(template="old")
        Message.objects.exclude(template="old").delete()
    reminders = {day: names.count("reminder") for day, names in found.items()}
    assert reminders == {1: 0, 3: 1, 7: 2, 10: 1, 11: 0}
    assert found[11].count("said") > 0
    assert sorted(row.answers.values_list("status", flat=True)) == [PanelPlace.ACCEPTED, PanelPlace.EXPIRED]
    assert [item.late for item in panel_items(other.user, TODAY + timedelta(days=11))] == [True]
    move_place(panel_place=row.answers.get(asked=expert), step="panel.accepted", by=expert.user)  # late, but welcome


def test_who_is_no_longer_asked_hears_it_and_reads_no_more(cast: Cast, question: PanelQuestion, expert: Member) -> None:
    place = invited(cast, question, expert)
    lead = client_of(cast.user("lead"))
    assert lead.post(f"/panel/{question.pk}/people/{place.pk}/take-back/").status_code == 302
    assert client_of(expert.user).get(f"/panel/{question.pk}/").status_code == 404
    assert ("taken_back", expert.user.email) in told()
    mail = Message.objects.get(template="clusters/panel_taken_back")
    place.refresh_from_db()
    assert (path_of_place(place, mail), mails.render(mail).to) == ("/panel/", [expert.user.email])
    assert lead.post(f"/panel/{question.pk}/people/{place.pk}/ask-again/").status_code == 302
    lead.post(f"/panel/{question.pk}/withdraw/", {"reason": "Solved."})
    place.refresh_from_db()
    question.refresh_from_db()
    assert (place.status, question.state) == (PanelPlace.WITHDRAWN, PanelState.WITHDRAWN)
    assert [item.title for item in panel_items(expert.user, TODAY)] == []


def test_advice_stands_in_the_snapshot_with_keys_of_those_who_chose_it(
    cast: Cast, cluster: Cluster, question: PanelQuestion, expert: Member, board: Organisation
) -> None:
    other = make.make_member("Cy Other", organisation=board, consents=DIRECTORY)
    invited(cast, question, expert, other)
    answered(question.answers.get(asked=expert), credit="named")
    answered(question.answers.get(asked=other), credit="organisation")
    closed(cast, question, publish=True)
    organisation = {"name": "Water Board", "country": "IT"}
    assert advice_lines(cluster) == [
        {
            "question": TEXT,
            "what_came": "We count a third.",
            "on": TODAY.isoformat(),
            "given_by": [
                {"organisation": organisation, "person": expert.key},
                {"organisation": organisation, "person": None},
            ],
        }
    ]


def test_what_is_known_of_a_person_is_exported_and_erased(cast: Cast, question: PanelQuestion, expert: Member) -> None:
    from clusters.actions.panel_records import PLACES, QUESTIONS

    answered(invited(cast, question, expert))
    assert [PLACES.export(row)["answer"] for row in PLACES.rows(expert)] == ["About a third of it."]
    assert [QUESTIONS.export(row)["question"] for row in QUESTIONS.rows(cast.member("lead"))] == [TEXT]
    assert PLACES.erase is not None
    assert PLACES.erase(expert) == 1
    place = question.answers.get()
    assert (place.credit, place.text) == ("organisation", "About a third of it.")


def test_a_past_day_is_refused_and_the_words_stay(cast: Cast, cluster: Cluster) -> None:
    client = client_of(cast.user("lead"))
    sent = {"text": TEXT, "wanted_on": "1 May 2026"}
    response = client.post(f"/clusters/{cluster.name}/panel/", sent)
    assert (response.status_code, TEXT in response.content.decode()) == (422, True)
    assert "This day has gone" in response.content.decode()
    assert client.post(f"/clusters/{cluster.name}/panel/", sent | {"wanted_on": "1 June 2026"}).status_code == 302
    assert PanelQuestion.objects.get().wanted_on == date(2026, 6, 1)
    assert Event.objects.filter(verb="panel_question.asked").count() == 1


def test_a_platform_shows_open_questions_to_those_who_read_them_and_to_nobody_else(cast: Cast) -> None:
    challenge, other = make.make_term(), make.make_term()
    need = make.make_need("How wet is a reed bed?", raised_by=cast.member("participant"))
    need.challenges.add(challenge)
    asked = ask_question(by=cast.user("participant"), about=need, values={"text": TEXT})
    inside = make_cluster(cast, State.RUNNING)
    inside.themes.add(challenge)
    of_cluster = ask_question(by=cast.user("lead"), about=inside, values={"text": f"{CANARY}?"})

    def seen(role: str, code: str) -> tuple[bool, bool]:
        client = Client()
        if role != "visitor":
            client.force_login(cast.user(role))
        page = client.get(f"/platforms/{code}/").content.decode()
        return f"/panel/{asked.pk}/" in page, f"/panel/{of_cluster.pk}/" in page

    roles = ("visitor", "member", "participant", "lead", "coordinator")
    assert {role: seen(role, challenge.code) for role in roles} == {
        "visitor": (False, False),
        "member": (False, False),
        "participant": (True, True),
        "lead": (False, True),
        "coordinator": (True, True),
    }
    assert seen("coordinator", other.code) == (False, False)


def test_a_question_is_worded_anew_until_somebody_accepts_it(cast: Cast) -> None:
    question = make_panel(cast)
    place = question.answers.get()
    first = Message.objects.get(template="clusters/panel_asked")
    client, url = Client(), f"/panel/{question.pk}/reword/"
    client.force_login(cast.user("lead"))
    assert url in client.get(f"/panel/{question.pk}/").content.decode()
    assert f'value="{question.version}"' in client.get(url).content.decode()
    words = {"text": f"{CANARY} in spring?", "seen_version": str(question.version)}
    assert client.post(url, {**words, "text": ""}).status_code == 422
    assert client.post(url, words).status_code == 302
    question.refresh_from_db()
    assert (question.text, question.version) == (f"{CANARY} in spring?", 2)
    assert Event.objects.filter(verb="panel_question.reworded").count() == 1
    first.refresh_from_db()
    states = list(
        Message.objects.filter(template="clusters/panel_asked").order_by("pk").values_list("state", flat=True)
    )
    assert states == ["superseded", "queued"]
    stale = client.post(url, {**words, "text": "Another?"})
    assert (stale.status_code, "Another?" in stale.content.decode()) == (409, True)
    assert client.post(url, {**words, "seen_version": "9" * 40}).status_code == 409
    reword_question(question=question, by=cast.user("lead"), values={"text": question.text}, seen_version=2)
    assert Event.objects.filter(verb="panel_question.reworded").count() == 1
    move_place(panel_place=place, step="panel.accepted", by=place.asked.user)
    assert client.get(url).status_code == 403
    with pytest.raises(Refusal, match="accepted"):
        reword_question(question=question, by=cast.user("lead"), values={"text": "Late?"}, seen_version=2)
