"""Advice panels: who asks, who is suggested, one press to say yes or no, and the clock."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.actions.panel import ask_people, ask_question, move_place, move_question, reword_question
from clusters.actions.panel_clock import keep_panels_going
from clusters.choices import PanelPlace, PanelState
from clusters.models import Cluster, PanelAnswer, PanelQuestion
from clusters.panel_desk import panel_items
from clusters.panel_lifecycle import PLACE, QUESTION
from clusters.panel_near import people_for, people_named
from clusters.panel_sentences import SENTENCES
from community.actions.transition import registered_effects
from community.models import Event, Member, Message, Organisation, Term
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast
from tests.clusters.making_panels import CANARY, DIRECTORY, TEXT, asked, client_of, closed, invited, told
from tests.factories import NOW, TODAY
from tests.matrix.places_panel import make_panel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_every_effect_of_the_tables_is_there_and_each_verb_leads_on() -> None:
    wanted = {code for table in (QUESTION, PLACE) for verb in table for code in verb.effects}
    assert wanted <= registered_effects()
    fixed = {str(verb.target) for verb in QUESTION if isinstance(verb.target, str)}
    assert fixed == {"open", "answered", "closed", "withdrawn"}
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
            (expert, ["Expertise: Hydrology", "Works in the same country: IT"]),
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


def test_who_knows_most_is_found_behind_many_who_work_there(
    cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few are compared here, so that few have to be made."""
    monkeypatch.setattr("clusters.panel_near.CANDIDATES", 3)
    known = [make.make_term("expertise", label=label) for label in ("Hydrology", "Reeds")]
    place = make.make_territory("ITF4", name="Puglia", country="IT")
    there = make.make_organisation("Office of Puglia", country="IT", territory=place)
    best = make.make_member("Both Known", consents=DIRECTORY, expertise=tuple(known))
    for number in range(4):
        make.make_member(f"Local {number}", organisation=there, consents=DIRECTORY, expertise=(known[0],))
    row = asked(cast, cluster, expertise=known, territories=[place])
    found = people_for(PanelQuestion.objects.for_page().get(pk=row.pk), cast.user("lead"))
    assert (found[0].row, found[0].points, [hit.points for hit in found[1:]]) == (best, 6, [5, 5])


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


def test_a_past_day_is_refused_and_the_words_stay(cast: Cast, cluster: Cluster) -> None:
    client = client_of(cast.user("lead"))
    sent = {"text": TEXT, "wanted_on": "1 May 2026"}
    response = client.post(f"/clusters/{cluster.name}/panel/", sent)
    assert (response.status_code, TEXT in response.content.decode()) == (422, True)
    assert "This day has gone" in response.content.decode()
    assert client.post(f"/clusters/{cluster.name}/panel/", sent | {"wanted_on": "1 June 2026"}).status_code == 302
    assert PanelQuestion.objects.get().wanted_on == date(2026, 6, 1)
    assert Event.objects.filter(verb="panel_question.asked").count() == 1


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
    shown = [(one.label, one.was, one.now) for one in stale.context["form"].clashes()]
    assert shown == [("Your question", f"{CANARY} in spring?", "Another?")]
    assert "Somebody changed this question while you were reading" in stale.content.decode()
    assert client.post(url, {**words, "seen_version": "9" * 40}).status_code == 409
    reword_question(question=question, by=cast.user("lead"), values={"text": question.text}, seen_version=2)
    assert Event.objects.filter(verb="panel_question.reworded").count() == 1
    move_place(panel_place=place, step="panel.accepted", by=place.asked.user)
    assert client.get(url).status_code == 403
    with pytest.raises(Refusal, match="accepted"):
        reword_question(question=question, by=cast.user("lead"), values={"text": "Late?"}, seen_version=2)


def test_a_long_question_is_called_by_its_first_whole_words() -> None:
    text = "Which figure for the storage of a restored reed bed would a national flood directorate accept undoubtedly?"
    assert len(text) > 100
    short = "Which figure for the storage of a restored reed bed would a national flood directorate accept…"
    assert str(PanelQuestion(text=text)) == short
    assert str(PanelQuestion(text="Why?")) == "Why?"
    assert len(str(PanelQuestion(text="x" * 300))) == 100
