"""Peer reviews as pages show them: lists, one review for one reader, and whose solutions a cluster may review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.models import Cluster
from clusters.permissions import names_of
from clusters.sentences import Entry, history
from community.choices import PUBLIC_SOLUTIONS
from community.lifecycle import Offer
from community.models import Event, Organisation, Solution, User
from community.permissions import Verdict
from community.sentences import Since, changed_since
from results.choices import RecommendationAnswer, ReviewMark, ReviewState, ReviewVerdict
from results.models import PeerReview
from results.review_lifecycle import REVIEW
from results.rules.review import can_review, can_write

Anybody = User | AnonymousUser

#: How a verdict is drawn in tables, as `components.MARKS` calls it.
VERDICT_MARKS = {ReviewVerdict.FIT: "documented", ReviewVerdict.FIT_WITH_CHANGES: "declared"}
CRITERION_MARKS = {ReviewMark.STRONG: "documented", ReviewMark.SOUND: "yes", ReviewMark.WEAK: "declared"}
ANSWER_MARKS = {RecommendationAnswer.ACCEPTED: "documented", RecommendationAnswer.PARTLY: "declared"}
COLUMNS = (
    "id",
    "cluster",
    "solution",
    "project",
    "version_read",
    "version_now",
    "state",
    "verdict",
    "reviewed_by",
    "published_on",
    "recommendations",
    "accepted",
    "answered_on",
    "answered_for",
    "address",
)


@dataclass(frozen=True)
class Listed:
    """A review in a list."""

    review: PeerReview

    @property
    def organisations(self) -> list[dict[str, str]]:
        """Name, country and key of the reviewers' organisations, each once, by name."""
        places: list[str] = getattr(self.review, "places", None) or []
        return [dict(zip(("name", "country", "pk"), words.split("\n"), strict=True)) for words in sorted(places)]

    @property
    def mark(self) -> str:
        """How its verdict is drawn."""
        if self.review.state == ReviewState.WITHDRAWN:
            return "dropped"
        return VERDICT_MARKS.get(ReviewVerdict(self.review.verdict), "planned") if self.review.verdict else "planned"

    @property
    def label(self) -> str:
        """The verdict in words; a draft and a withdrawn one say that instead."""
        is_said = self.review.state in (ReviewState.PUBLISHED, ReviewState.ANSWERED)
        return str(self.review.get_verdict_display() if is_said else self.review.get_state_display())


def listed(rows: Iterable[PeerReview]) -> list[Listed]:
    """Return reviews (`for_list`) as a list shows them; no further query."""
    return [Listed(row) for row in rows]


def organisations_of(review: PeerReview) -> list[Organisation]:
    """Return the organisations of the reviewers, each once."""
    return list({row.organisation_id: row.organisation for row in review.reviewers.all()}.values())


@dataclass(frozen=True)
class Reviewable:
    """A solution of a cluster with the way to its review: whether one may be begun, and why not."""

    solution: Solution
    verdict: Verdict
    url: str

    @property
    def ident(self) -> str:
        """What tells the reason of one disabled button from the next on the page."""
        return f"why-{self.solution.pk}"


def reviewable(cluster: Cluster, user: Anybody, known: Iterable[PeerReview]) -> list[Reviewable]:
    """Return the cluster's solutions of which the present version is not under review here yet."""
    there = {(row.solution_id, row.solution_version) for row in known if row.state != ReviewState.WITHDRAWN}
    found = []
    for solution in cluster.solutions.select_related("project"):
        if (solution.pk, solution.published_version) not in there:
            url = f"{reverse('results:review_create', args=[cluster.name])}?solution={solution.pk}"
            found.append(Reviewable(solution, can_review(user, cluster, solution), url))
    return found


@dataclass(frozen=True)
class Line:
    """One row of a review's page: what it is about, how it is marked, what is said."""

    title: str
    mark: str
    label: str
    said: str
    number: int = 0


@dataclass(frozen=True)
class Places:
    """The reviewers of one organisation: those whose names the reader may read, and how many others there are."""

    organisation: Organisation
    names: list[str]
    others: int


@dataclass(frozen=True)
class Sheet:
    """All that the page of one review shows."""

    review: PeerReview
    criteria: list[Line]
    recommendations: list[Line]
    reviewers: list[Places]
    answered_by: str
    offers: list[Offer]
    may_write: Verdict | None
    entries: list[Entry] = field(default_factory=list)


def sheet(review: PeerReview, user: Anybody) -> Sheet:
    """Return one review (`for_page`) for a reader; names with consent, organisations always."""
    ids = [row.member_id for row in review.reviewers.all()]
    names = names_of(user, review.cluster, [*ids, review.answered_by_id])
    known = isinstance(user, User)
    offers = REVIEW.offers(review, by=user, at=timezone.now()) if isinstance(user, User) else []
    events = Event.objects.about(review).for_sentences()
    return Sheet(
        review,
        [_criterion(row) for row in review.criteria.all()],
        [_recommendation(row) for row in review.recommendations.all()],
        list(_places(review, names)),
        names.get(review.answered_by_id or 0, ""),
        offers,
        can_write(user, review) if known and review.state == ReviewState.DRAFT else None,
        history(list(events), review.cluster, user=user) if review.state != ReviewState.DRAFT else [],
    )


def since_read(review: PeerReview) -> Since | None:
    """Return what the solution says otherwise than the version that was read; None where nothing may be compared.

    Everybody who reads the review reads it: only of a solution that stands in the catalogue.
    """
    is_over = review.state == ReviewState.WITHDRAWN or review.solution.status not in PUBLIC_SOLUTIONS
    if is_over or not review.is_outdated:
        return None
    return changed_since(review.solution, review.solution_version)


def _criterion(row: Any) -> Line:
    mark = CRITERION_MARKS.get(ReviewMark(row.mark), "planned") if row.mark else "planned"
    return Line(row.term.label, mark, str(row.get_mark_display() or _("Not said yet")), row.said)


def _recommendation(row: Any) -> Line:
    mark = ANSWER_MARKS.get(RecommendationAnswer(row.answer), "dropped") if row.answer else ""
    return Line(row.text, mark, str(row.get_answer_display()), row.answer_note, row.position)


def _places(review: PeerReview, names: dict[int, str]) -> Iterator[Places]:
    """Yield the organisations with their reviewers."""
    for organisation in organisations_of(review):
        members = [row.member_id for row in review.reviewers.all() if row.organisation_id == organisation.pk]
        shown = [names[pk] for pk in members if pk in names]
        yield Places(organisation, shown, len(members) - len(shown))


def records(rows: Iterable[PeerReview], site: str) -> Iterator[tuple[Any, ...]]:
    """Yield a row of `COLUMNS` for each review (`for_page`); no person stands in it."""
    for row in rows:
        answers = [one.answer for one in row.recommendations.all()]
        accepted = [one for one in answers if one in (RecommendationAnswer.ACCEPTED, RecommendationAnswer.PARTLY)]
        yield (
            row.pk,
            row.cluster.name,
            row.solution.title,
            row.solution.project.acronym,
            row.solution_version,
            row.solution.published_version,
            row.state,
            row.verdict,
            "; ".join(place.name for place in organisations_of(row)),
            timezone.localdate(row.published_at).isoformat() if row.published_at else "",
            len(answers),
            len(accepted),
            timezone.localdate(row.answered_at).isoformat() if row.answered_at else "",
            row.answered_for.name if row.answered_for else "",
            f"{site}{reverse('results:review', args=[row.pk])}",
        )
