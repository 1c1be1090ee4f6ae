"""Who left the community: nothing as proposer, no place as participant, their own drafts and proposals to be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from clusters.choices import Capacity, State
from clusters.models import Cluster
from clusters.permissions import can_edit_proposal, capacities, deciding_members, sees_names
from clusters.rules.lead_asked import asked_of_lead
from clusters.rules.room import can_see_room, can_share, can_speak
from clusters.rules.translation import can_translate
from community import contributions
from community.actions.liaison import end_liaison, keep_liaison
from community.actions.standing import make_member, set_standing
from community.choices import SolutionStatus, Standing
from community.models import Comment, Member, Solution, User
from community.permissions import Refusal
from community.rights import must_have_factor
from community.rules.liaison import can_keep_liaisons
from results.models import PolicyStatement
from results.rules.policy import statement_capacities
from tests.cast import Cast, make_cast, make_cluster, share
from tests.clusters.test_lifecycle_pages import client_of
from tests.community.admin_pages import page_of, posted
from tests.factories import NOW, TODAY, make_solution

pytestmark = [pytest.mark.django_db]

MEMBERS: Any = "/admin/community/member/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def leave(cast: Cast, *roles: str) -> None:
    """Make the people of some roles former members, as an administrator does."""
    for role in roles:
        set_standing(member=cast.member(role), standing=Standing.FORMER, by=cast.user("admin"))
        cast.accounts[role] = User.objects.get(pk=cast.accounts[role].pk)


def fresh(cluster: Cluster) -> Cluster:
    return Cluster.objects.get(pk=cluster.pk)


@pytest.mark.parametrize("role", ["proposer", "participant"])
@pytest.mark.parametrize("state", [State.APPROVED, State.RUNNING, State.PAUSED])
def test_who_left_has_nothing_in_the_room_of_a_cluster_at_work(cast: Cast, state: State, role: str) -> None:
    cluster = make_cluster(cast, state)
    client, room = client_of(cast, role), f"/clusters/{cluster.name}/room/"
    assert client.get(room).status_code == 200
    assert client.post(f"{room}threads/add/", {"title": "Gauges", "text": "Before."}).status_code == 302
    leave(cast, role)
    user = cast.user(role)
    assert [bool(may(user, fresh(cluster))) for may in (can_see_room, can_speak, can_share)] == [False] * 3
    assert not Cluster.objects.with_room_for(user).exists()
    assert not capacities(user, fresh(cluster), TODAY) & {*Capacity} - {Capacity.SHARED_WITH}
    assert not sees_names(user, fresh(cluster))
    assert "The room is for those who take part" in client.get(room).content.decode()
    assert client.post(f"{room}threads/add/", {"title": "Tides", "text": "After."}).status_code == 403
    assert "Before." not in client.get(f"/clusters/{cluster.name}/").content.decode()
    assert Comment.objects.count() == 1
    suggested = client.post(f"/clusters/{cluster.name}/amendments/suggest/", {"title": "New", "reason": "Better."})
    assert suggested.status_code == 403


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.RETURNED])
def test_who_left_reads_what_they_proposed_and_writes_there_no_more(cast: Cast, state: State) -> None:
    cluster = make_cluster(cast, state)
    client, page = client_of(cast, "proposer"), f"/clusters/{cluster.name}/"
    edit = f"{page}edit/1/"
    assert client.get(edit).status_code == 200
    leave(cast, "proposer")
    assert cluster.title in client.get(page).content.decode()
    for role in ("proposer", "lead"):
        assert bool(can_edit_proposal(cast.user(role), fresh(cluster))) is (role == "lead")
    assert client.get(edit).status_code == 403
    assert client.post(edit, {"title": "Mine again"}).status_code == 403
    for verb in ("submit", "withdraw", "recall", "discard"):
        assert client.post(f"{page}{verb}/", {"reason": "x", "seen": "x"}).status_code in (403, 404, 409, 422), verb
    assert not can_translate(cast.user("proposer"), fresh(cluster))
    after = fresh(cluster)
    assert (after.title, after.state, after.version) == (cluster.title, state, cluster.version)
    assert list(contributions.desk_items.get("clusters")(cast.user("proposer"), TODAY)) == []


def test_who_left_shows_a_draft_to_nobody_more_and_leaves_it_to_its_named_lead(cast: Cast) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    share(cluster, cast.member("member"), cast.user("proposer"))
    leave(cast, "proposer", "member")
    readers, sent = f"/clusters/{cluster.name}/edit/readers/", {"member": cast.member("participant").pk}
    assert client_of(cast, "proposer").post(readers, sent).status_code == 403
    assert cluster.shares.count() == 1
    assert client_of(cast, "lead").get(f"/clusters/{cluster.name}/edit/1/").status_code == 200


def test_a_named_lead_who_left_writes_in_no_proposal_either(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RETURNED)
    leave(cast, "lead")
    assert not can_edit_proposal(cast.user("lead"), fresh(cluster))
    assert can_edit_proposal(cast.user("proposer"), fresh(cluster))


def test_coordinators_read_why_nothing_moves_and_take_it_over(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RETURNED)
    leave(cast, "proposer")
    coordinator = client_of(cast, "coordinator")
    page = coordinator.get(f"/clusters/{cluster.name}/").content.decode()
    assert "The proposer is no longer there" in page
    asked = asked_of_lead(fresh(cluster), TODAY)
    assert (asked.rule, [person.name for person in asked.people]) == ("idle", ["Lead Person"])
    leave(cast, "lead")
    assert "adopt it" in str(asked_of_lead(fresh(cluster), TODAY).why_not)
    assert coordinator.post(f"/clusters/{cluster.name}/adopt/", {"reason": "To keep it going."}).status_code == 302
    assert can_edit_proposal(cast.user("coordinator"), fresh(cluster))
    assert not can_edit_proposal(cast.user("proposer"), fresh(cluster))


def test_who_comes_back_has_what_they_proposed_again(cast: Cast) -> None:
    running, draft = make_cluster(cast, State.RUNNING), make_cluster(cast, State.DRAFT)
    leave(cast, "proposer")
    make_member(member=cast.member("proposer"), by=cast.user("admin"))
    user = User.objects.get(pk=cast.user("proposer").pk)
    assert can_see_room(user, fresh(running))
    assert can_edit_proposal(user, fresh(draft))


def test_the_page_before_a_departure_says_per_person_what_ends(cast: Cast) -> None:
    running, proposal = make_cluster(cast, State.RUNNING), make_cluster(cast, State.SUBMITTED, title="Salt marsh")
    secret = make_cluster(cast, State.DRAFT, title="A secret plan", lead=None)
    for person, status in (("member", "waiting"), ("other_lead", "invited")):
        running.participations.create(member=cast.member(person), organisation=cast.organisation, status=status)
    roles = ("participant", "member", "other_lead", "lead", "proposer", "coordinator", "coordinator_proposer")
    admin = client_of(cast, "admin")
    chosen = {"action": "end_memberships", "_selected_action": [cast.member(role).pk for role in roles]}
    page = admin.post(MEMBERS, chosen)["location"]
    shown = admin.get(page).content.decode()
    for words in (
        f"{running}: Participant",
        f"{running}: waits for a place",
        f"{running}: is invited",
        f"leads {running}: it stays until somebody adopts it",
        f"proposed {proposal}: a coordinator adopts it where nobody leads",
        "1 draft stays as it is",
        f"coordinates {cast.group}",
        f"Nobody else coordinates {cast.group}: appoint somebody, too.",
    ):
        assert words in shown.replace("&#x27;", "'"), words
    assert secret.title not in shown, "administrators read no drafts"
    assert set(Member.objects.filter(standing=Standing.FORMER)) == set(), "nothing is done by looking"
    assert f"{len(roles)} persons are former members now." in admin.post(page, follow=True).content.decode()
    assert Member.objects.filter(standing=Standing.FORMER).count() == len(roles)
    assert client_of(cast, "coordinator").post(page).status_code in (302, 403)


def test_who_comes_back_is_told_what_the_departure_ended(cast: Cast) -> None:
    running = make_cluster(cast, State.RUNNING)
    ended = make_cluster(cast, State.CONCLUDED)
    running.participations.create(member=cast.member("coordinator"), organisation=cast.organisation, status="invited")
    leave(cast, "participant", "coordinator")
    admin = client_of(cast, "admin")

    def back(role: str) -> str:
        chosen = {"action": "make_members", "_selected_action": [cast.member(role).pk]}
        return str(admin.post(MEMBERS, chosen, follow=True).content.decode())

    text = back("coordinator")
    assert "1 person is a member now." in text
    told = f"Coordinator Person is back. What the departure ended does not go on by itself: coordinates {cast.group}; "
    assert f"{told}{running}." in text
    text = back("participant")
    assert f"by itself: {running}." in text
    assert str(ended) not in text
    assert "is back" not in back("participant"), "who is a member already left nothing"
    with time_machine.travel(NOW + timedelta(days=1)):
        leave(cast, "member")
        assert "is back" not in back("member"), "nothing had ended"


def test_the_form_says_what_a_departure_ends_and_what_had_ended_as_the_list_does(cast: Cast) -> None:
    running = make_cluster(cast, State.RUNNING)
    admin, leader = client_of(cast, "admin"), cast.member("lead")

    def changed(role: str, standing: str) -> str:
        page = page_of(cast.member(role))
        assert posted(admin, page, standing=standing, _continue="1").status_code == 302
        return str(admin.get(page).content.decode())

    text = changed("participant", "former")
    assert f"Participant Person left the community. This ended today, or stays for others: {running}: " in text
    text = changed("participant", "member")
    assert f"Participant Person is back. What the departure ended does not go on by itself: {running}." in text
    assert f"leads {running}: it stays until somebody adopts it" in changed("lead", "former")
    leader.refresh_from_db()
    assert leader.standing == Standing.FORMER
    changed("coordinator_proposer", "former")
    text = changed("coordinator", "former")
    assert f"stays for others: coordinates {cast.group}" in text
    assert f"Nobody else coordinates {cast.group}: appoint somebody, too." in text
    assert "This ended" not in changed("coordinator", "external")
    text = changed("coordinator", "member")
    assert f"by itself: coordinates {cast.group}." in text, "who was an external partner in between is told, too"
    text = changed("other_coordinator", "external")
    assert f"Other Coordinator Person is no member any more. This ended: coordinates {cast.other_group}." in text
    assert "is back" not in changed("external", "member")


def test_the_list_says_what_had_ended_also_of_who_became_an_external_partner_in_between(cast: Cast) -> None:
    running = make_cluster(cast, State.RUNNING)
    admin, member = client_of(cast, "admin"), cast.member("participant")
    chosen = {"action": "make_members", "_selected_action": [member.pk]}

    def back() -> str:
        return str(admin.post(MEMBERS, chosen, follow=True).content.decode())

    leave(cast, "participant")
    set_standing(member=member, standing=Standing.EXTERNAL, by=cast.user("admin"))
    assert f"Participant Person is back. What the departure ended does not go on by itself: {running}." in back()
    assert "is back" not in back()
    leave(cast, "participant")
    assert "is back" not in back(), "what an earlier departure ended was said"


def test_too_many_are_not_looked_at_on_one_page(cast: Cast) -> None:
    keys = [Member.objects.create(name=f"Person {number}", sort_name="P").pk for number in range(51)]
    client: Client = client_of(cast, "admin")
    text = client.post(MEMBERS, {"action": "end_memberships", "_selected_action": keys}, follow=True).content.decode()
    assert "Choose at most 50 at a time" in text
    assert "Choose rows in the list first." in client.get(f"{MEMBERS}leave/", follow=True).content.decode()


def test_a_coordinator_who_left_reads_no_drafts_of_solutions_on_the_last_day(cast: Cast) -> None:
    draft = make_solution("Tide gauge", status=SolutionStatus.DRAFT)
    for is_seen in (True, False):
        user = User.objects.get(pk=cast.user("coordinator").pk)
        assert Solution.objects.visible_to(user).filter(pk=draft.pk).exists() is is_seen
        if is_seen:
            leave(cast, "coordinator")


@pytest.mark.both
def test_a_coordinator_who_left_keeps_no_liaisons_on_the_last_day(cast: Cast) -> None:
    words = {"network": "Forum of harbours", "organisation": None, "what_for": "Asks", "kept_by": None}
    row = keep_liaison(subject=cast.group, by=cast.user("coordinator"), values={**words, "from_on": TODAY})
    leave(cast, "coordinator")
    user = cast.user("coordinator")
    assert not can_keep_liaisons(user, cast.group)
    assert can_keep_liaisons(cast.user("coordinator_proposer"), cast.group)
    with pytest.raises(Refusal):
        end_liaison(liaison=row, by=user, until_on=TODAY)
    with pytest.raises(Refusal):
        keep_liaison(subject=cast.group, by=user, values={**words, "network": "Other", "from_on": TODAY})


@pytest.mark.both
def test_stand_ins_step_in_on_the_very_day_on_which_the_last_coordinator_leaves(cast: Cast, settings: Any) -> None:
    settings.MFA_REQUIRED = "coordinators"
    proposal = make_cluster(cast, State.SUBMITTED)
    statement = PolicyStatement.objects.create(working_group=cast.group, title="Reeds first")
    waiting = Cluster.objects.waiting_for_decision()

    def stands_in() -> list[bool]:
        user = User.objects.get(pk=cast.user("stand_in").pk)
        held = (capacities(user, fresh(proposal), TODAY), statement_capacities(user, statement, TODAY))
        return [*(Capacity.STAND_IN in one for one in held), waiting.for_stand_ins(TODAY).exists()]

    assert stands_in() == [False] * 3
    leave(cast, "coordinator", "coordinator_proposer", "mission_coordinator")
    assert stands_in() == [True] * 3
    assert not set(Member.objects.filter(standing=Standing.FORMER)) & set(deciding_members(fresh(proposal), TODAY))
    assert not cast.group.coordinators(TODAY).exists()
    assert not must_have_factor(cast.user("coordinator"))
