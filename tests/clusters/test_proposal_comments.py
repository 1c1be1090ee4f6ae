"""Comments on a proposal: the community writes them, until a day and late, and decides nobody's decision."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from clusters.actions import proposal_comment as actions
from clusters.actions.prepared import prepare_decision
from clusters.actions.proposal_comment import ask_for_comments, comment_on_proposal, take_back_comment
from clusters.choices import State
from clusters.models import Cluster
from clusters.rules.content import content_hash
from clusters.rules.proposal_comments import asked_words, can_comment, can_read_comments, is_asked
from clusters.tables.deadlines import deadlines_of
from clusters.tables.proposal_comment import remarks_of
from community import contributions
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.lifecycle import GONE
from community.models import Comment, Event, Message, Subscription
from community.permissions import Refusal
from tests.cast import ROLES, Cast, make_cluster, share
from tests.clusters.test_lifecycle_pages import client_of
from tests.factories import NOW, TODAY, make_consent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.wide]

#: In which state the cluster of the tests stands.
STATE = State.SUBMITTED


DAY = timedelta(days=1)


WORDS = "Ask the salt works first."


def say(cast: Cast, cluster: Cluster, role: str = "member", **more: Any) -> Comment:
    return comment_on_proposal(cluster=cluster, by=cast.user(role), **{"text": WORDS, **more})


def told(template: str) -> list[tuple[str, str]]:
    rows = Message.objects.filter(template=f"clusters/{template}").order_by("to__member__name")
    return [(row.params["audience"], row.to.member.name) for row in rows.select_related("to__member")]


# -- Who reads, who writes ---------------------------------------------------------------------------------------------


#: Whoever belongs to the community comments; nobody else.
COMMUNITY = {
    *("member", "participant", "proposer", "lead", "deputy_lead", "other_lead", "coordinator", "other_coordinator"),
    *("stand_in", "coordinator_proposer", "mission_coordinator", "admin"),
}


@pytest.mark.parametrize("state", list(State))
def test_the_community_comments_on_what_is_proposed_and_on_nothing_else(cast: Cast, state: str) -> None:
    row = make_cluster(cast, state)
    may = {role for role in ROLES if can_comment(cast.user(role), row)}
    assert may == (COMMUNITY if state == State.SUBMITTED else set())
    for role in ("member", "proposer", "visitor"):
        if role not in may:
            with pytest.raises((Refusal, AttributeError)):
                say(cast, row, role)


def test_nothing_is_read_of_a_draft_and_of_what_is_not_visible(cast: Cast, cluster: Cluster) -> None:
    """A recalled proposal is its proposer's again, and so is what was said on it."""
    say(cast, cluster)
    page = f"/clusters/{cluster.name}/comments/"
    expected = {"member": 200, "proposer": 200, "other_external": 404, "external": 404, "visitor": 302}
    assert {role: client_of(cast, role).get(page).status_code for role in expected} == expected
    transition(cluster, "recall", by=cast.user("proposer"))
    expected = {"member": 404, "coordinator": 404, "proposer": 200, "lead": 200}
    assert {role: client_of(cast, role).get(page).status_code for role in expected} == expected
    share(cluster, cast.member("other_lead"), cast.user("proposer"))
    assert WORDS in client_of(cast, "other_lead").get(page).content.decode()
    draft = make_cluster(cast, State.DRAFT)
    assert client_of(cast, "proposer").get(f"/clusters/{draft.name}/comments/").status_code == 403
    Cluster.objects.filter(pk=cluster.pk).update(state=State.DECLINED)
    expected = {"member": 404, "other_coordinator": 404, "proposer": 200, "coordinator": 200}
    assert {role: client_of(cast, role).get(page).status_code for role in expected} == expected


