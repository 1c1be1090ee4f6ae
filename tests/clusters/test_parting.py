"""Taking an invitation back and ending a participation: who may, what stays, and who is told."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client

from clusters.actions.participation import answer_invitation, enter, invite, leave
from clusters.actions.parting import end_participation
from clusters.choices import ParticipationRole, ParticipationStatus, State
from clusters.models import Cluster, Participation, Stage
from clusters.permissions import can_work, parties
from community.models import Event, Member, Message
from community.permissions import Refusal
from tests import factories as make
from tests.cast import ROLES, Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

Status = ParticipationStatus
WORKERS = {"lead", "deputy_lead", "coordinator", "coordinator_proposer", "mission_coordinator"}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


@pytest.fixture
def newcomer() -> Member:
    return make.make_member("Nikos Andreou", organisation=make.make_organisation("Harbour"), consents=("directory",))


def part_of(cluster: Cluster, cast: Cast, role: str) -> Participation:
    return cluster.participations.get(member=cast.member(role))


def end(row: Participation, by: Any, reason: str = "The work package is over.", seen: str = "") -> Participation:
    return end_participation(participation=row, by=by, seen=seen or row.status, reason=reason)


def told(code: str) -> list[str]:
    return [row.to.get_full_name() for row in Message.objects.filter(template=f"clusters/{code}") if row.to]


def client_of(user: Any) -> Client:
    client = Client()
    if user is not None and user.is_active:
        client.force_login(user)
    return client


def url(cluster: Cluster, *parts: Any) -> str:
    return "/".join(["", "clusters", cluster.name, "people", *map(str, parts), ""])


def main_of(client: Client, address: str, **data: Any) -> str:
    answer = client.post(address, data) if data else client.get(address)
    return answer.content.decode().split("<main")[1].split("</main>")[0]


def test_a_participation_is_ended_with_its_reason_and_the_person_is_told(cast: Cast, cluster: Cluster) -> None:
    row = end(part_of(cluster, cast, "participant"), cast.user("lead"))
    row.refresh_from_db()
    assert (row.status, row.until_on, row.answer_reason) == (Status.LEFT, TODAY, "The work package is over.")
    event = Event.objects.about(row).get()
    assert (event.verb, event.role, event.detail.body["message"]) == (
        "participation.ended",
        "lead",
        "The work package is over.",
    )
    assert told("participation_ended") == ["Participant Person"]


def test_a_participation_that_began_later_ends_on_its_first_day(cast: Cast, cluster: Cluster) -> None:
    row = part_of(cluster, cast, "participant")
    Participation.objects.filter(pk=row.pk).update(from_on=TODAY.replace(month=12))
    assert end(row, cast.user("lead")).until_on == TODAY.replace(month=12)


def test_an_invitation_is_taken_back_and_can_be_given_again(cast: Cast, cluster: Cluster, newcomer: Member) -> None:
    row = end(invite(cluster=cluster, by=cast.user("lead"), member=newcomer), cast.user("deputy_lead"), reason="")
    row.refresh_from_db()
    assert (row.status, row.answered_by, row.until_on) == (Status.EXPIRED, cast.user("deputy_lead"), None)
    assert Event.objects.about(row).filter(verb="participation.invitation_taken_back").count() == 1
    assert told("invitation_taken_back") == ["Nikos Andreou"]
    with pytest.raises(Refusal, match="taken back"):
        answer_invitation(participation=row, by=newcomer.user, accept=True)
    assert invite(cluster=cluster, by=cast.user("lead"), member=newcomer).pk != row.pk


def test_the_second_press_finds_it_done(cast: Cast, cluster: Cluster) -> None:
    row = part_of(cluster, cast, "participant")
    for _press in range(2):
        end(row, cast.user("lead"), seen="active")
    assert Event.objects.about(row).count() == Message.objects.count() == 1


def test_who_takes_an_invitation_back_does_not_put_out_who_accepted_it(
    cast: Cast, cluster: Cluster, newcomer: Member
) -> None:
    row = invite(cluster=cluster, by=cast.user("lead"), member=newcomer)
    answer_invitation(participation=row, by=newcomer.user, accept=True)
    answer = client_of(cast.user("lead")).post(url(cluster, row.pk, "end"), {"seen": "invited", "reason": "Too late."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This was answered while you were reading: Takes part." in page
    assert "Too late." in page
    assert 'name="seen" value="active"' in page
    row.refresh_from_db()
    assert row.status == Status.ACTIVE


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_participation_is_not_ended_without_a_reason(cast: Cast, cluster: Cluster, reason: str) -> None:
    row = part_of(cluster, cast, "participant")
    data = {"seen": "active", "reason": reason}
    answer = client_of(cast.user("lead")).post(url(cluster, row.pk, "end"), data)
    assert (answer.status_code, "Say why" in answer.content.decode()) == (422, True)
    row.refresh_from_db()
    assert row.status == Status.ACTIVE


@pytest.mark.parametrize("role", ROLES)
def test_only_the_leads_side_ends_a_part(cast: Cast, cluster: Cluster, role: str) -> None:
    row = part_of(cluster, cast, "participant")
    if (user := cast.user(role)) is None:
        return
    if role in WORKERS:
        assert end(row, user).status == Status.LEFT
        return
    with pytest.raises(Refusal) as refusal:
        end(row, user)
    assert refusal.value.code == "forbidden"


@pytest.mark.parametrize(
    ("of", "by", "sentence"),
    [
        ("lead", "deputy_lead", "The lead steps down or hands over first."),
        ("lead", "coordinator", "The lead steps down or hands over first."),
        ("lead", "lead", "This is your own part"),
        ("deputy_lead", "deputy_lead", "This is your own part"),
    ],
)
def test_neither_the_lead_nor_oneself_is_ended(cast: Cast, cluster: Cluster, of: str, by: str, sentence: str) -> None:
    row = part_of(cluster, cast, of)
    with pytest.raises(Refusal, match=sentence):
        end(row, cast.user(by))
    assert client_of(cast.user(by)).get(url(cluster, row.pk, "end")).status_code == 403


@pytest.mark.parametrize("status", [Status.REQUESTED, Status.DECLINED, Status.LEFT, Status.EXPIRED])
def test_what_is_neither_invited_nor_active_is_not_ended(cast: Cast, cluster: Cluster, status: str) -> None:
    row = Participation.objects.create(
        cluster=cluster, member=cast.member("member"), organisation=cast.organisation, status=status, asked_at=NOW
    )
    with pytest.raises(Refusal, match="nothing to end"):
        end(row, cast.user("lead"))


def test_who_is_named_and_not_asked_yet_has_no_invitation_to_take_back(cast: Cast, cluster: Cluster) -> None:
    row = Participation.objects.create(
        cluster=cluster, member=cast.member("member"), organisation=cast.organisation, status=Status.INVITED
    )
    with pytest.raises(Refusal, match="Nobody was asked yet"):
        end(row, cast.user("lead"))


@pytest.mark.parametrize("state", [State.SUBMITTED, State.CONCLUDED, State.DISCONTINUED])
def test_nobody_is_put_out_before_the_approval_or_after_the_end(cast: Cast, state: str) -> None:
    row = part_of(make_cluster(cast, state), cast, "participant")
    with pytest.raises(Refusal):
        end(row, cast.user("coordinator"))


def test_a_deputy_who_is_put_out_has_no_power_any_more_and_stays_a_party(cast: Cast, cluster: Cluster) -> None:
    row, user = part_of(cluster, cast, "deputy_lead"), cast.user("deputy_lead")
    client = client_of(user)
    assert client.get(url(cluster, "invite")).status_code == 200
    end(row, cast.user("lead"))
    assert client.get(url(cluster, "invite")).status_code == 403
    fresh = Cluster.objects.get(pk=cluster.pk)
    assert not can_work(user, fresh)
    assert cast.member("deputy_lead").pk in parties(fresh)


def test_who_took_part_is_listed_with_the_time_and_by_consent(cast: Cast, cluster: Cluster, newcomer: Member) -> None:
    harbour = newcomer.affiliations.get().organisation
    row = enter(cluster=cluster, by=newcomer.user, way="join", organisation=harbour)
    assert "Took part before" not in main_of(client_of(None), url(cluster))
    leave(participation=row, by=newcomer.user)
    before = main_of(client_of(None), url(cluster)).split("Took part before", 1)[1]
    assert "Harbour" in before
    assert "Nikos Andreou" not in before
    assert "1 person, name not public" in before
    assert "Nikos Andreou" in main_of(client_of(cast.user("participant")), url(cluster)).split("Took part before", 1)[1]


def test_interest_that_was_taken_back_is_no_part(cast: Cast, newcomer: Member) -> None:
    proposal = make_cluster(cast, State.SUBMITTED)
    harbour = newcomer.affiliations.get().organisation
    row = enter(cluster=proposal, by=newcomer.user, way="interest", organisation=harbour)
    leave(participation=row, by=newcomer.user)
    assert "Took part before" not in main_of(client_of(cast.user("lead")), url(proposal))


def test_links_to_end_stand_where_the_lead_may_press_them(cast: Cast, cluster: Cluster, newcomer: Member) -> None:
    invited = invite(cluster=cluster, by=cast.user("lead"), member=newcomer)
    page = main_of(client_of(cast.user("deputy_lead")), url(cluster))
    shown = {role: url(cluster, part_of(cluster, cast, role).pk, "end") in page for role in
             ("lead", "deputy_lead", "participant", "external")}  # fmt: skip
    assert shown == {"lead": False, "deputy_lead": False, "participant": True, "external": True}
    assert url(cluster, invited.pk, "end") in page
    assert "/end/" not in main_of(client_of(cast.user("participant")), url(cluster))


def test_open_stages_of_who_left_are_nobodys_until_somebody_is_named(cast: Cast, cluster: Cluster) -> None:
    stage = Stage.objects.create(
        cluster=cluster, position=2, title="Try-outs", planned_end_on=TODAY.replace(month=8),
        responsible=cast.member("participant"),
    )  # fmt: skip
    lead, roadmap = client_of(cast.user("lead")), f"/clusters/{cluster.name}/roadmap/"
    row = part_of(cluster, cast, "participant")
    assert "nobody now" not in main_of(lead, roadmap)
    assert "Name who is responsible" not in main_of(lead, "/desk/")
    assert "Try-outs" in main_of(lead, url(cluster, row.pk, "end"))
    end(row, cast.user("lead"))
    assert "nobody now: " in main_of(lead, roadmap)
    assert "Name who is responsible" in main_of(lead, "/desk/")
    Stage.objects.filter(pk=stage.pk).update(responsible=cast.member("lead"))
    assert "nobody now" not in main_of(lead, roadmap)
    assert "Name who is responsible" not in main_of(lead, "/desk/")


def test_the_history_says_what_happened_and_keeps_the_reason_from_the_public(cast: Cast, cluster: Cluster) -> None:
    end(part_of(cluster, cast, "participant"), cast.user("lead"))
    address = f"/clusters/{cluster.name}/history/"
    assert "The lead ended somebody&#x27;s participation." in main_of(client_of(None), address)
    assert "work package" not in main_of(client_of(None), address)
    assert "work package" in main_of(client_of(cast.user("lead")), address)


def test_a_role_of_lead_that_was_left_stays_in_the_list(cast: Cast, cluster: Cluster) -> None:
    Participation.objects.filter(pk=part_of(cluster, cast, "lead").pk).update(status=Status.LEFT, until_on=TODAY)
    before = main_of(client_of(None), url(cluster)).split("Took part before", 1)[1]
    assert str(ParticipationRole.LEAD.label) in before
