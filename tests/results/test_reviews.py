"""Peer reviews: who writes, reads, publishes and answers them, what they leave behind, and what shows them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from clusters.choices import ParticipationRole, State
from clusters.contributions import has_results
from clusters.kept_snapshot import cached_snapshot
from clusters.models import Cluster, Outcome, Participation
from clusters.summary import snapshot
from community import contributions
from community.actions.transition import transition
from community.models import Event, Message, Organisation, Solution, Term, User
from community.permissions import Refusal
from community.verification import verify_history
from results.actions import review as actions
from results.models import PeerReview
from results.review_contributed import items
from results.review_lifecycle import REVIEW
from results.review_sentences import SENTENCES
from results.tables.review_records import REVIEWED
from tests import factories as make
from tests.cast import ROLES, Cast, make_cluster
from tests.factories import NOW, TODAY
from tests.results.making_reviews import answer, make_owner, make_review, part_of, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
BASE = sorted(set(ROLES) - {"visitor", "deactivated", "superuser"})


def refusal(**press: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        actions.act_on_review(**press)
    return caught.value


def tie(cast: Cast, role: str, solution: Solution, part: str = "AP") -> None:
    """Let the person of a role work for an organisation in the owner's consortium."""
    place = make.make_organisation()
    make.make_partnership(place, solution.project, part)
    make.make_affiliation(cast.member(role), place)


# -- Writing -----------------------------------------------------------------------------------------------------------


def test_a_draft_takes_the_criteria_of_the_vocabulary_and_leaves_nothing_behind(cast: Cast, cluster: Cluster) -> None:
    retired = make.make_term("review_criterion", "old", is_retired=True)
    assert actions.begin_review(cluster=cluster, solution=cast.solution, by=cast.user("lead")).criteria.count() == 0
    PeerReview.objects.all().delete()
    Term.objects.filter(pk=retired.pk).delete()
    before = Cluster.objects.get(pk=cluster.pk).version
    review = make_review(cast, cluster)
    codes = [row.term.code for row in review.criteria.select_related("term")]
    assert codes == ["relevance", "evidence", "transferability", "effort", "documentation", "sustainability"]
    again = actions.begin_review(cluster=cluster, solution=cast.solution, by=cast.user("deputy_lead"))
    assert (again.pk, PeerReview.objects.count()) == (review.pk, 1)
    traces = Event.objects.about(review).count(), Message.objects.filter(kind="review").count()
    assert (*traces, Cluster.objects.get(pk=cluster.pk).version) == (0, 0, before)
    actions.discard_review(review=review, by=cast.user("lead"))
    actions.discard_review(review=review, by=cast.user("lead"))
    assert PeerReview.objects.count() == 0


def test_only_leads_coordinators_and_peer_reviewers_write(cast: Cast, cluster: Cluster) -> None:
    Participation.objects.filter(cluster=cluster, member=cast.member("external")).update(
        role=ParticipationRole.PEER_REVIEWER
    )
    may = {"external", "lead", "deputy_lead", "coordinator", "coordinator_proposer", "mission_coordinator"}
    for role in BASE:
        press = partial(actions.begin_review, cluster=cluster, solution=make.make_solution(), by=cast.user(role))
        if role in may:
            assert press().state == "draft", role
            continue
        with pytest.raises(Refusal) as caught:
            press()
        assert (role, caught.value.code) == (role, "forbidden")
    # Who is named as reviewer and takes part words the draft, too.
    review = make_review(cast, cluster)
    actions.update_review(review=review, by=cast.user("participant"), seen_version=review.version, summary="Mine.")
    for role in ("external", "participant", "coordinator"):
        verdict = REVIEW.judge(REVIEW.attempt(review, "review.published", by=cast.user(role), at=NOW))
        assert bool(verdict) is (role == "coordinator"), role


@pytest.mark.parametrize("part", ["PP", "AP"])
def test_nobody_of_the_owners_consortium_writes_reads_the_draft_or_publishes(
    cast: Cast, cluster: Cluster, part: str
) -> None:
    review = make_review(cast, cluster)
    tie(cast, "lead", cast.solution, part)
    lead = User.objects.get(pk=cast.user("lead").pk)  # as the next request knows the account
    assert list(PeerReview.objects.visible_to(lead)) == []
    assert list(PeerReview.objects.visible_to(cast.user("deputy_lead"))) == [review]
    for press in (
        lambda: actions.begin_review(cluster=cluster, solution=cast.solution, by=lead),
        lambda: actions.update_review(review=review, by=lead, seen_version=review.version, summary="Ours is best."),
        lambda: actions.act_on_review(review=review, verb="review.published", by=lead),
    ):
        with pytest.raises(Refusal, match="Nobody reviews a solution of their own organisation") as caught:
            press()
        assert caught.value.code == "forbidden"
    actions.act_on_review(review=review, verb="review.published", by=cast.user("deputy_lead"))
    assert refusal(review=review, verb="review.withdrawn", by=lead, reason="No.").code == "forbidden"
    assert list(PeerReview.objects.visible_to(lead)) == [review]


