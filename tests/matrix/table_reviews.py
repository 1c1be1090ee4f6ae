"""The table's rows of peer reviews: read, written, published, answered."""

from __future__ import annotations

from clusters.choices import State
from tests.matrix import places_reviews as places
from tests.matrix.answers import GONE, OUT, SIGNED_IN_GONE, WORKERS, Row, page, who, workers
from tests.matrix.places import cluster, of


def writers(status: int) -> dict[str, int]:
    """Return that those who write a draft get `status`; administrators read it only, others do not see it."""
    return who(404, (302, OUT), (status, f"participant {WORKERS}"), (403, "admin"))


def publishers(status: int) -> dict[str, int]:
    """Return that those who publish a draft get `status`; who only writes it is told why not."""
    return who(404, (302, OUT), (status, WORKERS), (403, "admin participant"))


def owner(status: int) -> dict[str, int]:
    """Return that the member, who works for the owner, gets `status`."""
    return who(403, (302, OUT), (status, "member"))


REVIEWS = (
    page("results:reviews", cluster(State.RUNNING), case="running"),
    page("results:reviews", cluster(State.DRAFT), who(404, (200, "proposer lead")), case="draft of a cluster"),
    Row("results:review_create", cluster(State.RUNNING), get=workers(200), post=workers(422), case="running"),
    Row("results:review_create", cluster(State.CONCLUDED), get=workers(200), post=workers(422), case="concluded"),
    page("results:review", places.published(), case="published"),
    page("results:review", places.draft(), who(404, (200, f"admin participant {WORKERS}")), case="draft"),
    page("results:review", of(pk=99999), GONE, case="no such review"),
    Row("results:review_update", places.draft(), get=writers(200), post=writers(409), case="draft"),
    Row("results:review_update", places.published(), get=workers(200), post=workers(422), case="published"),
    Row("results:review_discard", places.draft(), get=writers(200), post=writers(302)),
    Row("results:review_verb", places.draft(verb="published"), get=publishers(200), post=publishers(409)),
    Row(
        "results:review_verb",
        places.draft(verb="published"),
        get=publishers(200),
        post=publishers(302),
        data={"seen": "2"},
        case="publish, as it was shown",
    ),
    Row(
        "results:review_verb",
        places.published(verb="withdrawn"),
        get=workers(200),
        post=workers(422),
        case="withdraw",
    ),
    Row(
        "results:review_verb",
        places.published(verb="glory"),
        get=SIGNED_IN_GONE,
        post=SIGNED_IN_GONE,
        case="no such verb",
    ),
    Row("results:review_answer", places.published(), get=owner(200), post=owner(409)),  # no review was seen
)