def test_after_the_approval_the_community_still_reads_them_and_the_public_does_not(
    cast: Cast, cluster: Cluster
) -> None:
    say(cast, cluster)
    transition(cluster, "approve", by=cast.user("coordinator"))
    cluster.refresh_from_db()
    page = f"/clusters/{cluster.name}/comments/"
    assert WORDS in client_of(cast, "member").get(page).content.decode()
    assert client_of(cast, "visitor").get(page).status_code == 302
    assert client_of(cast, "other_external").get(page).status_code == 403
    assert WORDS not in client_of(cast, "visitor").get(cluster.get_absolute_url()).content.decode()
    assert not can_read_comments(cast.user("superuser"), cluster)
    room = client_of(cast, "lead").get(f"/clusters/{cluster.name}/room/").content.decode()
    assert WORDS not in room, "the room begins empty"


@pytest.mark.parametrize("state", [State.APPROVED, State.RUNNING, State.CONCLUDED])
def test_who_takes_part_from_outside_reads_no_comments_and_no_way_leads_there(
    cast: Cast, cluster: Cluster, state: str
) -> None:
    comment = say(cast, cluster)
    cluster = make_cluster(cast, state)
    Comment.objects.filter(pk=comment.pk).update(subject_id=cluster.pk)
    page = f"/clusters/{cluster.name}/comments/"
    expected = {"external": False, "participant": True, "deputy_lead": True, "proposer": True, "coordinator": True}
    assert {role: bool(can_read_comments(cast.user(role), cluster)) for role in expected} == expected
    external = client_of(cast, "external")
    assert external.get(f"/clusters/{cluster.name}/history/").status_code == 200
    for address in (cluster.get_absolute_url(), f"/clusters/{cluster.name}/history/"):
        assert page not in external.get(address).content.decode()
    answer = external.get(page)
    assert answer.status_code == 403
    assert WORDS not in answer.content.decode()
    assert page in client_of(cast, "participant").get(f"/clusters/{cluster.name}/history/").content.decode()


def test_names_are_read_by_those_who_work_on_it_and_with_consent(cast: Cast, cluster: Cluster) -> None:
    say(cast, cluster)
    seen = {role: remarks_of(cluster, cast.user(role))[0].who for role in ("member", "proposer", "coordinator")}
    assert seen == {"member": "You", "proposer": "Member Person", "coordinator": "Member Person"}
    assert remarks_of(cluster, cast.user("other_lead"))[0].who == "A member"
    make_consent(cast.member("member"))
    assert remarks_of(cluster, cast.user("other_lead"))[0].who == "Member Person"


# -- Writing -----------------------------------------------------------------------------------------------------------


def test_a_comment_and_its_answer_are_told_to_those_concerned(cast: Cast, cluster: Cluster, settings: Any) -> None:
    from django.core import mail

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    client, page = client_of(cast, "member"), f"/clusters/{cluster.name}/comments/"
    assert client.post(page, {"text": WORDS})["Location"].startswith(f"{page}#comment-")
    first = Comment.objects.get()
    assert told("proposal_commented") == [("lead", "Lead Person"), ("proposer", "Proposer Person")]
    send_outbox(at=NOW)
    assert WORDS in mail.outbox[0].body
    assert "Member Person (member) commented on the proposal." in mail.outbox[0].body
    Message.objects.all().delete()
    text = client_of(cast, "proposer").get(f"{page}?to={first.pk}").content.decode()
    assert "Your answer to Member Person: “Ask the salt works first.”" in text
    client_of(cast, "proposer").post(page, {"text": "We did.", "reply_to": first.pk})
    assert told("proposal_commented") == [("lead", "Lead Person"), ("writer", "Member Person")]
    thread = remarks_of(cluster, cast.user("lead"))[0]
    assert [answer.text for answer in thread.answers] == ["We did."]
    events = Event.objects.about(cluster).of_verbs(["proposal.commented"])
    assert all(WORDS not in str(event.data) and not hasattr(event, "detail") for event in events)
    assert events.count() == 2


