"""Who reads a question to a panel, its answers and the names beside them, and where."""

from __future__ import annotations

import pytest
from django.test import Client

from clusters.actions.panel import ask_question, move_question
from clusters.choices import PanelPlace, PanelState, State
from clusters.models import Cluster, PanelQuestion
from clusters.notifications.panel import path_of_place
from clusters.panel_desk import panel_items
from clusters.panel_summary import advice_lines
from clusters.rules.room import can_see_room
from clusters.sentences import events_for
from community import mails
from community.choices import ConsentPurpose
from community.models import Member, Message, Organisation
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.making_panels import CANARY, DIRECTORY, TEXT, answered, client_of, closed, invited, told
from tests.factories import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


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
