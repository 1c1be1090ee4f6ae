"""What stands at the addresses of peer reviews: a draft, a published one, and somebody who answers for the owner."""

from __future__ import annotations

from typing import Any

from clusters.choices import State
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.matrix.places import Place
from tests.results import making_reviews as making


def draft(**more: Any) -> Place:
    """Return a draft that lacks nothing, in a running cluster; the participant is its reviewer."""
    return lambda cast: {"pk": making.make_review(cast, make_cluster(cast, State.RUNNING)).pk, **more}


def published(**more: Any) -> Place:
    """Return a published review of a running cluster; the member works for the owner of the solution."""

    def made(cast: Cast) -> dict[str, Any]:
        owner = making.make_owner(cast)
        make.make_affiliation(cast.member("member"), owner.member.affiliations.get().organisation)
        return {"pk": making.published(cast, make_cluster(cast, State.RUNNING)).pk, **more}

    return made