def test_what_is_wrong_is_said_and_the_text_stays(cast: Cast, cluster: Cluster) -> None:
    client, page = client_of(cast, "member"), f"/clusters/{cluster.name}/comments/"
    answer = client.post(page, {"text": " "})
    assert (answer.status_code, "Write your comment first." in answer.content.decode()) == (422, True)
    answer = client.post(page, {"text": WORDS, "reply_to": 99})
    assert (answer.status_code, WORDS in answer.content.decode()) == (409, True)
    assert client.post(page, {"text": "x" * 4001}).status_code == 422
    first = say(cast, cluster)
    assert say(cast, cluster) == first, "the second press of the button"
    transition(cluster, "return", by=cast.user("coordinator"), reason="Sharpen it.")
    answer = client.post(page, {"text": "And the dunes?"})
    assert (answer.status_code, "while a proposal waits" in answer.content.decode()) == (409, True)
    assert "And the dunes?" not in str(list(Comment.objects.values_list("text", flat=True)))


def test_ones_own_words_are_taken_back_and_nobody_elses(cast: Cast, cluster: Cluster) -> None:
    row = say(cast, cluster)
    back = f"/clusters/{cluster.name}/comments/{row.pk}/take-back/"
    assert client_of(cast, "coordinator").post(back).status_code == 403
    other = make_cluster(cast, State.SUBMITTED)
    assert client_of(cast, "member").post(back.replace(cluster.name, other.name)).status_code == 404
    assert client_of(cast, "member").post(back).status_code == 302
    assert take_back_comment(comment=row, by=cast.user("member")).text == ""
    assert remarks_of(cluster, cast.user("lead")) == []


ENDS: dict[str, tuple[str, dict[str, str]]] = {
    "recall": ("proposer", {}),
    "withdraw": ("proposer", {}),
    "decline": ("coordinator", {"reason": "No."}),
}


