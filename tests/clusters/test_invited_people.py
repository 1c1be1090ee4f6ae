"""Who comes by the link of an invitation: strangers, members, people known already, and what they may do then."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from clusters.actions.invitation import send_invitations
from clusters.actions.invitation_answer import accept_address
from clusters.actions.invitation_records import RECEIVED, SENT
from clusters.actions.participation import enter, invite
from clusters.choices import Access, InvitationStatus, ParticipationStatus, State
from clusters.models import Cluster, Invitation, Participation
from clusters.notifications.invitation import MAY
from clusters.rules.amendment import can_suggest
from clusters.rules.joining import can_contribute
from clusters.rules.room import can_see_room, can_share, can_speak
from community.actions.outbox import send_outbox
from community.actions.standing import make_member, set_standing
from community.choices import Standing
from community.links import find
from community.models import Event, Member, Message, User
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.inviting import ADDRESS, FOR, WHO, invited, state
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.wide]


def test_who_came_before_is_recognised_in_any_case_and_fills_in_nothing(
    cast: Cast, cluster: Cluster, client: Client
) -> None:
    client.post(invited(cast, cluster), WHO)
    other = make_cluster(cast, State.RUNNING)
    guest = Client()
    path = invited(cast, other, "ANA@Port.EXAMPLE")
    page = guest.get(path).content.decode()
    assert 'name="name"' not in page
    assert guest.post(path, {"accept": "1"}).status_code == 302
    assert User.objects.filter(email_key=ADDRESS).count() == 1
    assert guest.session["_auth_user_id"] == str(User.objects.get(email=ADDRESS).pk)
    assert other.participations.active().filter(member__user__email=ADDRESS, is_external=True).count() == 1


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_member_takes_part_as_a_member_and_is_not_signed_in_by_a_link(
    cast: Cast, cluster: Cluster, client: Client, *, signed_in: bool
) -> None:
    user = cast.user("member")
    path = invited(cast, cluster, user.email)
    if signed_in:
        client.force_login(user)
    answer = client.post(path, {"accept": "1"})
    target = f"/clusters/{cluster.name}/people/"
    assert answer["location"] == (target if signed_in else f"/accounts/login/?next={target.replace('/', '%2F')}")
    assert ("_auth_user_id" in client.session) is signed_in
    part = cluster.participations.get(member=user.member)
    assert (part.status, part.is_external, part.access) == (ParticipationStatus.ACTIVE, False, Access.CONTRIBUTE)


@pytest.mark.parametrize(
    ("role", "kept", "given"),
    [("member", "", "contribute"), ("other_external", "", "view"), ("external", "comment", "comment")],
)
def test_the_page_and_the_mail_promise_what_is_given(
    cast: Cast, cluster: Cluster, client: Client, role: str, kept: str, given: str
) -> None:
    mine = cluster.participations.filter(member=cast.member(role))
    mine.update(status=ParticipationStatus.LEFT)
    make.make_affiliation(cast.member(role), cast.partner)
    path = invited(cast, cluster, cast.user(role).email, access="view")
    if kept:
        mine.update(status=ParticipationStatus.ACTIVE, access=kept)
    shown, sent = client.get(path).content.decode(), str(mail.outbox[-1].body)
    for access, words in MAY.items():
        assert str(words) in shown if access == given else str(words) not in shown
        assert kept or (str(words) in " ".join(sent.split())) == (access == given)
    client.post(path, {"accept": "1"})
    assert cluster.participations.active().get(member=cast.member(role)).access == given


@pytest.mark.parametrize("status", ["requested", "waiting", "interested", "invited", "active"])
def test_who_is_in_the_cluster_already_stays_once(cast: Cast, cluster: Cluster, client: Client, status: str) -> None:
    path = invited(cast, cluster, cast.user("member").email)
    row = Participation.objects.create(
        cluster=cluster, member=cast.member("member"), organisation=cast.partner, status=status, asked_at=NOW
    )
    assert client.post(path, {"accept": "1"}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.organisation) == (ParticipationStatus.ACTIVE, cast.partner)
    assert cluster.participations.filter(member=cast.member("member")).count() == 1


def test_an_answer_by_link_keeps_the_words_of_a_request_and_asks_nobody_about_it(
    cast: Cast, cluster: Cluster, client: Client
) -> None:
    path = invited(cast, cluster, cast.user("member").email)
    cluster.join_policy = "application"
    cluster.save(update_fields=["join_policy"])
    row = enter(cluster=cluster, by=cast.user("member"), way="ask", organisation=cast.organisation, message="I dive.")
    asks = Message.objects.filter(template="clusters/participation_asked")
    assert {one.state for one in asks} == {"queued"}
    assert client.post(path, {"accept": "1"}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.message, row.asked_by) == ("active", "I dive.", cast.user("member"))
    assert (row.purpose, row.asked_at) == (FOR, NOW)
    assert {one.state for one in asks.all()} == {"superseded"}


def test_an_answer_by_link_asks_nobody_who_was_invited_otherwise(cast: Cast, cluster: Cluster, client: Client) -> None:
    path = invited(cast, cluster, cast.user("member").email)
    make.make_consent(cast.member("member"))
    row = invite(cluster=cluster, by=cast.user("deputy_lead"), member=cast.member("member"), message="Join us.")
    assert client.post(path, {"accept": "1"}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.message, row.asked_by) == ("active", "Join us.", cast.user("deputy_lead"))
    assert [one.state for one in Message.objects.filter(template="clusters/invited")] == ["superseded"]


def test_a_closed_account_does_not_come_in_by_a_link(cast: Cast, cluster: Cluster, client: Client) -> None:
    path = invited(cast, cluster, cast.user("deactivated").email)
    before = state()
    answer = client.post(path, {"accept": "1", **WHO})
    assert (answer.status_code, "account of this address is closed" in answer.content.decode()) == (410, True)
    assert state() == before


def test_a_full_cluster_refuses_and_consumes_nothing(cast: Cast, client: Client) -> None:
    full = make_cluster(cast, State.RUNNING, size_limit=4)
    path = invited(cast, full)
    before = state()
    answer = client.post(path, WHO)
    assert (answer.status_code, "The cluster is full" in answer.content.decode()) == (409, True)
    assert state() == before
    full.participations.filter(member=cast.member("participant")).update(status="left")
    assert client.post(path, WHO).status_code == 302


def test_declining_makes_no_account_and_tells_the_lead_why(cast: Cast, cluster: Cluster, client: Client) -> None:
    path = invited(cast, cluster)
    assert client.post(path, {"decline": "1", "reason": "No time this year."}).status_code == 200
    assert not User.objects.filter(email=ADDRESS).exists()
    row = Invitation.objects.get()
    assert (row.status, row.answer_reason) == (InvitationStatus.DECLINED, "No time this year.")
    send_outbox(at=timezone.now())
    told = [sent for sent in mail.outbox if "declined" in sent.subject]
    assert sorted(sent.to[0] for sent in told) == sorted([cast.user("lead").email, cast.user("deputy_lead").email])
    assert "No time this year." in told[0].body
    lead = Client()
    lead.force_login(cast.user("lead"))
    page = lead.get(f"/clusters/{cluster.name}/people/invitations/").content.decode()
    for words in (ADDRESS, "Declined", "No time this year.", "by Lead Person", FOR):
        assert words in page
    [line] = [
        line.words
        for line in send_invitations(cluster=cluster, by=cast.user("lead"), text=ADDRESS.upper(), purpose=FOR)
    ]
    assert line == "Declined on 12 May 2026. Write to the person yourself first."


ACCESSES = {
    Access.VIEW: (True, False, False, False, False),
    Access.COMMENT: (True, True, False, False, False),
    Access.CONTRIBUTE: (True, True, True, True, True),
}


@pytest.mark.parametrize("access", ACCESSES)
def test_the_access_holds_everywhere_and_its_refusal_says_why(
    cast: Cast, cluster: Cluster, client: Client, access: Access
) -> None:
    client.post(invited(cast, cluster, access=access), WHO)
    user = User.objects.get(email=ADDRESS)
    rules = (can_see_room, can_speak, can_share, can_contribute, can_suggest)
    verdicts = [rule(user, Cluster.objects.get(pk=cluster.pk)) for rule in rules]
    assert tuple(bool(verdict) for verdict in verdicts) == ACCESSES[access]
    assert all(verdict.reason for verdict in verdicts if not verdict)
    stage, base = cluster.stages.get(), f"/clusters/{cluster.name}"
    presses = {
        f"{base}/room/threads/add/": ACCESSES[access][1],
        f"{base}/room/files/add/": ACCESSES[access][2],
        f"{base}/roadmap/{stage.pk}/files/": ACCESSES[access][3],
        f"{base}/roadmap/{stage.pk}/note/": ACCESSES[access][3],
        f"{base}/amendments/suggest/": ACCESSES[access][4],
        f"{base}/room/meetings/add/": False,
        f"{base}/people/invite/addresses/": False,
        f"{base}/people/invitations/": False,
    }
    found = {path: client.get(path).status_code for path in presses}
    assert found == {path: 200 if allowed else 403 for path, allowed in presses.items()}
    if access != Access.CONTRIBUTE:
        sent = client.post(f"{base}/amendments/suggest/", {"title": "Another", "reason": "Better."})
        assert (sent.status_code, "others suggest changes" in sent.content.decode()) == (403, True)


def test_an_external_partner_becomes_a_member_and_loses_nothing(cast: Cast, cluster: Cluster, client: Client) -> None:
    client.post(invited(cast, cluster, access="comment"), WHO)
    ended = make_cluster(cast, State.CONCLUDED)
    user = User.objects.get(email=ADDRESS)
    old = Participation.objects.create(cluster=ended, member=user.member, status="active", is_external=True)
    client.post(f"/clusters/{cluster.name}/room/threads/add/", {"title": "Gauges", "text": "Ours stand in the bay."})
    admin = Client()
    admin.force_login(cast.user("admin"))
    data = {"action": "make_members", "_selected_action": [user.member.pk, cast.member("member").pk]}
    page = admin.post("/admin/community/member/", data, follow=True).content.decode()
    assert "2 persons are members now." in page
    fresh = User.objects.get(email=ADDRESS)
    assert (fresh.pk, fresh.member.pk, fresh.member.standing) == (user.pk, user.member.pk, Standing.MEMBER)
    part = cluster.participations.get(member=fresh.member)
    assert (part.status, part.is_external, part.access, part.purpose) == ("active", False, "contribute", FOR)
    old.refresh_from_db()
    assert old.is_external
    for path in ("room/", "people/", "amendments/suggest/"):
        assert client.get(f"/clusters/{cluster.name}/{path}").status_code == 200
    assert "Gauges" in client.get(f"/clusters/{cluster.name}/room/").content.decode()
    assert client.get("/clusters/propose/").status_code == 200
    verbs = list(Event.objects.filter(verb__in=("make_member", "participation.became_member")).values_list("verb"))
    assert len(verbs) == 2
    for by in (cast.user("lead"), cast.user("superuser")):
        with pytest.raises(Refusal, match="Only an administrator"):
            make_member(member=cast.member("external"), by=by)
    make_member(member=fresh.member, by=cast.user("admin"))
    assert Event.objects.filter(verb="make_member").count() == 1


def test_the_form_of_the_administration_makes_a_member_in_the_same_way(
    cast: Cast, cluster: Cluster, client: Client
) -> None:
    member = cast.member("external")
    client.force_login(cast.user("admin"))
    address = f"/admin/community/member/{member.pk}/change/"
    shown = client.get(address).context["adminform"].form
    data = {name: shown[name].value() or "" for name in shown.fields} | {"standing": "member", "expertise": []}
    for prefix in ("affiliations", "consents", "appointments"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    answer = client.post(address, data)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert Member.objects.get(pk=member.pk).standing == Standing.MEMBER
    assert not cluster.participations.get(member=member).is_external
    assert Event.objects.filter(verb="make_member").count() == 1


def test_who_leaves_the_community_takes_part_no_more_where_the_work_goes_on(cast: Cast, cluster: Cluster) -> None:
    member, ended = cast.member("participant"), make_cluster(cast, State.CONCLUDED)
    parts = Participation.objects.filter(member=member)
    parts.filter(cluster=ended).delete()
    Participation.objects.create(cluster=ended, member=member, status=ParticipationStatus.ACTIVE)
    asked = parts.get(cluster=make_cluster(cast, State.RUNNING))
    parts.filter(pk=asked.pk).update(status=ParticipationStatus.REQUESTED)
    assert can_see_room(member.user, cluster)
    set_standing(member=member, standing=Standing.FORMER, by=cast.user("admin"))
    part, asked = parts.get(cluster=cluster), Participation.objects.get(pk=asked.pk)
    assert (part.status, part.until_on, asked.status) == ("left", timezone.localdate(), "expired")
    assert parts.get(cluster=ended).status == ParticipationStatus.ACTIVE
    assert not can_see_room(User.objects.get(pk=member.user_id), Cluster.objects.get(pk=cluster.pk))
    assert Event.objects.filter(verb="participation.ended").count() == 1
    set_standing(member=cast.member("lead"), standing=Standing.FORMER, by=cast.user("admin"))
    assert cluster.participations.get(member=cast.member("lead")).status == ParticipationStatus.ACTIVE


def test_an_accepted_link_is_refused_to_a_second_holder_with_the_reason(cast: Cast, cluster: Cluster) -> None:
    path = invited(cast, cluster)
    link = find(path.split("/")[2], "participate")
    assert link is not None
    accept_address(link=link, by=None, name="Ana", organisation="Port")
    with pytest.raises(Refusal, match="accepted already"):
        accept_address(link=link, by=None, name="Ana", organisation="Port")


def test_my_data_holds_what_was_asked_and_an_erasure_empties_it(cast: Cast, cluster: Cluster, client: Client) -> None:
    client.post(invited(cast, cluster), WHO)
    guest = User.objects.get(email=ADDRESS).member
    for records, member in ((SENT, cast.member("lead")), (RECEIVED, guest)):
        [found] = [records.export(row) for row in records.rows(member)]
        assert (found["purpose"], found["message"]) == (FOR, "Come to the gulf.")
        assert ADDRESS not in str(found)
        assert [records.export(row) for row in records.rows(cast.member("member"))] == []
    assert SENT.erase is not None
    assert SENT.erase(cast.member("lead")) == 1
    assert Invitation.objects.get().message == ""


def test_a_member_is_reminded_from_the_list_once_a_day(cast: Cast, cluster: Cluster) -> None:
    row = Participation.objects.create(
        cluster=cluster,
        member=cast.member("member"),
        organisation=cast.partner,
        status=ParticipationStatus.INVITED,
        asked_by=cast.user("lead"),
        asked_at=NOW,
    )
    lead = Client()
    lead.force_login(cast.user("lead"))
    page = lead.get(f"/clusters/{cluster.name}/people/invitations/").content.decode()
    path = f"/clusters/{cluster.name}/people/{row.pk}/remind/"
    assert path in page
    assert lead.post(path).status_code == 302
    again = lead.post(path)
    assert (again.status_code, "Was reminded today already" in again.content.decode()) == (409, True)
    assert f'action="{path}"' not in lead.get(f"/clusters/{cluster.name}/people/invitations/").content.decode()
    assert Message.objects.filter(template="clusters/reminder", to=cast.user("member")).count() == 1
