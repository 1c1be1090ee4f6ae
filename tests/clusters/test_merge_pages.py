"""The pages of a merge, where its old address leads, and what is read there."""

from __future__ import annotations

import pytest
from django.test import Client

from clusters import search
from clusters.choices import MergeStatus, State
from clusters.models import Cluster, MergeRequest
from community.actions.transition import transition
from community.models import Event
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of, page
from tests.clusters.test_merge_actions import WHY, asked, bare, merged, pair
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_the_button_leads_to_a_choice_of_what_comes_close_or_is_found(cast: Cast) -> None:
    cluster = bare(cast, State.APPROVED, title="Flood storage", question="Does a wetland store a flood?")
    near = bare(cast, State.RUNNING, title="Flood and wetland", question="Who stores?", working_group=cast.other_group)
    far = bare(cast, State.RUNNING, title="Birds at rest", question="Where?")
    ended = bare(cast, State.CONCLUDED, title="Birds that rested", question="Where?")
    for row in (cluster, near, far, ended):
        row.solutions.clear()
        search.index(row)
    client = client_of(cast, "coordinator")
    assert f'href="{page(cluster, "merge")}"' in text(client.get(cluster.get_absolute_url()))
    offered = text(client.get(page(cluster, "merge")))
    assert (f"?into={near.name}" in offered, f"?into={far.name}" in offered) == (True, False)
    for words in ("birds", far.reference.lower()):
        found = text(client.get(page(cluster, "merge"), {"find": words}))
        assert (f"?into={far.name}" in found, f"?into={ended.name}" in found) == (True, False)
    assert "No cluster that can take this one in" in text(client.get(page(cluster, "merge"), {"find": "zebra"}))
    assert client.get(page(cluster, "merge"), {"find": "a\x00"}).status_code == 200


def test_the_chosen_cluster_shows_what_will_happen_and_the_press_asks(cast: Cast) -> None:
    cluster, into = pair(cast)
    client = client_of(cast, "coordinator")
    shown = text(client.get(page(cluster, "merge"), {"into": into.name}))
    assert "A merge can’t be undone." in shown
    assert "Ask WG2 to agree" in shown
    empty = client.post(page(cluster, "merge"), {"into": into.name, "reason": ""})
    assert (empty.status_code, "Say why" in text(empty), into.title in text(empty)) == (422, True, True)
    answer = client.post(page(cluster, "merge"), {"into": into.name, "reason": WHY})
    assert (answer.status_code, answer.headers["Location"]) == (302, page(cluster, "merge"))
    assert "Asked, and not answered yet" in text(client.get(page(cluster, "merge")))
    assert MergeRequest.objects.get().reason == WHY


def test_the_other_side_finds_it_on_the_desk_and_agrees_with_one_press(cast: Cast) -> None:
    cluster, into = pair(cast)
    asked(cast, cluster, into)
    client = client_of(cast, "other_coordinator")
    assert page(cluster, "merge") in text(client.get("/desk/"))
    assert page(cluster, "merge") not in text(client_of(cast, "coordinator").get("/desk/"))
    shown = text(client.get(page(cluster, "merge")))
    assert (WHY in shown, "Agree, and merge them now" in shown) == (True, True)
    answer = client.post(page(cluster, "merge") + "agree/")
    assert (answer.status_code, answer.headers["Location"]) == (302, into.get_absolute_url())
    again = client.post(page(cluster, "merge") + "agree/")
    assert (again.status_code, again.headers["Location"]) == (302, into.get_absolute_url())
    assert Event.objects.filter(verb="merge").count() == 1


def test_the_other_side_refuses_with_a_reason_that_is_asked_for(cast: Cast) -> None:
    cluster, into = pair(cast)
    request = asked(cast, cluster, into)
    client = client_of(cast, "other_coordinator")
    assert client.post(page(cluster, "merge") + "refuse/", {"reason": " "}).status_code == 422
    assert client.post(page(cluster, "merge") + "refuse/", {"reason": "Ours starts now."}).status_code == 302
    request.refresh_from_db()
    assert request.status == MergeStatus.REFUSED
    late = client.post(page(cluster, "merge") + "agree/")
    assert late.status_code == 403
    assert "answered or taken back" in text(client_of(cast, "coordinator").post(page(cluster, "merge") + "withdraw/"))


def test_who_may_not_is_told_and_what_is_hidden_stays_hidden(cast: Cast) -> None:
    cluster = bare(cast, State.APPROVED)
    assert client_of(cast, "member").get(page(cluster, "merge")).status_code == 403
    hidden = bare(cast, State.DRAFT, title="A secret plan")
    answer = client_of(cast, "coordinator").get(page(cluster, "merge"), {"into": hidden.name})
    assert answer.status_code == 404
    ended = bare(cast, State.CONCLUDED)
    assert "takes no other cluster in" in text(
        client_of(cast, "coordinator").get(page(cluster, "merge"), {"into": ended.name})
    )


