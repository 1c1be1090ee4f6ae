"""The pages of peer reviews: what each reader is shown, forms that keep what was typed, and the way from the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clusters.models import Cluster
from community.actions.solution import change_solution
from community.events import record
from community.models import Event, Solution
from community.permissions import Refusal
from community.sentences import changed_since
from results.actions import review as actions
from results.models import PeerReview
from tests import factories as make
from tests.cast import Cast
from tests.factories import NOW
from tests.results.making_reviews import OWNER, answer, make_owner, make_review, part_of, published

pytestmark = [pytest.mark.django_db, pytest.mark.wide, pytest.mark.usefixtures("clock")]


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


def opened(review: PeerReview, page: str, client: Client, **values: Any) -> dict[str, Any]:
    """Return what a browser sends that opened the form: each value, what it was opened on, and what was typed."""
    form = client.get(page).context["form"]
    sent: dict[str, Any] = {"seen_version": review.version}
    for field in form.visible_fields():
        sent[field.html_name] = sent[field.html_initial_name] = field.value() or ""
    return {**sent, **values}


def test_a_stale_draft_shows_both_texts_and_takes_over_what_was_not_touched(cast: Cast, cluster: Cluster) -> None:
    review, client = make_review(cast, cluster), signed_in(cast, "deputy_lead")
    page, other = f"/reviews/{review.pk}/edit/", part_of(cast, cluster, "deputy_lead")
    sent = opened(review, page, client, summary="Mine, too.", recommendation_4="And mine.")
    row = review.criteria.all()[0]
    theirs: dict[str, Any] = {
        "summary": "Theirs.",
        "verdict": "not_yet",
        "criteria": {row.pk: ("weak", "One coast.")},
        "recommendations": ["Say what it costs."],
        "reviewers": [part_of(cast, cluster, "participant"), other],
    }
    actions.update_review(review=review, by=cast.user("lead"), seen_version=review.version, at=NOW, **theirs)
    stale = client.post(page, sent)
    assert (stale.status_code, "Lead Person saved this review at" in stale.text) == (409, True)
    assert "<del>" in stale.text
    shown = {one.label: (one.was, one.now) for one in stale.context["form"].clashes()}
    assert shown["What you found, in short"] == ("Theirs.", "Mine, too.")
    assert set(shown) == {"What you found, in short", "Recommendation 4"}
    again = stale.context["form"]
    assert client.post(page, {name: value for name, value in again.data.items() if value != ""}).status_code == 302
    review.refresh_from_db()
    assert (review.summary, review.verdict) == ("Mine, too.", "not_yet")
    assert (review.criteria.get(pk=row.pk).mark, review.reviewers.count()) == ("weak", 2)
    assert [one.text for one in review.recommendations.all()] == ["Say what it costs.", "And mine."]
    assert review.saved_by == cast.member("deputy_lead")


def test_a_stale_correction_is_refused_and_compared(cast: Cast, cluster: Cluster) -> None:
    review, client = published(cast, cluster), signed_in(cast, "deputy_lead")
    page = f"/reviews/{review.pk}/edit/"
    sent = opened(review, page, client, verdict="fit", reason="It was too hard.")
    theirs = {
        "values": {"summary": "It holds on one coast."},
        "reason": "A coast was wrong.",
        "seen": str(review.version),
    }
    actions.act_on_review(review=review, verb="review.corrected", by=cast.user("lead"), **theirs)
    stale = client.post(page, sent)
    assert (stale.status_code, "It was too hard." in stale.text) == (409, True)
    assert client.post(page, {k: v for k, v in stale.context["form"].data.items() if v != ""}).status_code == 302
    review.refresh_from_db()
    assert (review.verdict, review.summary) == ("fit", "It holds on one coast.")


def test_a_version_that_has_a_draft_of_its_own_is_not_read_twice(cast: Cast, cluster: Cluster) -> None:
    review, client = published(cast, cluster), signed_in(cast, "lead")
    Solution.objects.filter(pk=cast.solution.pk).update(published_version=2)
    page = f"/reviews/{review.pk}/edit/"
    sent = opened(review, page, client, reads_present="on", reason="We read it again.")
    twin = actions.begin_review(cluster=cluster, solution=cast.solution, by=cast.user("lead"))
    form = text(client, page)
    assert (f'href="/reviews/{twin.pk}/"' in form, 'name="reads_present"' in form) == (True, False)
    values = {"reads_present": True, "summary": "It holds."}
    with pytest.raises(Refusal, match="A draft in this cluster reviews version 2 already"):
        actions.act_on_review(
            review=review, verb="review.corrected", by=cast.user("lead"), reason="Read again.", values=values
        )
    late = client.post(page, sent)
    assert (late.status_code, f'href="/reviews/{twin.pk}/"' in late.text) == (422, True)
    assert PeerReview.objects.get(pk=review.pk).solution_version == 1
    draft = {"review": twin, "by": cast.user("lead"), "seen_version": twin.version}
    Solution.objects.filter(pk=cast.solution.pk).update(published_version=3)
    actions.begin_review(cluster=cluster, solution=cast.solution, by=cast.user("coordinator"))
    with pytest.raises(Refusal, match="reviews version 3 already"):
        actions.update_review(**draft, reads_present=True)


def test_a_review_of_an_older_version_shows_what_changed_since(cast: Cast, cluster: Cluster) -> None:
    review, owner = published(cast, cluster), make_owner(cast)

    def change(**values: Any) -> None:
        row = Solution.objects.get(pk=cast.solution.pk)
        change_solution(solution=row, by=owner, seen_version=row.version, values=values)

    page = f"/reviews/{review.pk}/"
    assert "What changed between" not in text(Client(), page)
    change(summary="Keeps water in the fields.", licence="CC0")
    change(summary="Keeps water in the reeds.", contact=cast.member(OWNER))
    change(licence=cast.solution.licence)
    shown = text(Client(), page)
    assert "What changed between version 1 and version 4" in shown
    assert ("in the reeds" in shown, "in the fields" in shown, "Owner Person" in shown) == (True, False, False)
    assert "in the reeds" in text(signed_in(cast, "lead"), f"{page}edit/")
    since = changed_since(Solution.objects.get(pk=cast.solution.pk), 1)
    assert [(one.label, one.now) for one in since.changes] == [("in one sentence", "Keeps water in the reeds.")]
    at_two = changed_since(Solution.objects.get(pk=cast.solution.pk), 2)
    assert [one.label for one in at_two.changes] == ["licence", "in one sentence"]


def test_what_was_taken_out_of_the_catalogue_is_not_shown_again(cast: Cast, cluster: Cluster) -> None:
    review, owner = published(cast, cluster), make_owner(cast)
    row = Solution.objects.get(pk=cast.solution.pk)
    row = change_solution(solution=row, by=owner, seen_version=row.version, values={"summary": "Call Ana at home."})
    record(verb="take_back_solution", subject=row, by=cast.user("coordinator"), role="coordinator")
    row = change_solution(solution=row, by=owner, seen_version=row.version, values={"summary": "Keeps water."})
    shown = text(Client(), f"/reviews/{review.pk}/")
    assert ("Changed, too: in one sentence" in shown, "Ana" in shown, "Keeps water." in shown) == (True, False, False)
    Solution.objects.filter(pk=row.pk).update(status="draft")
    assert "What changed between" not in text(signed_in(cast, "lead"), f"/reviews/{review.pk}/")


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