@pytest.mark.parametrize("verb", ENDS)
def test_ones_own_words_are_taken_back_also_where_the_proposal_is_open_to_others_alone(
    cast: Cast, cluster: Cluster, verb: str
) -> None:
    row, lead = say(cast, cluster), say(cast, cluster, "lead", text="Which salt works?")
    by, more = ENDS[verb]
    transition(cluster, verb, by=cast.user(by), **more)
    page = f"/clusters/{cluster.name}/comments/"
    member = client_of(cast, "member")
    assert member.get(page).status_code == 404
    assert WORDS in client_of(cast, "proposer").get(page).content.decode(), "they stand there for others"
    assert member.post(f"{page}{lead.pk}/take-back/").status_code == 404, "nobody else's are known of"
    assert client_of(cast, "other_lead").post(f"{page}{row.pk}/take-back/").status_code == 404
    answer = member.post(f"{page}{row.pk}/take-back/", follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Taken back: your words are gone." in answer.content.decode()
    assert WORDS not in client_of(cast, "proposer").get(page).content.decode()
    row.refresh_from_db()
    assert row.text == ""


def test_a_press_that_finds_the_comment_gone_says_so(
    cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, take_back = say(cast, cluster), actions.take_back_comment

    def too_late(**given: Any) -> Comment:
        Comment.objects.filter(pk=row.pk).delete()
        return take_back(**given)

    monkeypatch.setattr(actions, "take_back_comment", too_late)
    page = f"/clusters/{cluster.name}/comments/"
    text = client_of(cast, "member").post(f"{page}{row.pk}/take-back/", follow=True).content.decode()
    assert "Taken back" not in text
    assert str(GONE) in text


def test_a_mail_that_leaves_after_the_words_were_taken_back_holds_none(
    cast: Cast, cluster: Cluster, settings: Any
) -> None:
    from django.core import mail

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    take_back_comment(comment=say(cast, cluster), by=cast.user("member"))
    send_outbox(at=NOW)
    assert mail.outbox
    assert all(WORDS not in one.body for one in mail.outbox)


# -- Until a day -------------------------------------------------------------------------------------------------------


def test_who_says_until_when_and_who_is_told(cast: Cast, cluster: Cluster) -> None:
    until = TODAY + 8 * DAY
    may = {"proposer", "coordinator", "coordinator_proposer", "mission_coordinator"}
    for role in ROLES:
        if cast.user(role) is not None and role not in may and role not in ("deactivated",):
            with pytest.raises(Refusal, match="proposer or a coordinator"):
                ask_for_comments(cluster=cluster, by=cast.user(role), until=until)
    before = (cluster.version, content_hash(cluster))
    client = client_of(cast, "proposer")
    client.post(f"/clusters/{cluster.name}/comments/until/", {"until": "20 May 2026"})
    cluster.refresh_from_db()
    assert (cluster.comments_until, (cluster.version, content_hash(cluster))) == (until, before)
    assert told("comments_asked") == [
        ("deciders", "Coordinator Person"),
        ("deciders", "Coordinator_Proposer Person"),
        ("lead", "Lead Person"),
    ]
    ask_for_comments(cluster=cluster, by=cast.user("coordinator"), until=until)
    assert Event.objects.about(cluster).of_verbs(["proposal.comments_asked"]).count() == 1, (
        "the same again is no change"
    )
    for wrong in (TODAY - DAY, TODAY + 61 * DAY):
        with pytest.raises(Refusal, match="Choose a day"):
            ask_for_comments(cluster=cluster, by=cast.user("proposer"), until=wrong)
    answer = client.post(f"/clusters/{cluster.name}/comments/until/", {"until": "30.2.2026"})
    assert (answer.status_code, "30.2.2026" in answer.content.decode()) == (422, True)
    client.post(f"/clusters/{cluster.name}/comments/until/", {"until": ""})
    cluster.refresh_from_db()
    assert cluster.comments_until is None


def test_everybody_who_is_asked_for_comments_is_told_once(cast: Cast, cluster: Cluster, settings: Any) -> None:
    from django.core import mail

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cluster.further_working_groups.add(cast.other_group)
    say(cast, cluster, "member")
    take_back_comment(comment=say(cast, cluster, "participant"), by=cast.user("participant"))
    say(cast, cluster, "other_lead")
    for role in ("other_lead", "deputy_lead", "external", "deactivated", "proposer"):
        Subscription.objects.create(user=cast.user(role), kind="cluster", subject_id=cluster.pk)
    Message.objects.all().delete()
    ask_for_comments(cluster=cluster, by=cast.user("proposer"), until=TODAY + DAY)
    assert sorted(told("comments_asked")) == [
        ("deciders", "Coordinator Person"),
        ("deciders", "Coordinator_Proposer Person"),
        ("follower", "Deputy_Lead Person"),
        ("further_coordinators", "Other Coordinator Person"),
        ("further_coordinators", "Stand-in Person"),
        ("lead", "Lead Person"),
        ("writer", "Member Person"),
        ("writer", "Other_Lead Person"),
    ]
    send_outbox(at=NOW)
    assert len(mail.outbox) == 8
    assert all(f"/clusters/{cluster.name}/comments/" in one.body for one in mail.outbox)


def test_the_day_itself_counts_and_later_comments_are_marked(cast: Cast, cluster: Cluster, clock: Any) -> None:
    ask_for_comments(cluster=cluster, by=cast.user("proposer"), until=TODAY + DAY)
    cluster.refresh_from_db()
    found = {}
    for days in (0, 1, 2):
        clock.move_to(NOW + days * DAY + timedelta(hours=11, minutes=59))  # 23:59 in Athens
        say(cast, cluster, text=f"Said on day {days}.")
        on = TODAY + days * DAY
        found[days] = (is_asked(cluster, on), asked_words(cluster, on))
    assert found == {
        0: (True, "comments until 13 May 2026, 1 day left"),
        1: (True, "comments until today, 13 May 2026"),
        2: (False, ""),
    }
    assert [(row.text, row.is_late) for row in remarks_of(cluster, cast.user("lead"))] == [
        ("Said on day 0.", False),
        ("Said on day 1.", False),
        ("Said on day 2.", True),
    ]
    text = client_of(cast, "member").get(f"/clusters/{cluster.name}/comments/").content.decode()
    assert text.count('class="mk is-late"') == 1


def test_it_is_shown_where_it_matters_and_warns_who_decides_before(cast: Cast, cluster: Cluster) -> None:
    ask_for_comments(cluster=cluster, by=cast.user("proposer"), until=TODAY + 8 * DAY)
    asked = "comments until 20 May 2026, 8 days left"
    for role in ("member", "proposer", "lead", "coordinator"):
        assert asked in client_of(cast, role).get(cluster.get_absolute_url()).content.decode(), role
    coordinator = client_of(cast, "coordinator")
    for page in (
        f"/review/{cluster.name}/",
        *(f"/clusters/{cluster.name}/{verb}/" for verb in ("approve", "prepared")),
    ):
        text = coordinator.get(page).content.decode()
        assert "Comments are still asked for" in text, page
        assert f"{asked[:1].upper()}{asked[1:]}. You may decide now" in text, page
    items = [str(row.why) for row in contributions.desk_items.get("clusters")(cast.user("coordinator"), TODAY)]
    assert any(asked in why for why in items)
    for role in ("proposer", "lead", "coordinator"):
        rows = [row for row in deadlines_of(cast.user(role), TODAY) if row.code == "comments"]
        assert [(row.day, row.url) for row in rows] == [(date(2026, 5, 20), f"/clusters/{cluster.name}/comments/")], (
            role
        )
    assert [row for row in deadlines_of(cast.user("other_coordinator"), TODAY) if row.code == "comments"] == []
    transition(cluster, "approve", by=cast.user("coordinator"), seen=content_hash(cluster))
    assert Cluster.objects.get(pk=cluster.pk).state == State.APPROVED, "warned, not prevented"
    assert asked not in coordinator.get(cluster.get_absolute_url()).content.decode()


def test_an_announcement_stands_among_the_dates_of_those_who_may_decide_alone(cast: Cast, cluster: Cluster) -> None:
    prepare_decision(
        cluster=cluster,
        by=cast.user("coordinator"),
        verb="decline",
        reason=WORDS,
        seen=content_hash(cluster),
        announce_at=NOW + 2 * DAY,
    )
    found = {
        role: [row.day for row in deadlines_of(cast.user(role), TODAY) if row.code == "announcement"]
        for role in (
            "coordinator",
            "coordinator_proposer",
            "mission_coordinator",
            "proposer",
            "lead",
            "other_coordinator",
        )
    }
    assert {role for role, days in found.items() if days} == {
        "coordinator",
        "coordinator_proposer",
        "mission_coordinator",
    }


def test_a_new_round_asks_anew(cast: Cast, cluster: Cluster, clock: Any) -> None:
    ask_for_comments(cluster=cluster, by=cast.user("proposer"), until=TODAY + DAY)
    transition(cluster, "recall", by=cast.user("proposer"))
    clock.move_to(NOW + 3 * DAY)
    transition(Cluster.objects.get(pk=cluster.pk), "submit", by=cast.user("proposer"))
    assert Cluster.objects.get(pk=cluster.pk).comments_until is None


def test_the_history_leads_to_the_comments_once_it_is_decided(cast: Cast, cluster: Cluster) -> None:
    link = f'href="/clusters/{cluster.name}/comments/"'
    comment_on_proposal(cluster=cluster, by=cast.user("member"), text="Ask the ports.")
    transition(cluster, "approve", by=cast.user("coordinator"), seen=content_hash(cluster))
    pages = {role: client_of(cast, role).get(f"/clusters/{cluster.name}/history/") for role in ("member", "visitor")}
    assert {role: link in page.content.decode() for role, page in pages.items()} == {"member": True, "visitor": False}
    Comment.objects.all().delete()
    assert link not in client_of(cast, "member").get(f"/clusters/{cluster.name}/history/").content.decode()