def test_the_old_address_leads_to_the_end_of_the_line_for_those_who_may_see_it(cast: Cast) -> None:
    cluster, into = pair(cast, State.SUBMITTED, State.APPROVED)
    last = bare(cast, State.RUNNING)
    merged(cast, cluster, into)
    merged(cast, into, last)
    for row, role, status in ((cluster, "member", 301), (cluster, "visitor", 404), (into, "visitor", 301)):
        answer = client_of(cast, role).get(row.get_absolute_url())
        assert (answer.status_code, answer.headers.get("Location")) == (
            status,
            last.get_absolute_url() if status == 301 else None,
        )
    history = client_of(cast, "member").get(f"{cluster.get_absolute_url()}history/")
    assert (history.status_code, history.headers["Location"]) == (301, f"{last.get_absolute_url()}history/")


def test_where_it_went_is_not_shown_to_who_may_not_see_that(cast: Cast) -> None:
    cluster, into = pair(cast, State.SUBMITTED, State.SUBMITTED)
    after = merged(cast, cluster, into)
    Cluster.objects.filter(pk=into.pk).update(state=State.DECLINED)
    client = Client()
    client.force_login(after.proposer.user)
    answer = client.get(cluster.get_absolute_url())
    assert answer.status_code == 200
    assert into.name not in text(answer)


def test_the_old_chain_is_read_on_the_new_page_as_far_as_one_may_see_it(cast: Cast) -> None:
    cluster, into = pair(cast, State.SUBMITTED, State.SUBMITTED)
    transition(cluster, "return", by=cast.user("coordinator"), reason="Say who pays.")
    merged(cast, cluster, into)
    Cluster.objects.filter(pk=into.pk).update(state=State.APPROVED)
    address = f"{into.get_absolute_url()}history/"
    for role, is_told in (("other_coordinator", True), ("member", False)):
        read = text(client_of(cast, role).get(address))
        said = ("Say who pays." in read, "merged it into another cluster" in read, cluster.name in read)
        assert said == (is_told, True, True)
    public = text(client_of(cast, "visitor").get(address))
    assert ("Say who pays." in public, "merged another cluster into this one" in public) == (False, True)
    assert cluster.name not in text(client_of(cast, "visitor").get(into.get_absolute_url()))
    assert cluster.name in text(client_of(cast, "member").get(into.get_absolute_url()))


def test_proposing_again_leads_to_a_new_draft_that_copies_words_not_dates(cast: Cast) -> None:
    old = make_cluster(cast, State.CONCLUDED, size_limit=9, lessons="Begin early.", out_of_scope="Dams.")
    client = client_of(cast, "member")
    assert "Propose again…" in text(client.get(old.get_absolute_url()))
    shown = text(client.get(page(old, "propose-again")))
    assert "Start a new draft from this cluster" in shown
    answer = client.post(page(old, "propose-again"))
    draft = Cluster.objects.get(follows=old)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/clusters/{draft.name}/edit/1/")
    assert (draft.title, draft.question, draft.out_of_scope, draft.size_limit, draft.working_group) == (
        old.title,
        old.question,
        "Dams.",
        9,
        old.working_group,
    )
    assert (draft.state, draft.proposer, draft.lead, draft.starts_on, draft.lessons, draft.reference) == (
        State.DRAFT,
        cast.member("member"),
        None,
        None,
        "",
        None,
    )
    assert [(row.text, row.criterion, row.measured) for row in draft.objectives.all()] == [
        ("Fit the method", "Two annexes", "")
    ]
    assert [(row.title, row.planned_start_on, row.actual_start_on) for row in draft.stages.all()] == [
        ("Kick-off", None, None)
    ]
    assert [row.kind for row in draft.expected_outcomes.all()] == ["answer"]
    assert [row.level for row in draft.levels.all()] == ["regional"]
    assert (draft.outcomes.count(), draft.participations.count(), draft.decisions.count()) == (0, 0, 0)
    assert list(draft.solutions.all()) == [cast.solution]


def test_a_second_press_goes_on_with_the_same_draft_and_tells_nobody(cast: Cast) -> None:
    old = make_cluster(cast, State.CONCLUDED)
    client = client_of(cast, "member")
    first, second = (client.post(page(old, "propose-again")).headers["Location"] for _press in range(2))
    assert first == second
    assert Event.objects.count() == 0
    draft = Cluster.objects.get(follows=old)
    assert draft.name not in text(client_of(cast, "visitor").get(old.get_absolute_url()))
    Cluster.objects.filter(pk=draft.pk).update(state=State.SUBMITTED, reference="M4N-CL-2026-77", submitted_at=NOW)
    assert "Proposed again as:" in text(client.get(old.get_absolute_url()))
    assert "Proposed again from:" in text(client.get("/clusters/M4N-CL-2026-77/"))


@pytest.mark.parametrize("role", ["external", "superuser"])
def test_who_may_not_propose_does_not_propose_again(cast: Cast, role: str) -> None:
    old = make_cluster(cast, State.CONCLUDED)
    assert client_of(cast, role).post(page(old, "propose-again")).status_code == 403
    assert not Cluster.objects.filter(follows=old).exists()


def test_who_reviews_a_proposal_finds_the_merge_beside_what_comes_close(cast: Cast) -> None:
    proposal = bare(cast, State.SUBMITTED)
    assert page(proposal, "merge") in text(client_of(cast, "coordinator").get(f"/review/{proposal.name}/"))
