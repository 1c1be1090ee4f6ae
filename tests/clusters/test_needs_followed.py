"""Needs follow the clusters that answer them, one or several, and who raised them sees which."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client

from clusters.actions.merge import merge
from clusters.actions.needs import settle_all_needs
from clusters.actions.proposal import create_draft
from clusters.choices import State
from clusters.models import Cluster
from clusters.overlap import overlap_of
from community.actions import need as need_actions
from community.actions.need import set_need_status
from community.actions.transition import transition
from community.choices import NeedStatus
from community.models import Event, Message, Need
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.form_reader import fields_of
from tests.clusters.proposal_pages import Writer
from tests.clusters.test_lifecycle_pages import client_of
from tests.clusters.test_merge_actions import bare
from tests.factories import NOW
from tests.races import at_once, meeting, without_locks

pytestmark = [pytest.mark.django_db, pytest.mark.both]
N = NeedStatus


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def status(need: Need) -> str:
    return Need.objects.get(pk=need.pk).status


def of_both(cast: Cast, state: str) -> tuple[Cluster, list[Need]]:
    """Return a cluster that answers two needs."""
    needs = [make.make_need(), make.make_need()]
    cluster = make_cluster(cast, state, need=needs[0])
    cluster.further_needs.add(needs[1])
    return cluster, needs


def test_a_need_is_taken_up_answered_and_open_again_as_its_cluster_goes(cast: Cast) -> None:
    cluster, needs = of_both(cast, State.SUBMITTED)
    seen = [[status(need) for need in needs]]
    by = cast.user("mission_coordinator")
    transition(cluster, "approve", by=by)
    seen.append([status(need) for need in needs])
    cluster = make_cluster(cast, State.RUNNING, need=needs[0])
    transition(cluster, "conclude", by=cast.user("lead"))
    seen.append([status(need) for need in needs])
    transition(cluster, "reopen", by=by, reason="One more annex.")
    seen.append([status(need) for need in needs])
    assert seen == [[N.OPEN, N.OPEN], [N.TAKEN_UP, N.TAKEN_UP], [N.ANSWERED, N.TAKEN_UP], [N.TAKEN_UP, N.TAKEN_UP]]
    event = Event.objects.about(needs[1]).get()
    assert (event.verb, event.by, event.data) == ("set_need_status", None, {"from": "open", "to": "taken_up"})


def test_a_cluster_that_ends_without_an_outcome_leaves_its_need_unmet(cast: Cast) -> None:
    for verb, extra in (("discontinue", {}), ("conclude", {"has_no_outcome": True})):
        need = make.make_need(status=N.TAKEN_UP)
        cluster = make_cluster(cast, State.RUNNING, need=need)
        cluster.outcomes.all().delete()
        transition(cluster, verb, by=cast.user("lead"), reason="No money.", lessons="Ask first.", **extra)
        assert status(need) == N.OPEN


def test_another_active_cluster_keeps_it_taken_up_and_a_merge_takes_it_along(cast: Cast) -> None:
    need = make.make_need(status=N.TAKEN_UP)
    first, second = make_cluster(cast, State.RUNNING, need=need), bare(cast, State.RUNNING)
    second.further_needs.add(need)
    transition(first, "discontinue", by=cast.user("lead"), reason="No money.", lessons="Ask first.")
    assert status(need) == N.TAKEN_UP
    other = make.make_need()
    proposal = bare(cast, State.SUBMITTED, need=other)
    merge(cluster=proposal, into=second, by=cast.user("mission_coordinator"), reason="Both ask the same.")
    assert status(other) == N.TAKEN_UP


def test_what_a_person_said_stays_until_they_let_it_follow_again(cast: Cast) -> None:
    cluster, needs = of_both(cast, State.SUBMITTED)
    by = needs[0].raised_by.user
    set_need_status(need=needs[0], status=N.CLOSED, by=by, note="No longer wanted")
    transition(cluster, "approve", by=cast.user("mission_coordinator"))
    assert [status(need) for need in needs] == [N.CLOSED, N.TAKEN_UP]
    assert set_need_status(need=needs[0], status=N.OPEN, by=by).status == N.TAKEN_UP
    transition(
        Cluster.objects.get(pk=cluster.pk), "discontinue", by=cast.user("lead"), reason="No money.", lessons="Ask."
    )
    assert [status(need) for need in needs] == [N.OPEN, N.OPEN]


def test_the_daily_chore_repairs_what_no_verb_did_and_then_finds_nothing(cast: Cast) -> None:
    _cluster, needs = of_both(cast, State.RUNNING)
    make.make_need(status=N.ANSWERED)
    assert (settle_all_needs(NOW), settle_all_needs(NOW)) == (2, 0)
    assert [status(need) for need in needs] == [N.TAKEN_UP, N.TAKEN_UP]


def test_who_raised_any_of_the_needs_is_told_and_sees_the_cluster(cast: Cast) -> None:
    cluster, needs = of_both(cast, State.SUBMITTED)
    says_too = make.make_me_too(needs[1]).member
    transition(cluster, "approve", by=cast.user("mission_coordinator"))
    told = set(Message.objects.filter(template="clusters/approve").values_list("to", flat=True))
    assert {needs[0].raised_by.user.pk, needs[1].raised_by.user.pk, says_too.user.pk} <= told
    for need in needs:
        assert cluster.title in Client().get(f"/needs/{need.pk}/").text
    page = Client().get(cluster.get_absolute_url()).text
    assert all(f'href="/needs/{need.pk}/"' in page for need in needs)


def test_several_selected_needs_make_one_draft_that_keeps_the_links(cast: Cast) -> None:
    places, themes = [make.make_territory(), make.make_territory()], [make.make_term(), make.make_term()]
    needs = [make.make_need("Who pays?", description="Nobody does."), make.make_need("Who digs?")]
    for need, place, theme in zip(needs, places, themes, strict=True):
        need.territories.add(place)
        need.challenges.add(theme)
    client = Client()
    client.force_login(cast.user("member"))
    start = client.get("/clusters/propose/", {"need": [need.pk for need in needs]}).text
    button = f"need:{needs[0].pk},{needs[1].pk}"
    assert ("From these 2 needs" in start, f'value="{button}"' in start) == (True, True)
    client.post("/clusters/propose/", {"code": "abcdefgh", "start": button})
    draft = Cluster.objects.get()
    assert (draft.need, list(draft.further_needs.all()), draft.question) == (needs[0], [needs[1]], "Who pays?")
    assert draft.need_text == "Who pays? Nobody does.\nWho digs?"
    assert (set(draft.territories.all()), set(draft.themes.all())) == (set(places), set(themes))
    assert not overlap_of(draft, cast.user("member")).needs


def test_at_most_ten_needs_are_taken_and_it_is_said(cast: Cast) -> None:
    needs = [make.make_need() for _number in range(11)]
    client = Client()
    client.force_login(cast.user("member"))
    page = client.get("/clusters/propose/", {"need": [need.pk for need in needs]}).text
    assert ("at most 10 needs" in page, needs[9].question in page, needs[10].question in page) == (True, True, False)


def test_needs_are_added_and_taken_off_on_the_first_step(cast: Cast) -> None:
    first, second, third = (make.make_need(f"Who counts heron number {number}?") for number in range(3))
    draft = create_draft(by=cast.user("proposer"), code="abcdefgh", needs=[first, second])
    writer = Writer(cast.user("proposer"), draft)
    found = writer.save(1, "find:need", find_need="heron").content.decode()
    assert (f'value="need:{third.pk}"' in found, f'value="need:{first.pk}"' in found) == (True, False)
    typed = writer.typed(1)
    assert (typed["need"], typed["further_needs"]) == ([str(first.pk)], [str(second.pk)])
    assert writer.post(1, {**typed, "further_needs": f"{second.pk},{third.pk}"}).status_code == 302
    assert set(draft.further_needs.all()) == {second, third}
    off = writer.post(1, writer.typed(1), f"no-need:{first.pk}").content.decode()
    assert "The main one: documents name it." in off
    assert fields_of(off)["need"] == [str(second.pk)]
    wrong = writer.post(1, {**writer.typed(1), "further_needs": "999999"})
    assert wrong.status_code == 422
    draft.refresh_from_db()
    assert (draft.need, draft.further_needs.count()) == (first, 2)


def end_both(cast: Cast) -> Need:
    """Let the two clusters of a need end at once, each having looked at how far the other is."""
    need = make.make_need(status=N.TAKEN_UP)
    pair = [make_cluster(cast, State.RUNNING, need=need) for _number in range(2)]
    end = partial(transition, verb="discontinue", by=cast.user("lead"), reason="No.", lessons="Ask.")
    with meeting((need_actions, "_progress_of")):
        results = at_once(*(partial(end, cluster) for cluster in pair))
    assert all(isinstance(result, Cluster) for result in results), results
    return need


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clusters_that_end_at_once_see_each_other(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    for _round in range(rounds(20)):
        assert status(end_both(cast)) == N.OPEN


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_of_the_need_each_takes_the_other_for_running() -> None:
    with without_locks(Need):
        need = end_both(make_cast())
    assert status(need) == N.TAKEN_UP


def test_who_raised_a_need_and_every_other_member_proposes_a_cluster_for_it(cast: Cast) -> None:
    need = make.make_need(raised_by=cast.member("proposer"))
    expected = {
        "proposer": True,
        "member": True,
        "coordinator": True,
        "external": False,
        "visitor": True,  # is led to sign in, as from every such button
    }
    link = f'href="/clusters/propose/?need={need.pk}"'
    assert {role: link in page_of(cast, role, need) for role in expected} == expected
    assert client_of(cast, "proposer").get(f"/clusters/propose/?need={need.pk}").status_code == 200
    Need.objects.filter(pk=need.pk).update(status=N.CLOSED)
    assert not any("?need=" in page_of(cast, role, need) for role in expected)


def page_of(cast: Cast, role: str, need: Need) -> str:
    return client_of(cast, role).get(f"/needs/{need.pk}/").content.decode()
