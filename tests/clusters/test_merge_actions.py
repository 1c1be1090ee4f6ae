"""Merging: who asks and who agrees, and everything that goes along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from clusters import search
from clusters.actions.merge import agree_merge, ask_merge, merge, refuse_merge, withdraw_merge
from clusters.actions.room import start_thread
from clusters.choices import MergeStatus, State
from clusters.choices import ParticipationRole as Role
from clusters.choices import ParticipationStatus as Status
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, MergeRequest, Participation
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.models import Event, Liaison, Member, Message, Subscription
from community.permissions import Refusal
from community.verification import verify_history
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

WHY = "Both ask the same."


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def bare(cast: Cast, state: str, **fields: object) -> Cluster:
    """Make a cluster of people of its own, so that nobody of it is in another one."""
    own = {role: make.make_member(organisation=cast.organisation) for role in ("proposer", "lead")}
    cluster = make_cluster(cast, state, **{**own, **fields})
    cluster.participations.all().delete()
    return cluster


def put_in(cluster: Cluster, member: Member | None = None, status: str = Status.ACTIVE, **fields: object) -> Member:
    """Let somebody take part, or be asked to."""
    person = member or make.make_member()
    values = {"role": Role.PARTICIPANT, "organisation": make.make_organisation(), "from_on": TODAY, **fields}
    Participation.objects.create(cluster=cluster, member=person, status=status, **values)
    return person


def parts(cluster: Cluster) -> dict[int | None, tuple[str, str]]:
    """Return role and status of everybody in a cluster, by person."""
    return {row.member_id: (row.role, row.status) for row in cluster.participations.all()}


def pair(cast: Cast, state: str = State.APPROVED, other: str = State.RUNNING) -> tuple[Cluster, Cluster]:
    """Return a cluster of WG1 and one of WG2."""
    return bare(cast, state), bare(cast, other, working_group=cast.other_group)


def asked(cast: Cast, cluster: Cluster, into: Cluster) -> MergeRequest:
    request = ask_merge(cluster=cluster, into=into, by=cast.user("coordinator"), reason=WHY)
    assert isinstance(request, MergeRequest)
    return request


def merged(cast: Cast, cluster: Cluster, into: Cluster) -> Cluster:
    return merge(cluster=cluster, into=into, by=cast.user("mission_coordinator"), reason=WHY)


def mails(template: str) -> set[int | None]:
    return set(Message.objects.filter(template=f"clusters/{template}").values_list("to", flat=True))


def test_one_asks_and_one_of_the_other_group_agrees(cast: Cast) -> None:
    cluster, into = pair(cast)
    request = asked(cast, cluster, into)
    cluster.refresh_from_db()
    assert (cluster.state, request.status) == (State.APPROVED, MergeStatus.OPEN)
    assert mails("merge_asked") == {cast.user("other_coordinator").pk, cast.user("stand_in").pk}
    after = agree_merge(request=request, by=cast.user("other_coordinator"))
    request.refresh_from_db()
    assert (after.state, after.state_before, after.merged_into) == (State.MERGED, State.APPROVED, into)
    assert (request.status, request.answered_by) == (MergeStatus.AGREED, cast.user("other_coordinator"))
    event = Event.objects.about(after).first()
    assert event is not None
    assert (event.verb, event.by, event.role) == ("merge", cast.user("other_coordinator"), "taking_in")
    assert (event.data["into"], event.data["asked_by"]) == (into.pk, cast.user("coordinator").pk)
    assert event.detail.body == {"reason": WHY}
    assert cast.user("coordinator").pk in mails("merge")
    took = Event.objects.about(into).first()
    assert took is not None
    assert (took.verb, took.by, took.role, took.data) == (
        "took_in",
        cast.user("other_coordinator"),
        "coordinator",
        {"cluster": cluster.pk},
    )
    assert list(verify_history()) == []


def test_asking_twice_asks_once_and_another_target_takes_the_first_question_back(cast: Cast) -> None:
    cluster, into = pair(cast)
    request = asked(cast, cluster, into)
    assert asked(cast, cluster, into) == request
    assert Event.objects.filter(verb="merge_asked").count() == 1
    third = bare(cast, State.RUNNING, working_group=cast.other_group)
    later = asked(cast, cluster, third)
    request.refresh_from_db()
    assert (request.status, later.status, later.into) == (MergeStatus.WITHDRAWN, MergeStatus.OPEN, third)


def test_who_coordinates_both_groups_merges_with_one_press(cast: Cast) -> None:
    cluster, into = pair(cast)
    after = ask_merge(cluster=cluster, into=into, by=cast.user("mission_coordinator"), reason=WHY)
    assert isinstance(after, Cluster)
    assert (after.state, MergeRequest.objects.count()) == (State.MERGED, 0)
    same_group = bare(cast, State.SUBMITTED)
    third = bare(cast, State.RUNNING)
    assert isinstance(ask_merge(cluster=same_group, into=third, by=cast.user("coordinator"), reason=WHY), Cluster)


def test_nobody_agrees_with_themselves_or_from_outside(cast: Cast) -> None:
    cluster, into = pair(cast)
    request = asked(cast, cluster, into)
    for role in ("coordinator", "coordinator_proposer", "member", "lead", "proposer", "admin", "superuser", "external"):
        with pytest.raises(Refusal):
            agree_merge(request=request, by=cast.user(role))
        with pytest.raises(Refusal):
            refuse_merge(request=request, by=cast.user(role), reason="No.")
    for role in ("other_coordinator", "member", "lead", "admin"):
        with pytest.raises(Refusal):
            merge(cluster=bare(cast, State.APPROVED), into=into, by=cast.user(role), reason=WHY)
    with pytest.raises(Refusal, match="has to agree first"):
        merge(cluster=bare(cast, State.APPROVED), into=into, by=cast.user("coordinator"), reason=WHY)
    cluster.refresh_from_db()
    assert cluster.state == State.APPROVED


@pytest.mark.parametrize("side", ["cluster", "into"])
@pytest.mark.parametrize("party", ["proposer", "lead", "acting_lead"])
def test_four_eyes_hold_on_both_sides(side: str, party: str, cast: Cast) -> None:
    for role in ("coordinator", "other_coordinator", "mission_coordinator"):
        one, two = pair(cast)
        press: Callable[..., object] = partial(ask_merge, cluster=one, into=two, reason=WHY)
        if role == "other_coordinator":
            press = partial(agree_merge, request=asked(cast, one, two))
        Cluster.objects.filter(pk=(one if side == "cluster" else two).pk).update(**{party: cast.member(role)})
        with pytest.raises(Refusal, match="four eyes"):
            press(by=cast.user(role))
    assert not Cluster.objects.filter(state=State.MERGED).exists()


def test_who_asked_must_still_decide_when_the_other_side_agrees(cast: Cast) -> None:
    cluster, into = pair(cast)
    request = asked(cast, cluster, into)
    cast.member("coordinator").appointments.update(until_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Refusal, match="no longer decides"):
        agree_merge(request=request, by=cast.user("other_coordinator"))


def test_a_refusal_says_why_to_who_asked_and_leaves_everything(cast: Cast) -> None:
    cluster, into = pair(cast)
    request = asked(cast, cluster, into)
    with pytest.raises(Refusal, match="Say why"):
        refuse_merge(request=request, by=cast.user("other_coordinator"), reason=" ")
    refuse_merge(request=request, by=cast.user("other_coordinator"), reason="Ours starts now.")
    request.refresh_from_db()
    assert (request.status, request.answer_reason) == (MergeStatus.REFUSED, "Ours starts now.")
    assert mails("merge_refused") == {cast.user("coordinator").pk}
    with pytest.raises(Refusal, match="answered or taken back"):
        agree_merge(request=request, by=cast.user("other_coordinator"))


def test_a_question_is_taken_back_by_the_side_that_asked(cast: Cast) -> None:
    cluster, into = pair(cast)
    request = asked(cast, cluster, into)
    with pytest.raises(Refusal):
        withdraw_merge(request=request, by=cast.user("other_coordinator"))
    assert withdraw_merge(request=request, by=cast.user("coordinator")).status == MergeStatus.WITHDRAWN
    with pytest.raises(Refusal, match="answered or taken back"):
        agree_merge(request=request, by=cast.user("other_coordinator"))


@pytest.mark.parametrize(
    ("state", "target", "is_possible"),
    [
        (State.SUBMITTED, State.SUBMITTED, True),
        (State.RETURNED, State.APPROVED, True),
        (State.APPROVED, State.PAUSED, True),
        (State.APPROVED, State.SUBMITTED, False),
        (State.SUBMITTED, State.CONCLUDED, False),
        (State.SUBMITTED, State.DISCONTINUED, False),
        (State.SUBMITTED, State.DECLINED, False),
        (State.SUBMITTED, State.DRAFT, False),
        (State.SUBMITTED, State.MERGED, False),
        (State.RUNNING, State.RUNNING, False),
        (State.DRAFT, State.RUNNING, False),
    ],
)
def test_which_goes_into_which(state: str, target: str, is_possible: bool, cast: Cast) -> None:
    cluster, into = pair(cast, state, target)
    if is_possible:
        assert merged(cast, cluster, into).merged_into == into
        return
    with pytest.raises(Refusal):
        merged(cast, cluster, into)
    with pytest.raises(Refusal):
        ask_merge(cluster=cluster, into=into, by=cast.user("coordinator"), reason=WHY)
    assert Event.objects.count() == 0


def test_a_cluster_does_not_go_into_itself_and_a_reason_is_asked(cast: Cast) -> None:
    cluster, into = pair(cast)
    with pytest.raises(Refusal, match="into itself"):
        merged(cast, cluster, cluster)
    for by in ("coordinator", "mission_coordinator"):
        with pytest.raises(Refusal, match="Say why"):
            ask_merge(cluster=cluster, into=into, by=cast.user(by), reason=" ")


def test_people_move_once_with_sensible_roles(cast: Cast) -> None:
    cluster, into = pair(cast)
    lead, deputy = put_in(cluster, cluster.lead, role=Role.LEAD), put_in(cluster, role=Role.DEPUTY)
    plain, reviewer = put_in(cluster), put_in(cluster, role=Role.PEER_REVIEWER)
    both, only_asked_there, watches_there = put_in(cluster), put_in(cluster), put_in(cluster)
    gone = put_in(cluster, status=Status.LEFT)
    put_in(into, into.lead, role=Role.LEAD)
    put_in(into, both, role=Role.DEPUTY)
    put_in(into, only_asked_there, Status.INVITED)
    put_in(into, watches_there, role=Role.OBSERVER)
    merged(cast, cluster, into)
    assert parts(into) == {
        into.lead_id: (Role.LEAD, Status.ACTIVE),
        lead.pk: (Role.PARTICIPANT, Status.ACTIVE),
        deputy.pk: (Role.PARTICIPANT, Status.ACTIVE),
        plain.pk: (Role.PARTICIPANT, Status.ACTIVE),
        reviewer.pk: (Role.PEER_REVIEWER, Status.ACTIVE),
        both.pk: (Role.DEPUTY, Status.ACTIVE),
        only_asked_there.pk: (Role.PARTICIPANT, Status.ACTIVE),
        watches_there.pk: (Role.PARTICIPANT, Status.ACTIVE),
    }
    assert {status for _role, status in parts(cluster).values()} == {Status.LEFT}
    assert set(parts(cluster)) == {both.pk, only_asked_there.pk, watches_there.pk, gone.pk}


def test_what_waited_for_an_approval_is_asked_where_that_is_given(cast: Cast) -> None:
    cluster, into = pair(cast, State.SUBMITTED)
    named, would = put_in(cluster, status=Status.INVITED), put_in(cluster, status=Status.INTERESTED)
    merged(cast, cluster, into)
    assert parts(into) == {
        named.pk: (Role.PARTICIPANT, Status.INVITED),
        would.pk: (Role.PARTICIPANT, Status.REQUESTED),
        cluster.lead_id: (Role.PARTICIPANT, Status.INVITED),
        cluster.proposer_id: (Role.PARTICIPANT, Status.INVITED),
    }
    assert not into.participations.filter(asked_at=None).exists()


def test_a_merge_keeps_the_greater_access_what_one_is_invited_for_and_the_meetings(cast: Cast) -> None:
    cluster, into = bare(cast, State.APPROVED), bare(cast, State.RUNNING, working_group=cast.other_group)
    invited = {"purpose": "Knows the tide gauges", "asked_by": cast.user("lead"), "asked_at": timezone.now()}
    guest = put_in(cluster, make.make_external(), is_external=True, access="contribute", **invited)
    put_in(into, guest, is_external=True, access="view")
    moved = put_in(cluster)
    day = timezone.now() + timedelta(days=9)
    for place, title in ((cluster, "Known"), (into, "New to them")):
        hours = {"held_on": day.date(), "starts_at": day, "ends_at": day + timedelta(hours=1)}
        place.meetings.create(title=title, called_by=cast.user("lead"), **hours)
    merge(cluster=cluster, into=into, by=cast.user("mission_coordinator"), reason=WHY)
    kept = into.participations.get(member=guest)
    assert (kept.access, kept.purpose, kept.asked_by) == ("contribute", "Knows the tide gauges", cast.user("lead"))
    calls = Message.objects.filter(template="clusters/meeting_called", kind="meeting")
    told = {(one.to.member, into.meetings.get(pk=one.subject_id).title) for one in calls}
    assert told == {(moved, "New to them")}


def test_two_proposals_keep_what_waits_waiting(cast: Cast) -> None:
    cluster, into = pair(cast, State.SUBMITTED, State.SUBMITTED)
    named, would = put_in(cluster, status=Status.INVITED), put_in(cluster, status=Status.INTERESTED)
    merged(cast, cluster, into)
    assert parts(into)[named.pk] == (Role.PARTICIPANT, Status.INVITED)
    assert parts(into)[would.pk] == (Role.PARTICIPANT, Status.INTERESTED)
    assert not into.participations.exclude(asked_at=None).exists()


def test_a_wanted_organisation_is_wanted_once_and_not_where_somebody_came(cast: Cast) -> None:
    cluster, into = pair(cast)
    twice, new, found = (make.make_organisation() for _number in range(3))
    for row, organisations in ((cluster, (twice, new)), (into, (twice, found))):
        for organisation in organisations:
            Participation.objects.create(cluster=row, organisation=organisation, status=Status.WANTED)
    put_in(cluster, organisation=found)
    merged(cast, cluster, into)
    assert set(into.participations.wanted().values_list("organisation", flat=True)) == {twice.pk, new.pk}
    assert not cluster.participations.wanted().exists()


def test_needs_followers_and_contacts_go_along_and_words_are_found(cast: Cast) -> None:
    cluster, into = pair(cast)
    needs = [make.make_need(f"Which harbour stores seagrass {number}?") for number in range(3)]
    Cluster.objects.filter(pk=cluster.pk).update(need=needs[0])
    Cluster.objects.filter(pk=into.pk).update(need=needs[2])
    cluster.further_needs.set([needs[1], needs[2]])
    follower, of_both = cast.user("member"), cast.user("participant")
    for user, row in ((follower, cluster), (of_both, cluster), (of_both, into)):
        Subscription.objects.create(user=user, kind="cluster", subject_id=row.pk)
    for network, row in (("Ramsar", cluster), ("HELCOM", cluster), ("HELCOM", into)):
        Liaison.objects.create(network=network, kind="cluster", subject_id=row.pk)
    merged(cast, cluster, into)
    into.refresh_from_db()
    kept = [list(Liaison.objects.of_subject("cluster", row.pk)) for row in (cluster, into)]
    assert [[one.network for one in rows] for rows in kept] == [["HELCOM"], ["HELCOM", "Ramsar"]]
    assert (into.need, set(into.further_needs.all())) == (needs[2], {needs[0], needs[1]})
    assert set(Subscription.objects.about(into).values_list("user", flat=True)) == {follower.pk, of_both.pk}
    assert into in Cluster.objects.matching("seagrass")
    assert into.version == 2
    assert search.texts_of([into.pk])[into.pk] == into.search_text


def test_the_discussion_goes_on_in_the_room_of_the_other_cluster(cast: Cast) -> None:
    cluster, into = pair(cast)
    person = put_in(cluster)
    thread = start_thread(cluster=cluster, by=person.user, title="Two tables?", text="Or one?")  # type: ignore[arg-type]
    merged(cast, cluster, into)
    client = Client()
    client.force_login(person.user)  # type: ignore[arg-type]
    old = client.get(f"/clusters/{cluster.name}/room/")
    assert (old.status_code, old["Location"]) == (301, f"/clusters/{into.name}/room/")
    assert client.get(f"/clusters/{into.name}/room/threads/{thread.pk}/").status_code == 200


def test_both_groups_are_told_once_each_and_who_pressed_is_not(cast: Cast) -> None:
    cluster, into = pair(cast)
    here, there, of_both = put_in(cluster), put_in(into), put_in(cluster)
    put_in(into, of_both)
    merged(cast, cluster, into)
    told = {person.user.pk for person in (here, there, of_both, cluster.proposer, cluster.lead)}
    told |= {into.proposer.user.pk, into.lead.user.pk}
    rows = Message.objects.filter(template="clusters/merge")
    assert (mails("merge"), rows.count()) == (told, len(told))
    assert rows.get(to=here.user).params["audience"] == "moved"
    assert rows.get(to=there.user).params["audience"] == "merged_participants"


def test_a_merge_is_not_undone_nor_left_again(cast: Cast) -> None:
    cluster, into = pair(cast)
    after = merged(cast, cluster, into)
    assert not CLUSTER.verb("merge").undoable
    for verb in ("undo", "merge", "reopen", "start", "withdraw"):
        with pytest.raises(Refusal):
            transition(after, verb, by=cast.user("mission_coordinator"), reason=WHY, into=into)
    assert not Message.objects.filter(template="clusters/merge", due_at__gt=timezone.now()).exists()


def test_the_mails_name_both_clusters_and_lead_to_the_button_or_the_new_page(
    cast: Cast, mailoutbox: list[EmailMessage]
) -> None:
    cluster, into = pair(cast)
    Cluster.objects.filter(pk=into.pk).update(title="Beaches in the dark")
    here, there = put_in(cluster), put_in(into)
    request = asked(cast, cluster, into)
    send_outbox(at=timezone.now() + timedelta(minutes=1))
    question = next(mail for mail in mailoutbox if mail.to == [cast.user("other_coordinator").email])
    assert question.subject == f"Answer: shall “{cluster.title}” go into another cluster?"
    assert f"/clusters/{cluster.name}/merge/" in question.body
    assert ("Beaches in the dark" in question.body, WHY in question.body) == (True, True)
    mailoutbox.clear()
    agree_merge(request=request, by=cast.user("other_coordinator"))
    send_outbox(at=timezone.now() + timedelta(minutes=1))
    said = {mail.to[0]: mail.body for mail in mailoutbox}
    for person, words in (
        (here, "Your place moved along"),
        (there, "into yours"),
        (cast.member("coordinator"), "agreed"),
    ):
        body = said[person.user.email]
        assert (words in body, f"/clusters/{into.name}/" in body, WHY in body) == (True, True, True), person
