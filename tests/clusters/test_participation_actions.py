"""Coming into a cluster and going: who, which way, and what is told to whom."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest

from clusters.actions.participation import (
    answer_invitation,
    answer_request,
    enter,
    forget_organisation,
    give_role,
    invite,
    leave,
    want_organisation,
)
from clusters.choices import JoinPolicy, ParticipationRole, ParticipationStatus, State
from clusters.models import Cluster, Participation
from community.mails import render
from community.models import Event, Member, Message, Organisation
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

Status = ParticipationStatus


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def newcomer() -> Member:
    """A member of the directory who works for an organisation and is in no cluster."""
    return make.make_member("Nikos Andreou", organisation=make.make_organisation("Harbour"), consents=("directory",))


def running(cast: Cast, policy: str = JoinPolicy.OPEN, **fields: object) -> Cluster:
    return make_cluster(cast, State.RUNNING, join_policy=policy, **fields)


def organisation_of(member: Member) -> Organisation:
    organisation = member.organisation_on(date(2026, 5, 12))
    assert organisation is not None
    return organisation


def told(code: str) -> list[str]:
    rows = Message.objects.filter(template=f"clusters/{code}").select_related("to__member")
    return sorted(row.to.member.name for row in rows if row.to is not None and row.to.member is not None)


def verbs(cluster: Cluster) -> list[str]:
    return list(Event.objects.of_chain(f"cluster:{cluster.pk}").values_list("verb", flat=True))


def test_an_open_cluster_is_joined_in_one_press(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast)
    row = enter(cluster=cluster, by=newcomer.user, way="join", organisation=organisation_of(newcomer))
    assert (row.status, row.role, row.from_on is not None) == (Status.ACTIVE, ParticipationRole.PARTICIPANT, True)
    assert verbs(cluster) == ["participation.joined"]
    assert told("participation_joined") == ["Deputy_Lead Person", "Lead Person"]


def test_by_application_the_lead_answers(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, JoinPolicy.APPLICATION)
    row = enter(
        cluster=cluster, by=newcomer.user, way="ask", organisation=organisation_of(newcomer), message="Two offices."
    )
    assert (row.status, row.message) == (Status.REQUESTED, "Two offices.")
    assert told("participation_asked") == ["Deputy_Lead Person", "Lead Person"]
    answered = answer_request(participation=row, by=cast.user("lead"), accept=True)
    assert (answered.status, answered.answered_by) == (Status.ACTIVE, cast.user("lead"))
    assert told("participation_accepted") == ["Nikos Andreou"]
    assert verbs(cluster) == ["participation.requested", "participation.accepted"]


def test_declining_asks_why_and_tells_the_person(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, JoinPolicy.APPLICATION)
    row = enter(cluster=cluster, by=newcomer.user, way="ask", organisation=organisation_of(newcomer))
    with pytest.raises(Refusal, match="Say why"):
        answer_request(participation=row, by=cast.user("lead"), accept=False)
    answer_request(participation=row, by=cast.user("lead"), accept=False, reason="We are complete.")
    row.refresh_from_db()
    assert (row.status, row.answer_reason) == (Status.DECLINED, "We are complete.")
    mail = render(Message.objects.get(template="clusters/participation_declined"))
    assert "We are complete." in mail.body
    assert mail.to == [newcomer.user.email]


def test_answers_wait_for_the_time_of_an_undo(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, JoinPolicy.APPLICATION)
    row = enter(cluster=cluster, by=newcomer.user, way="ask", organisation=organisation_of(newcomer))
    answer_request(participation=row, by=cast.user("lead"), accept=True)
    mail = Message.objects.get(template="clusters/participation_accepted")
    assert mail.event is not None
    assert mail.due_at - mail.event.at == timedelta(seconds=30)


def test_the_same_answer_twice_is_one_answer_and_the_other_one_is_refused(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, JoinPolicy.APPLICATION)
    row = enter(cluster=cluster, by=newcomer.user, way="ask", organisation=organisation_of(newcomer))
    for _press in range(2):
        answer_request(participation=row, by=cast.user("lead"), accept=True)
    with pytest.raises(Refusal, match=r"This request is not open any more: Takes part."):
        answer_request(participation=row, by=cast.user("deputy_lead"), accept=False, reason="No.")
    assert verbs(cluster).count("participation.accepted") == 1


def test_on_a_proposal_one_would_join_and_nobody_is_mailed(cast: Cast, newcomer: Member) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    row = enter(cluster=cluster, by=newcomer.user, way="interest", organisation=organisation_of(newcomer))
    assert row.status == Status.INTERESTED
    assert Message.objects.count() == 0


def test_by_invitation_only_nobody_asks(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, JoinPolicy.INVITATION)
    with pytest.raises(Refusal, match="By invitation only"):
        enter(cluster=cluster, by=newcomer.user, way="ask", organisation=organisation_of(newcomer))


def test_a_policy_that_changed_between_page_and_press_is_told(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, JoinPolicy.APPLICATION)
    with pytest.raises(Refusal, match="How one joins was changed") as caught:
        enter(cluster=cluster, by=newcomer.user, way="join", organisation=organisation_of(newcomer))
    assert caught.value.code == "stale"
    assert not Participation.objects.filter(member=newcomer).exists()


def test_places_are_limited(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, size_limit=4)
    with pytest.raises(Refusal, match="How one joins was changed"):
        enter(cluster=cluster, by=newcomer.user, way="join", organisation=organisation_of(newcomer))
    wider = running(cast, JoinPolicy.APPLICATION, size_limit=5)
    row = enter(cluster=wider, by=newcomer.user, way="ask", organisation=organisation_of(newcomer))
    Cluster.objects.filter(pk=wider.pk).update(size_limit=4)
    with pytest.raises(Refusal, match="The cluster is full"):
        answer_request(participation=row, by=cast.user("lead"), accept=True)


def test_one_takes_part_for_an_organisation_that_one_works_for(cast: Cast, newcomer: Member) -> None:
    with pytest.raises(Refusal, match=r"Choose an organisation that you work for today."):
        enter(cluster=running(cast), by=newcomer.user, way="join", organisation=cast.organisation)


def test_the_second_press_finds_the_first(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast)
    rows = [
        enter(cluster=cluster, by=newcomer.user, way="join", organisation=organisation_of(newcomer))
        for _press in range(2)
    ]
    assert rows[0] == rows[1]
    assert verbs(cluster) == ["participation.joined"]


@pytest.mark.parametrize("role", ["external", "other_external", "admin", "superuser"])
def test_who_is_not_of_the_community_does_not_come_in_by_themselves(cast: Cast, role: str) -> None:
    cluster = running(cast)
    before = cluster.participations.count()
    with suppress(Refusal):
        enter(cluster=cluster, by=cast.user(role), way="join", organisation=cast.partner)
    assert cluster.participations.count() == before


@pytest.mark.parametrize("state", [State.DRAFT, State.CONCLUDED, State.DECLINED, State.WITHDRAWN, State.MERGED])
def test_nobody_joins_what_is_not_open(cast: Cast, newcomer: Member, state: str) -> None:
    with pytest.raises(Refusal, match=r"Nobody can join this cluster as it stands now."):
        enter(cluster=make_cluster(cast, state), by=newcomer.user, way="join", organisation=organisation_of(newcomer))


def test_an_invited_member_accepts(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, JoinPolicy.INVITATION)
    row = invite(cluster=cluster, by=cast.user("lead"), member=newcomer, role="peer_reviewer", message="Read with us.")
    assert (row.status, row.role, row.organisation) == (Status.INVITED, "peer_reviewer", organisation_of(newcomer))
    mail = render(Message.objects.get(template="clusters/invited"))
    assert "Read with us." in mail.body
    assert f"/clusters/{cluster.reference}/people/" in mail.body
    accepted = answer_invitation(participation=row, by=newcomer.user, accept=True)
    assert accepted.status == Status.ACTIVE
    assert told("invitation_accepted") == ["Deputy_Lead Person", "Lead Person"]


def test_an_invited_member_declines(cast: Cast, newcomer: Member) -> None:
    row = invite(cluster=running(cast), by=cast.user("lead"), member=newcomer)
    declined = answer_invitation(participation=row, by=newcomer.user, accept=False, reason="No time.")
    assert declined.status == Status.DECLINED
    assert told("invitation_declined") == ["Deputy_Lead Person", "Lead Person"]
    with pytest.raises(Refusal, match=r"This invitation is answered: Declined."):
        answer_invitation(participation=row, by=newcomer.user, accept=True)


def test_nobody_answers_for_somebody_else(cast: Cast, newcomer: Member) -> None:
    row = invite(cluster=running(cast), by=cast.user("lead"), member=newcomer)
    with pytest.raises(Refusal, match=r"This invitation is for somebody else."):
        answer_invitation(participation=row, by=cast.user("lead"), accept=True)


def test_named_participants_answer_only_after_the_approval(cast: Cast, newcomer: Member) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    row = Participation.objects.create(
        cluster=cluster, member=newcomer, organisation=organisation_of(newcomer), status=Status.INVITED
    )
    with pytest.raises(Refusal, match="once the cluster is approved"):
        answer_invitation(participation=row, by=newcomer.user, accept=True)


def test_only_members_of_the_directory_are_invited(cast: Cast) -> None:
    hidden = make.make_member("Hidden Person", organisation=make.make_organisation())
    with pytest.raises(Refusal, match="Choose a member from the directory"):
        invite(cluster=running(cast), by=cast.user("lead"), member=hidden)


def test_an_invitation_must_reach_somebody(cast: Cast) -> None:
    cluster, harbour = running(cast), make.make_organisation()
    without_account = make.make_member(organisation=harbour, account=False, consents=("directory",))
    with pytest.raises(Refusal, match="no account yet"):
        invite(cluster=cluster, by=cast.user("lead"), member=without_account)
    without_work = make.make_member(consents=("directory",))
    with pytest.raises(Refusal, match="works for no organisation today"):
        invite(cluster=cluster, by=cast.user("lead"), member=without_work)


def test_inviting_who_asked_accepts_them(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast, JoinPolicy.APPLICATION)
    enter(cluster=cluster, by=newcomer.user, way="ask", organisation=organisation_of(newcomer))
    assert invite(cluster=cluster, by=cast.user("lead"), member=newcomer).status == Status.ACTIVE


def test_a_participant_leaves_and_may_come_back(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast)
    row = enter(cluster=cluster, by=newcomer.user, way="join", organisation=organisation_of(newcomer))
    left = leave(participation=row, by=newcomer.user, reason="New post.")
    assert (left.status, left.until_on is not None) == (Status.LEFT, True)
    assert told("participation_left") == ["Deputy_Lead Person", "Lead Person"]
    again = enter(cluster=cluster, by=newcomer.user, way="join", organisation=organisation_of(newcomer))
    assert again.pk != row.pk


def test_interest_and_request_are_taken_back_without_a_mail(cast: Cast, newcomer: Member) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    row = enter(cluster=cluster, by=newcomer.user, way="interest", organisation=organisation_of(newcomer))
    assert leave(participation=row, by=newcomer.user).status == Status.LEFT
    assert verbs(cluster) == ["participation.interested", "participation.taken_back"]
    assert Message.objects.count() == 0


def test_the_lead_steps_down_instead_of_leaving(cast: Cast) -> None:
    row = running(cast).participations.get(role=ParticipationRole.LEAD)
    with pytest.raises(Refusal, match=r"The lead steps down before leaving."):
        leave(participation=row, by=cast.user("lead"))


def test_nobody_is_made_to_leave_by_somebody_else(cast: Cast) -> None:
    row = running(cast).participations.get(member=cast.member("participant"))
    with pytest.raises(Refusal, match=r"Everybody leaves for themselves."):
        leave(participation=row, by=cast.user("lead"))


def test_a_deputy_must_be_eligible_like_a_lead(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast)
    row = enter(cluster=cluster, by=newcomer.user, way="join", organisation=organisation_of(newcomer))
    with pytest.raises(Refusal, match="so it can take part but not lead"):
        give_role(participation=row, by=cast.user("lead"), role="deputy")
    participant = cluster.participations.get(member=cast.member("participant"))
    assert give_role(participation=participant, by=cast.user("lead"), role="deputy").role == "deputy"
    assert told("deputy_named") == ["Participant Person"]
    assert "participation.deputy_named" in verbs(cluster)


def test_the_role_of_the_lead_is_not_given_here(cast: Cast) -> None:
    cluster = running(cast)
    participant = cluster.participations.get(member=cast.member("participant"))
    with pytest.raises(Refusal, match=r"This role is not given here."):
        give_role(participation=participant, by=cast.user("lead"), role="lead")
    lead = cluster.participations.get(role=ParticipationRole.LEAD)
    with pytest.raises(Refusal, match=r"The lead hands over by an amendment."):
        give_role(participation=lead, by=cast.user("coordinator"), role="observer")


def test_a_wanted_organisation_is_found_when_somebody_joins_for_it(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast)
    organisation = organisation_of(newcomer)
    wanted = want_organisation(cluster=cluster, by=cast.user("lead"), organisation=organisation, purpose="hosts")
    assert want_organisation(cluster=cluster, by=cast.user("lead"), organisation=organisation) == wanted
    assert Message.objects.count() == 0
    enter(cluster=cluster, by=newcomer.user, way="join", organisation=organisation)
    assert not cluster.participations.wanted().exists()
    with pytest.raises(Refusal, match=r"Somebody takes part for Harbour already."):
        want_organisation(cluster=cluster, by=cast.user("lead"), organisation=organisation)


def test_a_wanted_organisation_is_taken_off_the_list_once(cast: Cast) -> None:
    cluster = running(cast)
    wanted = want_organisation(cluster=cluster, by=cast.user("lead"), organisation=make.make_organisation())
    for _press in range(2):
        forget_organisation(participation=wanted, by=cast.user("lead"))
    assert verbs(cluster) == ["participation.wanted", "participation.not_wanted"]


@pytest.mark.parametrize("role", ["member", "participant", "external", "other_coordinator", "admin"])
def test_only_who_works_on_the_cluster_answers_invites_and_gives_roles(cast: Cast, newcomer: Member, role: str) -> None:
    cluster = running(cast, JoinPolicy.APPLICATION)
    row = enter(cluster=cluster, by=newcomer.user, way="ask", organisation=organisation_of(newcomer))
    by = cast.user(role)
    for attempt in (
        lambda: answer_request(participation=row, by=by, accept=True),
        lambda: invite(cluster=cluster, by=by, member=newcomer),
        lambda: give_role(participation=row, by=by, role="observer"),
        lambda: want_organisation(cluster=cluster, by=by, organisation=cast.partner),
    ):
        with pytest.raises(Refusal) as caught:
            attempt()
        assert caught.value.code == "forbidden"
    row.refresh_from_db()
    assert row.status == Status.REQUESTED


def test_events_hold_ids_and_no_name(cast: Cast, newcomer: Member) -> None:
    cluster = running(cast)
    row = enter(cluster=cluster, by=newcomer.user, way="join", organisation=organisation_of(newcomer))
    event = Event.objects.about(row).get()
    assert event.data == {"organisation": row.organisation_id, "member": newcomer.pk, "role": "participant"}
    assert "Nikos" not in str(event.data) + str(event.detail.body)


@pytest.mark.parametrize(
    "code",
    [
        "participation_asked",
        "waiting_asks",
        "waiting_moved_up",
        "participation_joined",
        "participation_left",
        "participation_accepted",
        "participation_declined",
        "invited",
        "invitation_accepted",
        "invitation_declined",
        "invitation_taken_back",
        "participation_ended",
        "deputy_named",
        "condition_met",
        "condition_confirmed",
        "condition_waived",
    ],
)
def test_every_mail_has_its_words_in_text_and_html(cast: Cast, code: str) -> None:
    cluster = running(cast)
    message = Message.objects.create(
        template=f"clusters/{code}",
        to=cast.user("lead"),
        kind="cluster",
        subject_id=cluster.pk,
        params={"title": cluster.title, "name": cluster.name, "audience": "lead"},
    )
    mail = render(message)
    assert cluster.title in mail.subject
    assert "You get this mail because" in mail.body
    assert "/clusters/M4N-CL-2026-01/" in mail.body
    assert "Co-funded by the European Union" in str(mail.alternatives[0][0])