def test_reviewers_take_part_for_an_organisation_outside_the_consortium(cast: Cast, cluster: Cluster) -> None:
    review, lead = make_review(cast, cluster), cast.user("lead")
    elsewhere = part_of(cast, make_cluster(cast, State.RUNNING), "participant")
    with pytest.raises(Refusal, match="Reviewers take part in this cluster"):
        actions.update_review(review=review, by=lead, seen_version=review.version, reviewers=[elsewhere])
    make.make_partnership(cast.partner, cast.solution.project, "PP", until_on=TODAY)
    observer = part_of(cast, cluster, "external")
    with pytest.raises(Refusal, match="Nobody reviews for a partner of"):
        actions.update_review(review=review, by=lead, seen_version=review.version, reviewers=[observer])
    # One whose organisation joined the consortium meanwhile keeps the review from being published.
    make.make_partnership(cast.organisation, cast.solution.project, "AP")
    refused = refusal(review=review, verb="review.published", by=cast.user("coordinator"))
    assert (refused.code, "name somebody else" in str(refused.reason)) == ("requirement", True)
    by = User.objects.get(pk=cast.user("coordinator").pk)
    actions.update_review(review=review, by=by, seen_version=review.version, reviewers=[])
    assert review.reviewers.count() == 0


def test_who_reviewed_stays_named_when_the_organisation_joins_the_owner_later(cast: Cast, cluster: Cluster) -> None:
    review = published(cast, cluster)
    make.make_partnership(cast.organisation, cast.solution.project, "AP")
    values = {"verdict": "fit", "reviewers": []}
    by = cast.user("coordinator")
    actions.act_on_review(review=review, verb="review.corrected", by=by, reason="It was done.", values=values)
    assert [row.member for row in review.reviewers.all()] == [cast.member("participant")]


def test_a_stale_edit_is_refused_and_a_second_review_of_a_version_too(cast: Cast, cluster: Cluster) -> None:
    review, lead = make_review(cast, cluster), cast.user("lead")
    with pytest.raises(Refusal) as caught:
        actions.update_review(review=review, by=lead, seen_version=review.version - 1, summary="Late.")
    assert caught.value.code == "stale"
    actions.act_on_review(review=review, verb="review.published", by=lead)
    with pytest.raises(Refusal, match="This version was reviewed here already"):
        actions.begin_review(cluster=cluster, solution=cast.solution, by=lead)
    Solution.objects.filter(pk=cast.solution.pk).update(published_version=3)
    newer = actions.begin_review(cluster=cluster, solution=cast.solution, by=lead)
    assert (newer.solution_version, PeerReview.objects.get(pk=review.pk).is_outdated) == (3, True)
    other = make_cluster(cast, State.APPROVED)
    Solution.objects.filter(pk=cast.solution.pk).update(status="draft")
    with pytest.raises(Refusal, match="not in the catalogue"):
        actions.begin_review(cluster=other, solution=cast.solution, by=lead)


# -- Its life ----------------------------------------------------------------------------------------------------------


def test_the_table_says_who_does_what_from_where() -> None:
    rows = {verb.code: (verb.sources, verb.target, verb.four_eyes, verb.reason.value) for verb in REVIEW}
    standing = ("published", "answered")
    assert rows == {
        "review.published": (("draft",), "published", True, "none"),
        "review.answered": (standing, "answered", False, "none"),
        "review.corrected": (standing, "published", True, "required"),
        "review.withdrawn": (standing, "withdrawn", True, "required"),
    }
    assert set(rows) == set(SENTENCES)


def test_what_lacks_is_said_all_at_once(cast: Cast, cluster: Cluster) -> None:
    review = actions.begin_review(cluster=cluster, solution=cast.solution, by=cast.user("lead"))
    refused = refusal(review=review, verb="review.published", by=cast.user("lead"))
    words = str(refused.reason)
    for sentence in ("at least one reviewer", "Give a mark and a sentence for: Relevance", "comes to", "Sum up"):
        assert sentence in words
    assert refusal(review=review, verb="review.published", by=cast.user("lead"), seen="0").code == "stale"


