"""The pages of peer reviews: what each reader is shown, forms that keep what was typed, and the way from the desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from clusters.choices import State
from clusters.models import Cluster
from community.models import Event, Solution
from results.actions import review as actions
from results.models import PeerReview
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.results.making_reviews import answer, make_owner, make_review, part_of, published

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert (address, answer.status_code) == (address, status)
    return " ".join(answer.content.decode().split())


def typed(review: PeerReview, **values: Any) -> dict[str, Any]:
    """Return what the form of a review sends."""
    sent: dict[str, Any] = {"seen_version": review.version, "verdict": "fit", "summary": "It holds."}
    for row in review.criteria.all():
        sent |= {f"mark_{row.pk}": "strong", f"said_{row.pk}": "Two coasts."}
    return {**sent, "recommendation_1": "Say what it costs.", **values}


def test_a_review_is_begun_written_and_published_by_its_pages(cast: Cast, cluster: Cluster) -> None:
    client, home = signed_in(cast, "lead"), f"/clusters/{cluster.name}/reviews/"
    make_owner(cast)
    assert f'href="{home}add/?solution={cast.solution.pk}"' in text(client, home)
    chosen = f'value="Flood storage method ({cast.solution.project.acronym})"'
    assert f'name="solution" {chosen}' in text(client, f"{home}add/?solution={cast.solution.pk}")
    begun = client.post(f"{home}add/", {"solution": cast.solution.pk})
    review = PeerReview.objects.get()
    page = f"/reviews/{review.pk}/"
    assert begun.headers["Location"] == f"{page}edit/"
    assert "Nobody is named yet" in text(client, page)
    part = part_of(cast, cluster, "participant")
    assert client.post(f"{page}edit/", typed(review, reviewers=[part.pk])).status_code == 302
    review.refresh_from_db()
    assert "Two coasts." in text(client, f"{page}published/")
    assert client.post(f"{page}published/", {"seen": review.version}).status_code == 302
    public = text(Client(), page)
    for words in ("Fit for use by others", "Say what it costs.", "Region of the Gulf", "1 person, name not public"):
        assert words in public, words
    assert "Participant Person" not in public
    assert "Participant Person" in text(client, page)
    assert "Fit for use by others" in text(client, f"/clusters/{cluster.name}/preview/")
    assert "published a peer review of a solution: Flood storage method" in text(
        Client(), f"/clusters/{cluster.name}/history/"
    )


def test_what_was_typed_stays_where_something_is_wrong_or_somebody_was_faster(cast: Cast, cluster: Cluster) -> None:
    review, client = make_review(cast, cluster), signed_in(cast, "deputy_lead")
    page = f"/reviews/{review.pk}/edit/"
    long = client.post(page, typed(review, summary="x" * 2001, recommendation_2="Mine."))
    assert (long.status_code, "x" * 2001 in long.text, "Mine." in long.text) == (422, True, True)
    actions.update_review(review=review, by=cast.user("lead"), seen_version=review.version, summary="Theirs.")
    stale = client.post(page, typed(review, summary="Mine, too."))
    assert (stale.status_code, "Mine, too." in stale.text, "Somebody else saved" in stale.text) == (409, True, True)
    seen = PeerReview.objects.get(pk=review.pk).version
    assert f'name="seen_version" value="{seen}"' in stale.text
    assert client.post(page, typed(review, summary="Mine, too.", seen_version=seen)).status_code == 302


def test_who_has_a_part_in_the_solution_reads_why_the_button_is_off(cast: Cast, cluster: Cluster) -> None:
    make.make_partnership(cast.organisation, cast.solution.project, "AP")
    home = text(signed_in(cast, "lead"), f"/clusters/{cluster.name}/reviews/")
    assert "Nobody reviews a solution of their own organisation" in home
    assert f'href="/clusters/{cluster.name}/reviews/add/?solution={cast.solution.pk}"' not in home
    form = text(signed_in(cast, "lead"), f"/clusters/{cluster.name}/reviews/add/")
    assert '<option value="Flood storage method' not in form
    typed_in = signed_in(cast, "lead").post(f"/clusters/{cluster.name}/reviews/add/", {"solution": cast.solution.title})
    assert (typed_in.status_code, "Nobody reviews a solution of their own" in typed_in.text) == (422, True)
    review = actions.begin_review(cluster=cluster, solution=cast.solution, by=cast.user("coordinator"))
    barred = text(signed_in(cast, "coordinator"), f"/reviews/{review.pk}/edit/")
    assert "Participant Person, Region of the Gulf (Participant) can't review it: a partner of" in barred


def test_the_owner_answers_from_the_desk_and_everybody_reads_it(cast: Cast, cluster: Cluster) -> None:
    review = published(cast, cluster)
    client, page = signed_in(cast, "lead"), f"/reviews/{review.pk}/answer/"
    client.force_login(make_owner(cast))
    assert page in text(client, "/desk/")
    first, second = review.recommendations.all()
    sent = {"seen": review.version, "answer": "We write it down.", f"answer_{first.pk}": "accepted"}
    missing = client.post(page, {**sent, f"note_{first.pk}": "In spring."})
    assert (missing.status_code, "In spring." in missing.text, "We write it down." in missing.text) == (422, True, True)
    assert client.post(page, {**sent, f"answer_{second.pk}": "declined"}).status_code == 302
    public = text(Client(), f"/reviews/{review.pk}/")
    for words in ("Owner of the Method", "We write it down.", "Accepted", "Not accepted"):
        assert words in public, words
    assert "Owner Person" not in public
    assert page not in text(client, "/desk/")
    again = client.post(page, {**sent, f"answer_{second.pk}": "declined", "answer": "Once more."})
    assert (again.status_code, "Once more." in again.text) == (409, True)


def test_a_solution_and_the_outcomes_show_what_stands_and_flag_an_older_version(cast: Cast, cluster: Cluster) -> None:
    review = published(cast, cluster)
    Solution.objects.filter(pk=cast.solution.pk).update(published_version=3)
    flag = "Reviewed at version 1; the solution is at version 3 now."
    pages = f"/solutions/{cast.solution.pk}/", f"/clusters/{cluster.name}/outcomes/", f"/reviews/{review.pk}/"
    assert [flag in text(Client(), page) for page in pages] == [True, True, True]
    client, correct = signed_in(cast, "lead"), f"/reviews/{review.pk}/edit/"
    assert "Version 3 was read, which is published now" in text(client, correct)
    unsaid = client.post(correct, typed(review, reads_present="on"))
    assert (unsaid.status_code, "Say why." in unsaid.text) == (422, True)
    part = part_of(cast, cluster, "participant")
    sent = typed(review, reads_present="on", reason="We read it again.", reviewers=[part.pk])
    assert client.post(correct, sent).status_code == 302
    assert [flag in text(Client(), page) for page in pages] == [False, False, False]
    assert "We read it again." in text(Client(), f"/reviews/{review.pk}/")
    withdrawn = f"/reviews/{review.pk}/withdrawn/"
    assert client.post(withdrawn, {"reason": "Wrong edition.", "seen": ""}).status_code == 302
    shown = [f"/reviews/{review.pk}/" in text(Client(), page) for page in pages[:2]]
    assert (shown, "Wrong edition." in text(Client(), pages[2])) == ([False, False], True)


def test_the_catalogue_marks_counts_and_finds_what_peers_reviewed(cast: Cast, cluster: Cluster) -> None:
    make.make_solution("Another method")
    published(cast, cluster)
    make_review(cast, cluster, solution=make.make_solution("Third method", project=cast.solution.project))
    whole = text(Client(), "/solutions/")
    assert 'name="mark" value="reviewed">Peer reviewed<span class="count">1</span>' in whole
    found = text(Client(), "/solutions/?mark=reviewed")
    shown = [title in found for title in ("Flood storage method", "Another method", "Third method")]
    assert (shown, text(Client(), "/solutions/?view=table").count('<span class="meta">Peer reviewed')) == (
        [True, False, False],
        1,
    )


def test_the_list_is_handed_out_without_drafts_and_without_persons(cast: Cast, cluster: Cluster) -> None:
    answer(cast, published(cast, cluster))
    make_review(cast, cluster, solution=make.make_solution("Secret method", project=cast.solution.project))
    page = f"/clusters/{cluster.name}/reviews/"
    assert "Secret method" in text(signed_in(cast, "lead"), page)
    assert "Secret method" not in text(Client(), page)
    table = signed_in(cast, "lead").get(f"{page}?format=csv").content.decode("utf-8-sig")
    head, *lines = table.splitlines()
    assert (head.split(",")[:3], len(lines)) == (["id", "cluster", "solution"], 1)
    assert "Person" not in table
    assert "Owner of the Method" in lines[0]


def test_the_chain_leads_from_an_outcome_to_its_review_and_the_solution(cast: Cast, cluster: Cluster) -> None:
    review = published(cast, cluster)
    story = text(Client(), f"/chain/outcome/{review.outcome_id}/")
    for words in ("Peer review of Flood storage method, version 1", 'href="/chain/solution/'):
        assert words in story, words
    data = Client().get(f"/chain/review/{review.pk}.json").json()
    label = {entity["prov:label"] for entity in data["entity"].values()}
    assert label >= {"Flood storage method", "Peer review of Flood storage method, version 1"}
    assert {agent["prov:label"] for agent in data["agent"].values()} >= {"Region of the Gulf"}
    draft = make_review(cast, cluster, solution=make.make_solution(project=cast.solution.project))
    assert signed_in(cast, "lead").get(f"/chain/review/{draft.pk}/").status_code == 404
    assert Event.objects.about(draft).count() == 0
