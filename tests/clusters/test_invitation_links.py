"""Through the link of an invitation into a cluster: GET shows, POST acts, once, for fourteen days."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from clusters.actions.invitation import send_invitations, take_invitation_back
from clusters.actions.invitation_answer import accept_address
from clusters.actions.invitation_records import RECEIVED, SENT
from clusters.actions.participation import enter, give_role, invite
from clusters.choices import Access, InvitationStatus, ParticipationStatus, State
from clusters.models import Cluster, Invitation, Participation
from clusters.notifications.invitation import MAY
from clusters.notifications.lifecycle import AUDIENCES
from clusters.rules.amendment import can_suggest
from clusters.rules.joining import can_contribute
from clusters.rules.room import can_see_room, can_share, can_speak
from community import lifecycle
from community.actions.external import make_member
from community.actions.outbox import send_outbox
from community.choices import ConsentPurpose, LinkState, Standing
from community.links import find, mint
from community.models import Event, Member, Message, SignedLink, User
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
ADDRESS = "ana@port.example"
WHO = {"accept": "1", "name": "Ana Kovač", "organisation": "Port of the Bay"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING, ends_on=NOW.date() + timedelta(days=300))


def invited(cast: Cast, cluster: Cluster, address: str = ADDRESS, **fields: Any) -> str:
    """Ask an address and send the mail; return the path of its link."""
    given = {"purpose": "Knows the tide gauges", "message": "Come to the gulf.", **fields}
    send_invitations(cluster=cluster, by=cast.user("lead"), text=address, **given)
    return newest_link()


def newest_link() -> str:
    """Send what waits; return the path of the link in the newest mail."""
    send_outbox(at=timezone.now())
    found = re.search(r"http://[^/]+(/join/[\w-]+/)", str(mail.outbox[-1].body))
    assert found is not None, mail.outbox[-1].body
    return found[1]


def state() -> tuple[int, ...]:
    """Return how much there is of all that an answer writes."""
    counted = (User, Member, Participation, Event, Message, Invitation.objects.open(), SignedLink.objects.open())
    return tuple((rows.objects if isinstance(rows, type) else rows).count() for rows in counted)


def test_a_stranger_takes_part_with_one_form_and_is_signed_in(cast: Cast, cluster: Cluster, client: Client) -> None:
    path = invited(cast, cluster, access="contribute")
    body = str(mail.outbox[-1].body)
    for words in ("Lead Person", "Knows the tide gauges", "Come to the gulf.", "add files and notes", cluster.question):
        assert words in body
    shown = client.get(path)
    page = shown.content.decode()
    for words in ("Lead Person", "Knows the tide gauges", "Come to the gulf.", "no password"):
        assert words in page
    assert (shown["referrer-policy"], "no-store" in shown["cache-control"]) == ("strict-origin", True)
    answer = client.post(path, WHO)
    assert (answer.status_code, answer["location"]) == (302, f"/clusters/{cluster.name}/people/")
    user = User.objects.get(email=ADDRESS)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.has_usable_password(), user.member.name, user.member.standing) == (False, "Ana Kovač", "external")
    assert EmailAddress.objects.get(user=user).verified
    part = cluster.participations.get(member=user.member)
    assert (part.status, part.is_external, part.access, part.purpose) == ("active", True, "contribute", FOR)
    assert (part.asked_by, part.answered_by, part.organisation.name) == (cast.user("lead"), user, "Port of the Bay")
    assert not part.organisation.is_verified
    row = Invitation.objects.get()
    assert (row.status, row.participation, row.address) == (InvitationStatus.ACCEPTED, part, "")
    assert Message.objects.filter(template="clusters/invitation_accepted", to=cast.user("lead")).exists()
    assert client.get(f"/clusters/{cluster.name}/room/").status_code == 200
    people = client.get(f"/clusters/{cluster.name}/people/").content.decode()
    assert "Lead Person invited you: Knows the tide gauges." in people
    assert "invited by Lead Person: Knows the tide gauges" in people


FOR = "Knows the tide gauges"


def test_the_name_of_who_comes_from_outside_is_read_by_those_who_work_there_alone(
    cast: Cast, cluster: Cluster, client: Client
) -> None:
    client.post(invited(cast, cluster), WHO)
    for role, is_named in (("participant", True), ("lead", True), ("member", False), ("other_external", False)):
        reader = Client()
        reader.force_login(cast.user(role))
        page = reader.get(f"/clusters/{cluster.name}/people/").content.decode()
        assert ("Ana Kovač" in page, "invited by Lead Person" in page) == (is_named, is_named), role
    page = Client().get(f"/clusters/{cluster.name}/people/").content.decode()
    assert ("Ana Kovač" in page, "Port of the Bay" in page, ADDRESS in page) == (False, True, False)
    make.make_consent(User.objects.get(email=ADDRESS).member, ConsentPurpose.PUBLIC)
    page = Client().get(f"/clusters/{cluster.name}/people/").content.decode()
    assert ("Ana Kovač" in page, "Lead Person" in page, "invited by" in page) == (True, False, False)


def test_who_types_the_name_of_a_partner_becomes_neither_deputy_nor_owner_of_its_solutions(
    cast: Cast, cluster: Cluster, client: Client
) -> None:
    """The organisation is what somebody says of themselves: it entitles to nothing."""
    client.post(invited(cast, cluster), {**WHO, "organisation": cast.organisation.name})
    part = cluster.participations.get(member__user__email=ADDRESS)
    assert part.organisation == cast.organisation
    lead = Client()
    lead.force_login(cast.user("lead"))
    page = f"/clusters/{cluster.name}/people/{part.pk}/role/"
    shown = lead.get(page).content.decode()
    assert ("External partners are neither lead nor deputy" in shown, 'value="deputy"' in shown) == (True, False)
    answer = lead.post(page, {"role": "deputy"})
    assert (answer.status_code, "External partners are neither" in answer.content.decode()) == (422, True)
    with pytest.raises(Refusal, match="External partners are neither lead nor deputy"):
        give_role(participation=part, by=cast.user("lead"), role="deputy")
    assert lead.post(page, {"role": "peer_reviewer"}).status_code == 302
    project = cast.organisation.partnerships.get().project
    cast.organisation.partnerships.update(role="LP")
    other = make_cluster(cast, State.RUNNING)
    other.solutions.add(make.make_solution("Wave dike", project=project, contact=None))
    asked = lifecycle.of(other).attempt(other, "conclude", by=None, at=NOW)
    owners = {row.name for row in AUDIENCES["solution_owners"](asked)}
    assert ("Ana Kovač" in owners, "Member Person" in owners) == (False, True)
    admin = Client()
    admin.force_login(cast.user("admin"))
    staff = admin.get(f"/organisations/{cast.organisation.pk}/").content.decode()
    assert ("Ana Kovač" in staff, "Member Person" in staff) == (False, True)


def test_showing_the_page_changes_nothing_however_often(cast: Cast, cluster: Cluster, client: Client) -> None:
    path = invited(cast, cluster)
    before = state()
    for _each in range(3):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert state() == before


def test_a_link_acts_once(cast: Cast, cluster: Cluster, client: Client) -> None:
    path = invited(cast, cluster)
    client.post(path, WHO)
    before, stranger = state(), Client()
    for answer in (stranger.get(path), stranger.post(path, WHO), stranger.post(path, {"decline": "1"})):
        assert answer.status_code == 410
        assert "Sign in with a code" in answer.content.decode()
    assert "_auth_user_id" not in stranger.session
    assert state() == before


def test_a_link_lasts_fourteen_days_from_sending_and_its_holder_renews_it(
    cast: Cast, cluster: Cluster, client: Client
) -> None:
    send_invitations(cluster=cluster, by=cast.user("lead"), text=ADDRESS, purpose=FOR)
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        path = newest_link()
    link = find(path.split("/")[2], "participate")
    assert link is not None
    assert (link.sent_at, link.expires_at) == (NOW + timedelta(days=3), NOW + timedelta(days=17))
    assert link.token_hash not in path
    with time_machine.travel(NOW + timedelta(days=17), tick=False):
        answer = client.post(path, WHO)
        assert (answer.status_code, "Send a new link" in answer.content.decode()) == (410, True)
        assert not User.objects.filter(email=ADDRESS).exists()
        for _twice in range(2):
            assert client.post(path, {"anew": "1"}).status_code == 200
        assert Message.objects.filter(template="clusters/invited_by_address").count() == 2
        fresh = newest_link()
        assert fresh != path
        assert client.post(path, WHO).status_code == 410
        assert client.post(fresh, WHO).status_code == 302


def test_a_link_ends_with_the_last_day_of_the_cluster(cast: Cast, client: Client) -> None:
    short = make_cluster(cast, State.RUNNING, ends_on=NOW.date() + timedelta(days=4))
    path = invited(cast, short)
    link = SignedLink.objects.get()
    assert link.expires_at is not None
    assert timezone.localtime(link.expires_at).isoformat()[:16] == "2026-05-17T00:00"
    Cluster.objects.filter(pk=short.pk).update(state=State.CONCLUDED, ended_on=NOW.date())
    answer = client.post(path, WHO)
    assert (answer.status_code, "has ended" in answer.content.decode()) == (410, True)


def test_a_newer_mail_and_taking_it_back_end_the_older_link(cast: Cast, cluster: Cluster, client: Client) -> None:
    path = invited(cast, cluster)
    take_invitation_back(invitation=Invitation.objects.get(), by=cast.user("lead"))
    answer = client.post(path, WHO)
    assert (answer.status_code, "taken back" in answer.content.decode()) == (410, True)
    again = invited(cast, cluster)
    assert (client.get(path).status_code, client.get(again).status_code) == (410, 200)


def test_a_token_of_another_purpose_or_subject_opens_nothing_here(cast: Cast, cluster: Cluster, client: Client) -> None:
    invited(cast, cluster)
    _link, other = mint("follow", subject=cluster, by=None, address=ADDRESS)
    for token in (other, "x" * 43, "%00", "ü"):
        assert client.get(f"/join/{token}/").status_code == 404
        assert client.post(f"/join/{token}/", WHO).status_code == 404
    assert not User.objects.filter(email=ADDRESS).exists()


@pytest.mark.parametrize("role", ["member", "lead", "other_external", "admin"])
def test_somebody_else_who_is_signed_in_is_told_and_consumes_nothing(
    cast: Cast, cluster: Cluster, client: Client, role: str
) -> None:
    path = invited(cast, cluster)
    client.force_login(cast.user(role))
    before = state()
    for answer in (client.get(path), client.post(path, WHO), client.post(path, {"decline": "1"})):
        assert (answer.status_code, "sent to somebody else" in answer.content.decode()) == (403, True)
    assert state() == before
    assert SignedLink.objects.get().state == LinkState.OPEN


def test_no_token_stands_in_a_log_or_in_the_database(
    cast: Cast, cluster: Cluster, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        path = invited(cast, cluster)
        client.get(path)
        client.post(path, WHO)
    token = path.split("/")[2]
    assert len(token) == 43
    assert token not in caplog.text
    stored = [list(model.objects.values()) for model in (SignedLink, Message, Event, Invitation)]
    assert token not in str(stored)


@pytest.mark.parametrize(
    "data", [{}, {"name": "Ana"}, {"organisation": "Port"}, {"name": "A\x00na", "organisation": "P"}]
)
def test_who_says_no_name_or_organisation_keeps_the_link_and_what_was_typed(
    cast: Cast, cluster: Cluster, client: Client, data: dict[str, str]
) -> None:
    path = invited(cast, cluster)
    before = state()
    answer = client.post(path, {"accept": "1", **data})
    assert answer.status_code == 422
    assert state() == before
    if data.get("organisation") == "Port":
        assert 'value="Port"' in answer.content.decode()


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