def test_publishing_records_an_outcome_and_asks_the_owner_who_answers(cast: Cast, cluster: Cluster) -> None:
    owner, by = make_owner(cast), cast.user("lead")
    review = published(cast, cluster)
    outcome = review.outcome
    assert outcome is not None
    assert (outcome.kind, outcome.title) == (
        "peer_revision",
        "Peer review of “Flood storage method”: Fit for use once it is changed",
    )
    told = set(Message.objects.filter(template="results/review_told").values_list("to", "params__audience"))
    assert told == {(owner.pk, "owners"), (cast.user("participant").pk, "reviewers")}
    assert [(item.verb, item.url) for item in items(owner, TODAY)] == [
        ("Answer the review", f"/reviews/{review.pk}/answer/")
    ]
    assert refusal(review=review, verb="review.answered", by=by, answer="Ours?").code == "forbidden"
    assert "each recommendation" in str(refusal(review=review, verb="review.answered", by=owner, answer="Yes.").reason)
    answered = answer(cast, review)
    assert (answered.state, str(answered.answered_for)) == ("answered", "Owner of the Method")
    assert [row.answer for row in answered.recommendations.all()] == ["accepted", "declined"]
    newest = Message.objects.filter(template="results/review_told", params__verb="answered")
    assert set(newest.values_list("to__member__name", flat=True)) >= {"Lead Person", "Participant Person"}
    assert list(items(owner, TODAY)) == []
    assert [finding for finding in verify_history() if finding.is_fault] == []


def test_an_outcome_that_is_there_may_be_chosen_and_stays_when_the_review_is_withdrawn(
    cast: Cast, cluster: Cluster
) -> None:
    outcome = Outcome.objects.create(cluster=cluster, kind="peer_revision", title="Two methods were read")
    wrong = Outcome.objects.create(cluster=cluster, kind="networking", title="A list")
    with pytest.raises(Refusal, match="of kind “peer revision” of this cluster"):
        make_review(cast, cluster, outcome=wrong)
    PeerReview.objects.all().delete()
    review = published(cast, cluster, outcome=outcome)
    assert cluster.outcomes.filter(kind="peer_revision").count() == 1
    actions.act_on_review(review=review, verb="review.withdrawn", by=cast.user("lead"), reason="The wrong edition.")
    assert cluster.outcomes.filter(kind="peer_revision").count() == 1


def test_a_withdrawn_review_says_why_and_takes_its_own_outcome_along(cast: Cast, cluster: Cluster) -> None:
    review = published(cast, cluster)
    gone = actions.act_on_review(review=review, verb="review.withdrawn", by=cast.user("lead"), reason="Wrong edition.")
    assert (gone.state, gone.withdrawn_why, gone.outcome) == ("withdrawn", "Wrong edition.", None)
    assert cluster.outcomes.filter(kind="peer_revision").count() == 0
    assert PeerReview.objects.shown_to(None).count() == 0
    assert PeerReview.objects.visible_to(None).count() == 1
    # The version may be reviewed anew.
    assert actions.begin_review(cluster=cluster, solution=cast.solution, by=cast.user("lead")).state == "draft"


def test_a_correction_keeps_what_was_said_and_asks_the_owner_anew(cast: Cast, cluster: Cluster) -> None:
    review = answer(cast, published(cast, cluster))
    press: dict[str, Any] = {"review": review, "verb": "review.corrected", "by": cast.user("lead")}
    assert "Nothing was changed" in str(refusal(**press, reason="Typing.", values={"verdict": review.verdict}).reason)
    assert refusal(**press, values={"verdict": "fit"}).code == "reason"
    changed = {"verdict": "fit", "recommendations": ["Name a port.", "Say what it costs."]}
    with time_machine.travel(NOW.replace(hour=NOW.hour + 1), tick=False):
        row = actions.act_on_review(**press, reason="The port is named.", values=changed)
    assert (row.state, row.verdict, row.is_answer_older) == ("published", "fit", True)
    assert [(one.text, one.answer) for one in row.recommendations.all()] == [
        ("Name a port.", "declined"),
        ("Say what it costs.", "accepted"),
    ]
    assert Outcome.objects.get(reviews=row).title == "Peer review of “Flood storage method”: Fit for use by others"
    detail = Event.objects.about(row).get(verb="review.corrected").detail.body
    assert detail["reason"] == "The port is named."
    assert detail["changes"]["verdict"] == {"was": "fit_with_changes", "now": "fit"}
    assert "summary" not in detail["changes"]


def test_after_the_end_lead_and_coordinators_go_on_and_reviewers_do_not(cast: Cast) -> None:
    over = make_cluster(cast, State.CONCLUDED)
    Participation.objects.filter(cluster=over, member=cast.member("participant")).update(role="peer_reviewer")
    with pytest.raises(Refusal, match="This cluster has ended"):
        actions.begin_review(cluster=over, solution=cast.solution, by=cast.user("participant"))
    assert published(cast, over).state == "published"
    with pytest.raises(Refusal) as caught:
        actions.begin_review(cluster=make_cluster(cast, State.SUBMITTED), solution=cast.solution, by=cast.user("lead"))
    assert caught.value.code == "state"


