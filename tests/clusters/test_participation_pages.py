"""The page of people: who is named to whom, and the buttons that fit."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.forms.models import model_to_dict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.actions.participation import enter
from clusters.choices import JoinPolicy, ParticipationStatus, State
from clusters.models import Cluster, Participation
from community.models import Member
from tests import factories as make
from tests.cast import ROLES, Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def newcomer() -> Member:
    return make.make_member("Nikos Andreou", organisation=make.make_organisation("Harbour"), consents=("directory",))


def running(cast: Cast, policy: str = JoinPolicy.APPLICATION, **fields: Any) -> Cluster:
    return make_cluster(cast, State.RUNNING, join_policy=policy, **fields)


def client_of(member: Member | None) -> Client:
    client = Client()
    if member is not None and member.user is not None:
        client.force_login(member.user)
    return client


def page_for(cast: Cast, cluster: Cluster, role: str) -> str:
    client = Client()
    if (user := cast.user(role)) is not None and user.is_active:
        client.force_login(user)
    return client.get(url(cluster)).content.decode().split("<main")[1].split("</main>")[0]


def url(cluster: Cluster, *parts: Any) -> str:
    return "/".join(["", "clusters", cluster.name, "people", *map(str, parts), ""])


def request_of(member: Member, cluster: Cluster, message: str = "") -> Participation:
    organisation = member.affiliations.get().organisation
    return enter(cluster=cluster, by=member.user, way="ask", organisation=organisation, message=message)


WORKS_ON_IT = {
    "participant",
    "proposer",
    "lead",
    "deputy_lead",
    "external",
    "coordinator",
    "coordinator_proposer",
    "mission_coordinator",
    "admin",
}


@pytest.mark.parametrize("role", ROLES)
def test_persons_are_named_to_who_works_on_the_cluster_and_by_consent_to_the_rest(cast: Cast, role: str) -> None:
    cluster = running(cast)
    make.make_consent(cast.member("deputy_lead"), "directory")
    make.make_consent(cast.member("participant"), "public")
    page = page_for(cast, cluster, role)
    cop = role not in ("visitor", "deactivated", "other_external", "superuser")
    assert ("Participant Person" in page) is True
    assert ("Deputy_Lead Person" in page) is cop
    assert ("External Person" in page) is (role in WORKS_ON_IT)
    if role in ("visitor", "member"):
        assert "1 person, name not public" in page
    assert "Region of the Gulf" in page
    assert "External partner" in page


def test_a_consent_that_is_withdrawn_hides_the_name_at_once(cast: Cast) -> None:
    cluster = running(cast)
    consent = make.make_consent(cast.member("participant"), "public")
    consent.withdrawn_at = NOW
    consent.save()
    assert "Participant Person" not in page_for(cast, cluster, "visitor")


def test_the_consortia_of_an_organisation_stand_beside_it(cast: Cast) -> None:
    make.make_partnership(cast.organisation, make.make_project("COASTRUST"))
    assert "COASTRUST" in page_for(cast, running(cast), "visitor")


def test_a_request_is_seen_and_answered_by_the_lead_alone(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast)
    row = request_of(newcomer, cluster, "We run two harbour offices.")
    for role in ("visitor", "member", "participant", "external"):
        assert "harbour offices" not in page_for(cast, cluster, role)
        assert "Nikos Andreou" not in page_for(cast, cluster, role) or role != "visitor"
    assert "We run two harbour offices." in page_for(cast, cluster, "lead")
    lead = client_of(cast.member("lead"))
    assert lead.post(url(cluster, row.pk, "answer"), {"answer": "decline", "reason": ""}).status_code == 422
    assert (
        client_of(cast.member("participant")).post(url(cluster, row.pk, "answer"), {"answer": "accept"}).status_code
        == 403
    )
    assert lead.post(url(cluster, row.pk, "answer"), {"answer": "accept"}).status_code == 302
    row.refresh_from_db()
    assert row.status == ParticipationStatus.ACTIVE


def test_what_was_written_to_the_lead_stays_out_of_public_history(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast)
    row = request_of(newcomer, cluster, "CANARY words to the lead")
    client_of(cast.member("lead")).post(url(cluster, row.pk, "answer"), {"answer": "decline", "reason": "CANARY no"})
    history = f"/clusters/{cluster.name}/history/"
    for client in (Client(), client_of(newcomer), client_of(cast.member("member"))):
        assert "CANARY" not in client.get(history).content.decode()
    assert "CANARY no" in client_of(cast.member("lead")).get(history).content.decode()


def test_joining_an_open_cluster_takes_one_press(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, JoinPolicy.OPEN)
    client = client_of(newcomer)
    page = client.get(url(cluster)).content.decode()
    assert "Join for Harbour" in page
    assert f'href="{url(cluster, "join")}"' in page, "a word to the lead is possible, not asked for"
    data = {"way": "join", "organisation": newcomer.affiliations.get().organisation_id}
    for _press in range(2):
        assert client.post(url(cluster, "join"), data).status_code == 302
    page = client.get(url(cluster)).content.decode()
    assert "You take part for Harbour: Participant." in page
    assert "Join for Harbour" not in page
    assert client.get(url(cluster, "join")).status_code == 302


@pytest.mark.parametrize(
    ("policy", "state", "way"),
    [
        (JoinPolicy.OPEN, State.RUNNING, "join"),
        (JoinPolicy.APPLICATION, State.RUNNING, "ask"),
        (JoinPolicy.OPEN, State.SUBMITTED, "interest"),
    ],
)
def test_every_way_in_has_room_for_a_word_to_the_lead(
    cast: Cast, newcomer: Member, policy: str, state: str, way: str
) -> None:
    cluster = make_cluster(cast, state, join_policy=policy)
    client = client_of(newcomer)
    assert f'href="{url(cluster, "join")}"' in client.get(url(cluster)).content.decode()
    assert 'name="message"' in client.get(url(cluster, "join")).content.decode()
    data = {"way": way, "organisation": newcomer.affiliations.get().organisation_id, "message": "I bring maps."}
    assert client.post(url(cluster, "join"), data).status_code == 302
    assert cluster.participations.get(member=newcomer).message == "I bring maps."


def test_by_invitation_only_the_button_says_why_it_is_closed(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, JoinPolicy.INVITATION)
    client = client_of(newcomer)
    page = client.get(url(cluster)).content.decode()
    assert 'aria-disabled="true"' in page
    assert "By invitation only: the lead asks whom the cluster needs." in page
    data = {"way": "ask", "organisation": newcomer.affiliations.get().organisation_id}
    assert client.get(url(cluster, "join")).status_code == 403
    assert client.post(url(cluster, "join"), data).status_code == 403


def test_a_full_cluster_offers_the_waiting_list(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, size_limit=4)
    client = client_of(newcomer)
    assert "Put me on the waiting list" in client.get(url(cluster)).content.decode()
    data = {"way": "ask", "organisation": newcomer.affiliations.get().organisation_id}
    assert client.post(url(cluster, "join"), data).status_code == 409
    assert client.post(url(cluster, "join"), {**data, "way": "wait"}).status_code == 302
    assert "as number 1" in client.get(url(cluster)).content.decode()
    lead = page_for(cast, cluster, "lead")
    assert "Waiting list" in lead
    assert "number 1" in lead


def test_a_full_cluster_says_why_nobody_is_accepted_and_where_places_are_made(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, size_limit=5)
    organisation = newcomer.affiliations.get().organisation_id
    client_of(newcomer).post(url(cluster, "join"), {"way": "ask", "organisation": organisation})
    Participation.objects.create(
        cluster=cluster, member=cast.member("member"), organisation=cast.organisation, status="invited", asked_at=NOW
    )
    assert 'aria-label="Accept ' in page_for(cast, cluster, "lead")
    Cluster.objects.filter(pk=cluster.pk).update(size_limit=4)
    full, why = url(cluster, "places"), "The cluster is full: 4 of 4 places are taken."
    lead, invited = page_for(cast, cluster, "lead"), page_for(cast, cluster, "member")
    assert ('aria-label="Accept ' in lead, why in lead, f'href="{full}"' in lead) == (False, True, True)
    assert (why in invited, 'name="answer" value="accept"' in invited) == (True, False)
    asked = {"text": "tide@port.example", "purpose": "Knows the gauges", "access": "comment", "look": "1"}
    preview = client_of(cast.member("lead")).post(url(cluster, "invite", "addresses"), asked).content.decode()
    assert "0 of 4 places are free" in preview


def test_a_policy_that_changed_meanwhile_keeps_the_words(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, JoinPolicy.OPEN)
    data = {"way": "ask", "organisation": newcomer.affiliations.get().organisation_id, "message": "Kept words."}
    response = client_of(newcomer).post(url(cluster, "join"), data)
    assert response.status_code == 409
    assert "How one joins was changed" in response.content.decode()
    assert "Kept words." in response.content.decode()


def test_visitors_are_led_to_the_sign_in(cast: Cast) -> None:
    cluster = running(cast)
    assert f"/accounts/login/?next={url(cluster)}" in page_for(cast, cluster, "visitor")
    assert Client().get(url(cluster, "join")).status_code == 302


def test_the_lead_finds_and_invites_a_member_of_the_directory(cast: Cast, newcomer: Member) -> None:
    make.make_member("Nikos Hidden", organisation=make.make_organisation())
    cluster, lead = running(cast), client_of(cast.member("lead"))
    page = lead.get(url(cluster, "invite"), {"q": "nikos"}).content.decode()
    assert "Invite Nikos Andreou" in page
    assert "Nikos Hidden" not in page
    data = {"member": newcomer.key, "role": "observer", "message": "Read along."}
    assert lead.post(url(cluster, "invite"), data).status_code == 302
    invited = client_of(newcomer)
    assert "Accept the invitation" in invited.get(url(cluster)).content.decode()
    row = cluster.participations.get(member=newcomer)
    assert invited.post(url(cluster, row.pk, "invitation"), {"answer": "accept"}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.role) == (ParticipationStatus.ACTIVE, "observer")


def test_who_is_not_in_the_directory_can_not_be_invited_by_key(cast: Cast) -> None:
    hidden = make.make_member("Nikos Hidden", organisation=make.make_organisation())
    cluster = running(cast)
    response = client_of(cast.member("lead")).post(url(cluster, "invite"), {"member": hidden.key, "role": "observer"})
    assert response.status_code == 422
    assert not cluster.participations.filter(member=hidden).exists()


def test_a_wanted_organisation_is_listed_and_taken_off(cast: Cast) -> None:
    cluster, lead = running(cast), client_of(cast.member("lead"))
    port = make.make_organisation("Port community of Igoumenitsa", country="EL")
    page = lead.get(url(cluster, "invite"), {"q": "igoumenitsa"}).content.decode()
    assert "Put Port community of Igoumenitsa on the list" in page
    assert lead.post(url(cluster, "want"), {"organisation": port.pk, "purpose": "hosts"}).status_code == 302
    assert "Port community of Igoumenitsa" in page_for(cast, cluster, "visitor")
    row = cluster.participations.wanted().get()
    for _press in range(2):
        assert lead.post(url(cluster, row.pk, "forget")).status_code == 302
    assert not cluster.participations.wanted().exists()


def test_a_role_is_given_and_a_deputy_must_be_eligible(cast: Cast, newcomer: Member) -> None:
    cluster, lead = running(cast, JoinPolicy.OPEN), client_of(cast.member("lead"))
    row = enter(cluster=cluster, by=newcomer.user, way="join", organisation=newcomer.affiliations.get().organisation)
    response = lead.post(url(cluster, row.pk, "role"), {"role": "deputy"})
    assert response.status_code == 422
    assert "so it can take part but not lead" in response.content.decode()
    assert lead.post(url(cluster, row.pk, "role"), {"role": "peer_reviewer"}).status_code == 302
    assert lead.post(url(cluster, row.pk, "role"), {"role": "lead"}).status_code == 422


def test_a_participant_leaves_by_the_page(cast: Cast) -> None:
    cluster, client = running(cast), client_of(cast.member("participant"))
    row = cluster.participations.get(member=cast.member("participant"))
    assert "Leave this cluster?" in client.get(url(cluster, row.pk, "leave")).content.decode()
    assert client.post(url(cluster, row.pk, "leave"), {"reason": ""}).status_code == 302
    row.refresh_from_db()
    assert row.status == ParticipationStatus.LEFT
    assert client_of(cast.member("lead")).post(url(cluster, row.pk, "leave"), {}).status_code == 403


def test_on_a_proposal_members_say_that_they_would_join(cast: Cast, newcomer: Member) -> None:
    cluster, client = make_cluster(cast, State.SUBMITTED), client_of(newcomer)
    assert "I would join" in client.get(url(cluster)).content.decode()
    data = {"way": "interest", "organisation": newcomer.affiliations.get().organisation_id}
    assert client.post(url(cluster, "join"), data).status_code == 302
    page = client.get(url(cluster)).content.decode()
    assert "Would join" in page
    assert "It becomes a request to the lead once the cluster is approved." in page
    assert Client().get(url(cluster)).status_code == 404


def test_parts_of_another_cluster_are_not_there(cast: Cast, newcomer: Member) -> None:
    row = request_of(newcomer, running(cast))
    assert client_of(cast.member("lead")).get(url(running(cast), row.pk, "answer")).status_code == 404


def test_every_other_field_stays_whatever_is_posted(cast: Cast, newcomer: Member) -> None:
    cluster, other = running(cast), running(cast)
    everything = {field.name: "1" for field in Participation._meta.get_fields()}
    everything |= {"status": "active", "role": "lead", "cluster": other.pk, "member": cast.member("lead").pk}
    organisation = newcomer.affiliations.get().organisation_id
    data = {**everything, "way": "ask", "organisation": organisation, "message": "Only this."}
    assert client_of(newcomer).post(url(cluster, "join"), data).status_code == 302
    row = Participation.objects.get(member=newcomer)
    assert (row.cluster, row.status, row.role, row.is_external) == (cluster, "requested", "participant", False)
    before = model_to_dict(row)
    lead = client_of(cast.member("lead"))
    assert (
        lead.post(url(cluster, row.pk, "answer"), {**everything, "answer": "accept", "reason": ""}).status_code == 302
    )
    row.refresh_from_db()
    written = {
        "status": "active",
        "from_on": row.from_on,
        "answered_by": lead.session["_auth_user_id"],
        "answered_at": NOW,
    }
    assert {**model_to_dict(row), "answered_by": str(row.answered_by_id)} == {**before, **written}


def test_looking_changes_nothing(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast)
    row, lead = request_of(newcomer, cluster), client_of(cast.member("lead"))
    mine = cluster.participations.get(member=cast.member("lead"))
    with CaptureQueriesContext(connection) as queries:
        for path in ("", "invite/?q=nikos", f"{row.pk}/answer/", f"{row.pk}/role/", f"{mine.pk}/leave/"):
            assert lead.get(url(cluster) + path).status_code in (200, 302, 403)
        for path in ("want/", f"{row.pk}/forget/"):
            assert lead.get(url(cluster) + path).status_code == 405
    written = [q["sql"] for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert [sql for sql in written if "session" not in sql] == []


@pytest.mark.parametrize("role", ["visitor", "member", "lead"])
def test_the_page_asks_as_often_for_three_of_each_as_for_one(cast: Cast, role: str) -> None:
    counts = []
    for each in (1, 3):
        cluster = running(cast)
        for status in ("active", "requested", "invited"):
            for _number in range(each):
                organisation = make.make_lead_organisation()
                member = make.make_member(organisation=organisation)
                Participation.objects.create(
                    cluster=cluster, member=member, organisation=organisation, status=status, asked_at=NOW
                )
        for _number in range(each):
            Participation.objects.create(cluster=cluster, organisation=make.make_organisation(), status="wanted")
        client = Client()
        if (user := cast.user(role)) is not None:
            client.force_login(user)
        client.get(url(cluster))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(cluster)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 18
