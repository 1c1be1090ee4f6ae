"""What many tests of clusters begin with; a module that needs it otherwise has a fixture of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from clusters.choices import State
from clusters.models import Cluster, PanelQuestion
from community.choices import Vocabulary
from community.models import Member, Organisation, Term
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.making_panels import DIRECTORY, asked
from tests.clusters.proposal_pages import Writer
from tests.factories import NOW


@pytest.fixture
def cast() -> Cast:
    """Everybody who may meet a cluster."""
    return make_cast()


@pytest.fixture
def clock() -> Iterator[Any]:
    """Stop the clock at `NOW`; gives what moves it."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def cluster(request: pytest.FixtureRequest, cast: Cast) -> Cluster:
    """Make a cluster in the state that the module names as `STATE`; running where it names none."""
    return make_cluster(cast, getattr(request.module, "STATE", State.RUNNING))


@pytest.fixture
def draft(cast: Cast) -> Cluster:
    """An empty draft of the proposer."""
    return Cluster.objects.create(proposer=cast.member("proposer"), draft_code="abcdefgh")


@pytest.fixture
def writer(cast: Cast, draft: Cluster) -> Writer:
    """The proposer at the draft's pages."""
    return Writer(cast.accounts["proposer"], draft)


@pytest.fixture
def hydrology() -> Term:
    """What a question to a panel is about."""
    return make.make_term(Vocabulary.EXPERTISE, label="Hydrology")


@pytest.fixture
def board() -> Organisation:
    """An organisation that takes no part in the cluster."""
    return make.make_organisation("Water Board")


@pytest.fixture
def expert(board: Organisation, hydrology: Term) -> Member:
    """Somebody of that organisation who knows what is asked about and may be found."""
    return make.make_member("Ana Expert", organisation=board, consents=DIRECTORY, expertise=(hydrology,))


@pytest.fixture
def question(cast: Cast, cluster: Cluster, hydrology: Term) -> PanelQuestion:
    """A question of the lead to a panel."""
    return asked(cast, cluster, expertise=[hydrology])