# -- What shows it -----------------------------------------------------------------------------------------------------


def test_a_draft_is_read_only_by_those_who_work_on_it(cast: Cast, cluster: Cluster) -> None:
    review = make_review(cast, cluster)
    make_owner(cast)
    readers = {role for role in [*BASE, "owner"] if PeerReview.objects.visible_to(cast.user(role)).exists()}
    group = {"coordinator", "coordinator_proposer", "mission_coordinator"}
    assert readers == {"lead", "deputy_lead", "participant", "admin", *group}
    assert not PeerReview.objects.visible_to(None).exists()
    assert [item.url for item in items(cast.user("participant"), TODAY)] == [f"/reviews/{review.pk}/"]
    assert snapshot(cluster, at=NOW)["reviews"] == []


def test_the_snapshot_lists_what_stands_and_knows_new_names(cast: Cast, cluster: Cluster) -> None:
    published(cast, cluster)
    line = snapshot(cluster, at=NOW)["reviews"][0]
    assert line == {
        "solution": "Flood storage method",
        "project": cast.solution.project.acronym,
        "version": 1,
        "verdict": "fit_with_changes",
        "on": TODAY.isoformat(),
        "organisations": [{"name": "Region of the Gulf", "country": "EL"}],
        "recommendations": 2,
        "accepted": 0,
        "answered": False,
    }
    row = Cluster.objects.get(pk=cluster.pk)
    cached_snapshot(row, at=NOW)
    Organisation.objects.filter(pk=cast.organisation.pk).update(name="Region of the Bay")
    assert cached_snapshot(row, at=NOW)["reviews"][0]["organisations"][0]["name"] == "Region of the Bay"
    assert has_results(row) is False


def test_a_solution_that_was_reviewed_is_not_hidden_again(cast: Cast, cluster: Cluster) -> None:
    other = make.make_solution(project=cast.solution.project)
    uses = contributions.solution_uses
    draft = make_review(cast, cluster, solution=other)
    assert not any(used(other.pk) for used in uses)
    actions.act_on_review(review=draft, verb="review.published", by=cast.user("lead"))
    assert uses.get("results.reviews")(other.pk)
    with pytest.raises(Refusal, match="took it up or reviewed it"):
        transition(other, "take_back_solution", by=cast.user("coordinator"), reason="A slip.")


def test_reviews_go_along_with_a_merge_but_for_those_of_the_same_version(cast: Cast) -> None:
    cluster, into = make_cluster(cast, State.APPROVED), make_cluster(cast, State.APPROVED)
    other = make.make_solution(project=cast.solution.project)
    moved, stays = published(cast, cluster, solution=other), published(cast, cluster)
    there = published(cast, into)
    actions.move_reviews(cluster, into)
    assert set(PeerReview.objects.of_cluster(into)) == {moved, there}
    assert list(PeerReview.objects.of_cluster(cluster)) == [stays]


def test_what_stands_of_a_person_is_exported_and_erased(cast: Cast, cluster: Cluster) -> None:
    review = make_review(cast, cluster)
    me = cast.member("participant")
    assert REVIEWED.erase is not None
    assert [REVIEWED.export(row)["for"] for row in REVIEWED.rows(me)] == ["Region of the Gulf"]
    assert (REVIEWED.erase(me), review.reviewers.count()) == (1, 0)


def test_the_files_of_the_catalogue_say_who_was_reviewed_with_verdict_and_day(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    review = published(cast, cluster)
    bare = make.make_solution("Never read")
    hidden = make_review(cast, cluster, solution=make.make_solution("Draft only"))
    told = json.loads(Client().get("/solutions/?format=json").getvalue())["solutions"]
    rows = {int(row["id"]): row for row in told}
    day = timezone.localdate(review.published_at).isoformat()
    columns = ("peer_reviewed", "peer_review_verdict", "peer_reviewed_on")
    assert [rows[review.solution_id][one] for one in columns] == ["yes", review.get_verdict_display(), day]
    assert [rows[bare.pk][one] for one in columns] == [None] * 3
    assert [rows[hidden.solution_id][one] for one in columns] == [None] * 3
    heads = Client().get("/solutions/?format=csv").getvalue().decode("utf-8-sig").split("\r\n")[0]
    assert heads.endswith("address,peer_reviewed,peer_review_verdict,peer_reviewed_on")
