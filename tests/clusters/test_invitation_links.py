"""Through the link of an invitation into a cluster: GET shows, POST acts, once, for fourteen days."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from clusters.actions.invitation import send_invitations, take_invitation_back
from clusters.actions.participation import give_role
from clusters.choices import InvitationStatus, State
from clusters.models import Cluster, Invitation
from clusters.notifications.lifecycle import AUDIENCES
from community import lifecycle
from community.choices import ConsentPurpose, LinkState
from community.links import find, mint
from community.models import Event, Message, SignedLink, User
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.inviting import ADDRESS, FOR, WHO, invited, newest_link, state
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.wide]


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING, ends_on=NOW.date() + timedelta(days=300))


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


def test_the_first_mail_is_the_notice_to_who_was_entered_by_somebody_else(cast: Cast, cluster: Cluster) -> None:
    invited(cast, cluster)
    sent = mail.outbox[-1]
    for body in (str(sent.body), str(sent.alternatives[0][0])):  # type: ignore[attr-defined]
        text = " ".join(body.split())
        for words in (
            "Lead Person, who leads",
            "for this invitation alone",
            "forgotten after 60 days",
            "have it erased",
        ):
            assert words in text
        assert text.count("/privacy/") >= 1


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
        assert "<title>This link is somebody else's · " in answer.text
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
